package dev.schemaward.controller.observe;

import dev.schemaward.api.run.ExitCode;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.controller.decide.Run;
import dev.schemaward.controller.decide.RunKind;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a Job and its pod say about a run. A Job without our marks is none of ours; a result counts
 * only when it is whole, of this run, and fits the exit code.
 */
final class JobReader {
  private JobReader() {}

  /**
   * The run of a Job; empty when its marks are missing or unreadable.
   *
   * @param pod its pod; null when there is none
   * @param events asks for the events of an object
   */
  static Optional<Run> read(Job job, Pod pod, Function<HasMetadata, Collection<Event>> events) {
    Map<String, String> marks = job.getMetadata().getAnnotations();
    Optional<RunKind> kind =
        Optional.ofNullable(marks).map(m -> m.get(JobMarks.KIND)).flatMap(RunKind::of);
    if (kind.isEmpty() || marks.get(JobMarks.RUN) == null || marks.get(JobMarks.BASIS) == null) {
      return Optional.empty();
    }
    String runId = marks.get(JobMarks.RUN);
    return Optional.of(
        new Run(
            job.getMetadata().getName(),
            runId,
            kind.get(),
            number(marks.get(JobMarks.SEQUENCE)),
            number(marks.get(JobMarks.ATTEMPT)),
            marks.get(JobMarks.BASIS),
            marks.get(JobMarks.PLAN_HASH),
            marks.get(JobMarks.IMAGE),
            marks.get(JobMarks.AFTER),
            marks.get(JobMarks.REQUESTED_AT),
            Instant.parse(job.getMetadata().getCreationTimestamp()),
            job.getMetadata().getDeletionTimestamp() != null,
            state(job, pod, kind.get(), runId, events)));
  }

  private static Run.State state(
      Job job,
      Pod pod,
      RunKind kind,
      String runId,
      Function<HasMetadata, Collection<Event>> events) {
    Optional<JobCondition> end = end(job);
    if (end.isEmpty()) {
      return new Run.Active(hasStarted(pod), trouble(job, pod, events));
    }
    Optional<ContainerStateTerminated> container = terminated(pod);
    Optional<RunResult> result = container.flatMap(state -> result(state, kind, runId));
    return new Run.Finished(
        Instant.parse(end.get().getLastTransitionTime()),
        result,
        result.map(RunResult::message).orElseGet(() -> withoutResult(end.get(), pod, container)));
  }

  /** The conditions, not the counters: those lag and are null at first. */
  private static Optional<JobCondition> end(Job job) {
    if (job.getStatus() == null || job.getStatus().getConditions() == null) {
      return Optional.empty();
    }
    return job.getStatus().getConditions().stream()
        .filter(c -> c.getType().equals("Complete") || c.getType().equals("Failed"))
        .filter(c -> "True".equals(c.getStatus()))
        .findFirst();
  }

  private static boolean hasStarted(Pod pod) {
    if (pod == null || pod.getStatus() == null) {
      return false;
    }
    return !"Pending".equals(pod.getStatus().getPhase())
        || pod.getStatus().getContainerStatuses().stream()
            .anyMatch(
                c ->
                    c.getState() != null
                        && (c.getState().getRunning() != null
                            || c.getState().getTerminated() != null));
  }

  private static Optional<Run.Trouble> trouble(
      Job job, Pod pod, Function<HasMetadata, Collection<Event>> events) {
    Optional<PodTroubles.Trouble> trouble =
        pod == null
            ? PodTroubles.ofJobWithoutPod(events.apply(job))
            : PodTroubles.ofPod(pod, PodTroubles.needsEvents(pod) ? events.apply(pod) : List.of());
    return trouble.map(t -> new Run.Trouble(reason(t.kind()), t.message()));
  }

  private static Reason reason(PodTroubles.Kind kind) {
    return switch (kind) {
      case IMAGE -> Reason.RunnerImageUnavailable;
      case UNSCHEDULABLE -> Reason.RunnerUnschedulable;
      case DEPENDENCY -> Reason.DependencyMissing;
      case REFUSED -> Reason.RunnerRefused;
      case START -> Reason.RunnerNotStarting;
    };
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    if (pod == null || pod.getStatus() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getContainerStatuses().stream()
        .filter(container -> JobContract.CONTAINER.equals(container.getName()))
        .map(
            container -> container.getState() == null ? null : container.getState().getTerminated())
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static Optional<RunResult> result(
      ContainerStateTerminated container, RunKind kind, String runId) {
    int code = container.getExitCode();
    return RunResults.parse(container.getMessage(), runId)
        .filter(result -> result.reason().exitCode().code() == code)
        .or(() -> ofExitCode(code).map(reason -> bare(kind, runId, reason, code)));
  }

  /** The exit code alone says less, but enough to be safe. */
  private static Optional<RunReason> ofExitCode(int code) {
    for (ExitCode known : ExitCode.values()) {
      if (known.code() == code) {
        return switch (known) {
          case OK, DIFFERENT -> Optional.empty(); // 1 is also how a JVM dies
          case INVALID_REQUEST -> Optional.of(RunReason.InvalidRequest);
          case PLAN_CHANGED -> Optional.of(RunReason.PlanChanged);
          case BUNDLE_INVALID -> Optional.of(RunReason.BundleInvalid);
          case MIGRATION_FAILED -> Optional.of(RunReason.MigrationFailed);
          case NEEDS_ATTENTION -> Optional.of(RunReason.NeedsAttention);
          case TRY_AGAIN -> Optional.of(RunReason.Interrupted);
          case ACCESS -> Optional.of(RunReason.CredentialsRejected);
        };
      }
    }
    return Optional.empty();
  }

  private static RunResult bare(RunKind kind, String runId, RunReason reason, int code) {
    return RunResult.bare(
        switch (kind) {
          case Plan -> "plan";
          case Apply, ApplyIfAllowed -> "apply";
          case Recover -> "recover";
          case Check -> "check";
        },
        runId,
        reason,
        "the runner ended with exit code %d and left no readable result; its log says more"
            .formatted(code),
        null,
        0);
  }

  private static String withoutResult(
      JobCondition end, Pod pod, Optional<ContainerStateTerminated> container) {
    String job =
        end.getReason() == null ? "the Job ended" : "the Job ended with " + end.getReason();
    if (container.isPresent()) {
      return "%s: the container ended with exit code %d%s"
          .formatted(
              job,
              container.get().getExitCode(),
              container.get().getReason() == null ? "" : " (" + container.get().getReason() + ")");
    }
    if (pod == null) {
      return job
          + " and its pod is gone"
          + (end.getMessage() == null ? "" : ": " + end.getMessage());
    }
    String reason = pod.getStatus() == null ? null : pod.getStatus().getReason();
    String message = pod.getStatus() == null ? null : pod.getStatus().getMessage();
    return job
        + (reason == null ? "" : ": the pod was " + reason)
        + (message == null ? "" : ": " + message.strip());
  }

  private static int number(String text) {
    try {
      return text == null ? 1 : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 1;
    }
  }
}
