package dev.schemaward.controller.reconcile;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.controller.observe.JobLogs;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/**
 * Plays the node: looks for pods of runs, asks a script what becomes of each, and writes that into
 * the pod's status as a kubelet would. Everything else (Jobs, pods, garbage) is the real controller
 * manager's work. Also serves the logs, which an API server without nodes cannot.
 */
final class FakeKubelet implements AutoCloseable, JobLogs {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What becomes of a pod. */
  sealed interface Fate {
    /** It ends with this result. */
    record Result(RunResult result, PlanDocument plan) implements Fate {}

    /** Its container ends without a readable message. */
    record Exit(int code, String reason, String message) implements Fate {}

    /** It waits with this reason. */
    record Waiting(String reason, String message) implements Fate {}

    /** It runs and runs. */
    record Running() implements Fate {}

    /** Nothing happens to it now. */
    record Untouched() implements Fate {}
  }

  /**
   * A run as its pod was told.
   *
   * @param kind {@code plan} or {@code apply}
   * @param id value of {@code --run}
   * @param arguments the whole command line
   */
  record Run(String kind, String id, List<String> arguments, Pod pod) {
    /** The value of {@code flag}; null when it is not given. */
    String argument(String flag) {
      return arguments.stream()
          .filter(argument -> argument.startsWith(flag + "="))
          .map(argument -> argument.substring(flag.length() + 1))
          .findFirst()
          .orElse(null);
    }

    boolean has(String flag) {
      return arguments.contains(flag);
    }
  }

  private final KubernetesClient client;
  private final String namespace;
  private final Map<String, String> logs = new ConcurrentHashMap<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private volatile Function<Run, Fate> script;

  FakeKubelet(KubernetesClient client, String namespace, Function<Run, Fate> script) {
    this.client = client;
    this.namespace = namespace;
    this.script = script;
    var unused = clock.scheduleWithFixedDelay(this::round, 0, 50, TimeUnit.MILLISECONDS);
  }

  void script(Function<Run, Fate> other) {
    script = other;
  }

  @Override
  public Reader open(String in, String pod, String container) throws IOException {
    String log = logs.get(pod);
    if (log == null) {
      throw new FileNotFoundException("no log of pod " + pod);
    }
    return new StringReader(log);
  }

  private void round() {
    try {
      for (Pod pod :
          client
              .pods()
              .inNamespace(namespace)
              .withLabelSelector(JobMarks.RUN_SELECTOR)
              .list()
              .getItems()) {
        String phase = pod.getStatus().getPhase();
        if (!"Succeeded".equals(phase)
            && !"Failed".equals(phase)
            && pod.getMetadata().getDeletionTimestamp() == null) {
          advance(pod);
        }
      }
    } catch (KubernetesClientException e) {
      // the object has changed or gone: the next round sees it
    }
  }

  private void advance(Pod pod) {
    List<String> arguments = pod.getSpec().getContainers().getFirst().getArgs();
    String id =
        arguments.stream()
            .filter(argument -> argument.startsWith("--run="))
            .findFirst()
            .orElseThrow()
            .substring("--run=".length());
    Run run = new Run(arguments.getFirst(), id, arguments, pod);
    switch (script.apply(run)) {
      case Fate.Result(RunResult result, PlanDocument plan) -> {
        RunResult complete = plan == null ? result : withDocument(result, pod, plan);
        end(pod, complete.reason().exitCode().code(), null, json(complete));
      }
      case Fate.Exit(int code, String reason, String message) -> end(pod, code, reason, message);
      case Fate.Waiting(String reason, String message) -> waiting(pod, reason, message);
      case Fate.Running() -> running(pod);
      case Fate.Untouched() -> {}
    }
  }

  private RunResult withDocument(RunResult r, Pod pod, PlanDocument plan) {
    byte[] bytes = json(plan).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String sha256 = sha256(bytes);
    logs.put(
        pod.getMetadata().getName(),
        "{\"progress\":1}\n%s %d %s\n%s\n%s\n"
            .formatted(
                JobContract.FRAME_BEGIN,
                bytes.length,
                sha256,
                base64(bytes),
                JobContract.FRAME_END));
    return new RunResult(
        r.kind(),
        r.runId(),
        r.reason(),
        r.message(),
        r.runnerBuild(),
        r.target(),
        r.planHash(),
        r.plan(),
        r.history(),
        r.applied(),
        r.appliedCount(),
        r.resumed(),
        r.failure(),
        r.waitingFor(),
        List.of(),
        null,
        new RunResult.Document(bytes.length, sha256),
        r.durationMillis());
  }

  private void end(Pod pod, int code, String reason, String message) {
    String now = Instant.now().toString();
    write(
        pod,
        new PodStatusBuilder()
            .withPhase(code == 0 ? "Succeeded" : "Failed")
            .addNewContainerStatus()
            .withName(JobContract.CONTAINER)
            .withImage("runner")
            .withImageID("")
            .withReady(false)
            .withRestartCount(0)
            .withNewState()
            .withNewTerminated()
            .withExitCode(code)
            .withReason(reason != null ? reason : code == 0 ? "Completed" : "Error")
            .withMessage(message)
            .withStartedAt(now)
            .withFinishedAt(now)
            .endTerminated()
            .endState()
            .endContainerStatus()
            .build());
  }

  private void waiting(Pod pod, String reason, String message) {
    var containers = pod.getStatus().getContainerStatuses();
    if (!containers.isEmpty()
        && containers.getFirst().getState().getWaiting() != null
        && reason.equals(containers.getFirst().getState().getWaiting().getReason())) {
      return;
    }
    write(
        pod,
        new PodStatusBuilder()
            .withPhase("Pending")
            .addNewContainerStatus()
            .withName(JobContract.CONTAINER)
            .withImage("runner")
            .withImageID("")
            .withReady(false)
            .withRestartCount(0)
            .withNewState()
            .withNewWaiting(message, reason)
            .endState()
            .endContainerStatus()
            .build());
  }

  private void running(Pod pod) {
    if (!"Running".equals(pod.getStatus().getPhase())) {
      write(pod, new PodStatusBuilder().withPhase("Running").build());
    }
  }

  private void write(Pod pod, io.fabric8.kubernetes.api.model.PodStatus status) {
    client.resource(new PodBuilder(pod).withStatus(status).build()).updateStatus();
  }

  /** A result of a run with the fields that every result has. */
  static RunResult result(Run run, RunReason reason, String message) {
    return new RunResult(
        run.kind(),
        run.id(),
        reason,
        message,
        "test",
        null,
        null,
        null,
        null,
        null,
        0,
        false,
        null,
        null,
        List.of(),
        null,
        null,
        10);
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String base64(byte[] bytes) {
    var gzipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(gzipped)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getMimeEncoder(4000, new byte[] {'\n'}).encodeToString(gzipped.toByteArray());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
