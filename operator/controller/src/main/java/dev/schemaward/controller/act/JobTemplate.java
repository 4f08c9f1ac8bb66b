package dev.schemaward.controller.act;

import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec;
import dev.schemaward.controller.run.Bytes;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The Job of a run: one pod, never a second one, restricted Pod Security, bundle and Secret as
 * read-only files, result in the termination message. Pure: the same request gives the same Job.
 */
public final class JobTemplate {
  /** The runner ends itself at the deadline; Kubernetes only when it did not. */
  private static final Duration DEADLINE_SLACK = Duration.ofMinutes(5);

  /** Time to cancel the running statement and write the result after SIGTERM. */
  private static final long GRACE_SECONDS = 120;

  private static final long USER = 65532;
  private static final int MAX_TEXT_BYTES = 1024;

  private JobTemplate() {}

  /** The Job of {@code request}, with the hash of all this in {@link JobMarks#REQUEST_HASH}. */
  public static Job of(RunRequest request) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(JobMarks.MANAGED_BY, JobMarks.MANAGED_BY_VALUE);
    labels.put(JobMarks.COMPONENT, JobMarks.COMPONENT_RUN);
    labels.put(JobMarks.MIGRATION, request.migration().name());
    List<String> arguments = arguments(request);
    Map<String, String> annotations = new TreeMap<>(request.marks());
    annotations.put(JobMarks.REQUEST_HASH, requestHash(request, arguments));
    return new JobBuilder()
        .withNewMetadata()
        .withName(request.jobName())
        .withNamespace(request.migration().namespace())
        .withLabels(labels)
        .withAnnotations(annotations)
        .addNewOwnerReference()
        .withApiVersion("schemaward.dev/v1alpha1")
        .withKind("DatabaseMigration")
        .withName(request.migration().name())
        .withUid(request.migration().uid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .endOwnerReference()
        .endMetadata()
        .withNewSpec()
        .withCompletions(1)
        .withParallelism(1)
        // Whether to try again is the operator's decision, after it has read the result; and no
        // second pod while a first one may still hold a session.
        .withBackoffLimit(0)
        .withPodReplacementPolicy("Failed")
        .withActiveDeadlineSeconds(request.limits().deadline().plus(DEADLINE_SLACK).toSeconds())
        .withNewPodFailurePolicy()
        .addNewRule()
        .withAction("FailJob")
        .addNewOnPodCondition("True", "DisruptionTarget")
        .endRule()
        .addNewRule()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(JobContract.CONTAINER)
        .withOperator("NotIn")
        .withValues(0)
        .endOnExitCodes()
        .endRule()
        .endPodFailurePolicy()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .withAnnotations(podAnnotations())
        .endMetadata()
        .withSpec(pod(request, arguments))
        .endTemplate()
        .endSpec()
        .build();
  }

  /** Autoscalers must not move the pod; a mesh's sidecar would keep it from ending. */
  private static Map<String, String> podAnnotations() {
    return Map.of(
        "cluster-autoscaler.kubernetes.io/safe-to-evict", "false",
        "karpenter.sh/do-not-disrupt", "true",
        "sidecar.istio.io/inject", "false",
        "linkerd.io/inject", "disabled");
  }

  private static PodSpec pod(RunRequest request, List<String> arguments) {
    RunRequest.Placement placement = request.placement();
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withServiceAccountName(placement.serviceAccountName())
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(GRACE_SECONDS)
        .withNodeSelector(placement.nodeSelector())
        .withTolerations(placement.tolerations())
        .withImagePullSecrets(placement.imagePullSecrets())
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(
            new ContainerBuilder()
                .withName(JobContract.CONTAINER)
                .withImage(placement.image())
                .withImagePullPolicy(placement.imagePullPolicy())
                .withArgs(arguments)
                .withResources(resources(placement.resources()))
                .withTerminationMessagePath(JobContract.RESULT_FILE)
                .withTerminationMessagePolicy("File")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount()
                .withName("bundle")
                .withMountPath(JobContract.BUNDLE_DIRECTORY)
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("database")
                .withMountPath(JobContract.SECRET_DIRECTORY)
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("tmp")
                .withMountPath("/tmp")
                .endVolumeMount()
                .build())
        .addNewVolume()
        .withName("bundle")
        .withNewConfigMap()
        .withName(request.bundle())
        .endConfigMap()
        .endVolume()
        .addNewVolume()
        .withName("database")
        .withNewSecret()
        .withSecretName(request.secret())
        .withDefaultMode(0440)
        .endSecret()
        .endVolume()
        .addNewVolume()
        .withName("tmp")
        .withNewEmptyDir()
        .withSizeLimit(new Quantity("256Mi"))
        .endEmptyDir()
        .endVolume()
        .build();
  }

  /** Memory is limited to what is requested, so that the pod is not killed for a neighbour. */
  private static ResourceRequirements resources(ResourceRequirements given) {
    if (given != null
        && ((given.getRequests() != null && !given.getRequests().isEmpty())
            || (given.getLimits() != null && !given.getLimits().isEmpty()))) {
      return given;
    }
    return new ResourceRequirementsBuilder()
        .addToRequests("cpu", new Quantity("50m"))
        .addToRequests("memory", new Quantity("192Mi"))
        .addToLimits("memory", new Quantity("384Mi"))
        .build();
  }

  private static List<String> arguments(RunRequest request) {
    Arguments arguments =
        new Arguments(
            switch (request.mode()) {
              case RunRequest.Mode.Plan plan -> "plan";
              case RunRequest.Mode.Apply apply -> "apply";
              case RunRequest.Mode.ApplyIfAllowed apply -> "apply";
              case RunRequest.Mode.Recover recover -> "recover";
              case RunRequest.Mode.Check check -> "check";
            });
    arguments.add("--bundle", JobContract.BUNDLE_DIRECTORY);
    arguments.add("--secret-dir", JobContract.SECRET_DIRECTORY);
    new TreeMap<>(request.secretKeys())
        .forEach((what, key) -> arguments.add("--secret-key", what + "=" + key));
    arguments.add("--schema", request.schema());
    arguments.add("--format", request.format());
    if (request.mode() instanceof RunRequest.Mode.Check check) {
      comparison(arguments, check.drift());
      arguments.add("--verification", check.verification());
      arguments.add("--run", request.runId());
      arguments.add("--result-file", JobContract.RESULT_FILE);
      return arguments.list;
    }
    arguments.add("--target-version", request.targetVersion());
    arguments.add("--lock-wait", seconds(request.limits().lockWait()));
    arguments.add("--statement-timeout", seconds(request.limits().statementTimeout()));
    arguments.add("--deadline", seconds(request.limits().deadline()));
    bounds(arguments, request.limits());
    arguments.add("--run", request.runId());
    arguments.add(
        "--owner",
        "%s/%s/%s"
            .formatted(
                request.clusterId(), request.migration().namespace(), request.migration().name()));
    arguments.add("--known-ledger", request.knownLedger());
    arguments.add("--take-over-from", request.takeOverFrom());
    arguments.add("--result-file", JobContract.RESULT_FILE);
    switch (request.mode()) {
      case RunRequest.Mode.Plan(RunRequest.Comparison drift) -> comparison(arguments, drift);
      case RunRequest.Mode.ApplyIfAllowed(String rule) -> {
        arguments.add("--if-allowed");
        arguments.add("--approval", rule);
      }
      case RunRequest.Mode.Apply(String expectPlan, RunRequest.Approval approval) -> {
        arguments.add("--expect-plan", expectPlan);
        approval(arguments, approval);
      }
      case RunRequest.Mode.Recover(String expect, RunRequest.Approval approval) -> {
        arguments.add("--apply");
        arguments.add("--expect", expect);
        approval(arguments, approval);
      }
      case RunRequest.Mode.Check check -> throw new IllegalStateException("told before");
    }
    if (!(request.mode() instanceof RunRequest.Mode.Recover)) {
      arguments.add("--plan-frame");
    }
    return arguments.list;
  }

  private static void comparison(Arguments arguments, RunRequest.Comparison drift) {
    if (drift != null) {
      arguments.add("--drift");
      drift
          .ignores()
          .forEach(ignore -> arguments.add("--ignore", Bytes.atMost(ignore, MAX_TEXT_BYTES)));
    }
  }

  private static void bounds(Arguments arguments, RunRequest.Limits limits) {
    if (limits.endBlockers() != null) {
      arguments.add("--end-idle-blockers", limits.endBlockers().idleInTransactionFor());
      arguments.add("--end-blockers", limits.endBlockers().applicationName());
    }
    if (limits.lint() != null) {
      arguments.add("--lint-block", String.join(",", limits.lint().block()));
      for (DatabaseMigrationSpec.Waive waive : limits.lint().waive()) {
        arguments.add(
            "--waive",
            waive.rule()
                + (waive.migration() == null ? "" : "@" + waive.migration())
                + "="
                + Bytes.atMost(waive.reason(), MAX_TEXT_BYTES));
      }
    }
  }

  private static void approval(Arguments arguments, RunRequest.Approval approval) {
    if (approval == null) {
      return;
    }
    arguments.add("--approved-by", Bytes.atMost(approval.by(), MAX_TEXT_BYTES));
    arguments.add("--approved-at", approval.at().toString());
    arguments.add("--approval-channel", approval.channel());
    if (approval.reason() != null) {
      arguments.add("--approval-reason", Bytes.atMost(approval.reason(), MAX_TEXT_BYTES));
    }
  }

  /**
   * A command line in which no value can become an option ({@code --flag=value}, one argument) or a
   * Kubernetes variable ({@code $$} for {@code $}): some values are people's words.
   */
  private static final class Arguments {
    private final List<String> list = new ArrayList<>();

    Arguments(String command) {
      list.add(command);
    }

    void add(String flag) {
      list.add(flag);
    }

    void add(String flag, String value) {
      if (value != null && !value.isEmpty()) {
        list.add(flag + "=" + value.replace("$", "$$"));
      }
    }
  }

  private static String seconds(Duration duration) {
    return duration == null ? null : duration.toSeconds() + "s";
  }

  /**
   * What the run does, not where or with which image: an operator that was upgraded in between must
   * recognise the Job of its predecessor.
   */
  private static String requestHash(RunRequest request, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add(request.bundle());
    all.add(request.secret());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(Serialization.asJson(all).getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
