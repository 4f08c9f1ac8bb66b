package dev.schemaward.controller.decide;

import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.LastResult;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.PlanStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RecoveryStatus;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a run ended: read from its Job, or, when the Job is gone, from the status that recorded it.
 * Both give the same decision.
 *
 * @param runId id of the run
 * @param kind what it was allowed to do
 * @param sequence its number among the runs of its basis
 * @param attempt how often in a row this had been tried
 * @param basis digest of what was asked for
 * @param image the runner image; may be null
 * @param at when it ended
 * @param reason why it ended; empty when it left no result
 * @param message the same for people
 * @param planHash the plan that it could execute or made; null when there was none
 * @param plan the plan that it made; empty when it made none
 * @param recovery the ways on that it found; empty when it needs none
 */
public record Outcome(
    String runId,
    RunKind kind,
    int sequence,
    int attempt,
    String basis,
    String image,
    Instant at,
    Optional<RunReason> reason,
    String message,
    String planHash,
    Optional<Plan> plan,
    List<RecoveryStatus> recovery) {

  private static final int MAX_WAYS = 10;

  /** The way on with this hash, as a plan that people approve; empty when there is none. */
  Optional<Plan> way(String hash) {
    return recovery.stream()
        .filter(way -> way.hash().equals(hash))
        .map(way -> new Plan(way.hash(), 1, 0, 0, way.title(), image, true))
        .findFirst();
  }

  /** From a Job that ended. */
  static Outcome of(Run run, Run.Finished end) {
    return new Outcome(
        run.runId(),
        run.kind(),
        run.sequence(),
        run.attempt(),
        run.basis(),
        run.image(),
        end.at(),
        end.result().map(RunResult::reason),
        end.result().map(RunResult::message).orElse(end.message()),
        run.planHash() != null
            ? run.planHash()
            : end.result().map(RunResult::planHash).orElse(null),
        end.result().flatMap(result -> plan(result, run.image())),
        end.result().map(Outcome::recovery).orElse(List.of()));
  }

  private static List<RecoveryStatus> recovery(RunResult result) {
    return result.recovery() == null
        ? List.of()
        : result.recovery().stream()
            .limit(MAX_WAYS)
            .map(
                way ->
                    new RecoveryStatus(
                        way.hash(),
                        dev.schemaward.controller.decide.Plan.shortId(way.hash()),
                        way.action(),
                        way.title(),
                        way.recommended()))
            .toList();
  }

  private static Optional<Plan> plan(RunResult result, String image) {
    if (result.planHash() == null || result.plan() == null) {
      return Optional.empty();
    }
    RunResult.PlanSummary plan = result.plan();
    return Optional.of(
        new Plan(
            result.planHash(),
            plan.pendingCount(),
            plan.block(),
            plan.destructive(),
            Objects.requireNonNullElse(plan.headline(), ""),
            image,
            result.reason() == RunReason.ApprovalRequired));
  }

  /** From what the status recorded; empty when it recorded nothing usable. */
  static Optional<Outcome> of(DatabaseMigrationStatus status) {
    LastResult last = status.lastResult();
    if (last == null || last.basis() == null || last.at() == null) {
      return Optional.empty();
    }
    Optional<RunKind> kind = RunKind.of(last.kind());
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<RunReason> reason =
          Arrays.stream(RunReason.values()).filter(r -> r.name().equals(last.reason())).findFirst();
      return Optional.of(
          new Outcome(
              last.id(),
              kind.get(),
              last.sequence(),
              last.attempt(),
              last.basis(),
              last.image(),
              Instant.parse(last.at()),
              reason,
              Objects.requireNonNullElse(last.message(), ""),
              last.planHash(),
              plan(status, last, reason),
              status.recovery()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<Plan> plan(
      DatabaseMigrationStatus status, LastResult last, Optional<RunReason> reason) {
    PlanStatus plan = status.plan();
    if (plan == null || plan.hash() == null || !plan.hash().equals(last.planHash())) {
      return Optional.empty();
    }
    return Optional.of(
        new Plan(
            plan.hash(),
            plan.pendingCount() == null ? 0 : plan.pendingCount(),
            plan.findings() == null ? 0 : plan.findings().block(),
            plan.destructive() == null ? 0 : plan.destructive(),
            Objects.requireNonNullElse(plan.summary(), ""),
            last.image(),
            reason.filter(r -> r == RunReason.ApprovalRequired).isPresent()));
  }
}
