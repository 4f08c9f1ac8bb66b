package dev.schemaward.controller.decide;

import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * A Job of ours as it is in the cluster, with what its labels and annotations say it was made for.
 *
 * @param job name of the Job
 * @param runId id that its runner was given
 * @param kind what it may do
 * @param sequence number among the Jobs of the same basis, from 1
 * @param attempt how often in a row this was tried, from 1
 * @param basis digest of what was asked for when it was made
 * @param planHash the plan it may execute; null unless {@code kind} is Apply
 * @param image the runner image
 * @param after the run that it checks after; null unless {@code kind} is Check
 * @param requestedAt the request that it answers; null when it answers none
 * @param createdAt when the Job was created, by the API server's clock
 * @param deleting true when the Job is being deleted
 * @param state whether it goes on and how it ended
 */
public record Run(
    String job,
    String runId,
    RunKind kind,
    int sequence,
    int attempt,
    String basis,
    String planHash,
    String image,
    String after,
    String requestedAt,
    Instant createdAt,
    boolean deleting,
    State state) {

  /** How far a run is. */
  public sealed interface State {}

  /**
   * Its Job has not ended.
   *
   * @param started true when the container has started: it may hold the lock by now
   * @param trouble why the container does not start
   */
  public record Active(boolean started, Optional<Trouble> trouble) implements State {}

  /**
   * Its Job ended.
   *
   * @param at when
   * @param result what the runner said; empty when it could not say anything
   * @param message what Kubernetes says about the end; for a run without result
   */
  public record Finished(Instant at, Optional<RunResult> result, String message) implements State {}

  /**
   * Why a pod does not start.
   *
   * @param reason one of the WORKING reasons
   * @param message Kubernetes' own words
   */
  public record Trouble(Reason reason, String message) {}

  /** The state while the Job has not ended; empty afterwards. */
  public Optional<Active> active() {
    return state instanceof Active active ? Optional.of(active) : Optional.empty();
  }

  /** The end; empty before. */
  public Optional<Finished> finished() {
    return state instanceof Finished finished ? Optional.of(finished) : Optional.empty();
  }
}
