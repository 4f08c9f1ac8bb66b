package dev.schemaward.controller.decide;

import dev.schemaward.api.run.ExitCode;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.CheckStatus;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;

/**
 * A check that ended: read from its Job, or, when the Job is gone, from the status that recorded
 * it.
 *
 * @param runId id of its run
 * @param after id of the run after which it was made; null when there was none
 * @param requestedAt the request that it answers; null when it answers none
 * @param basis digest of what was asked for
 * @param attempt how often in a row it was tried
 * @param at when it ended
 * @param reason {@code Checked}, or why it could not; empty when it left no result
 * @param message the same for people
 * @param result everything that it said; empty when only the status knows of it
 */
public record Check(
    String runId,
    String after,
    String requestedAt,
    String basis,
    int attempt,
    Instant at,
    Optional<RunReason> reason,
    String message,
    Optional<RunResult> result) {

  /** True when it said what it was asked. */
  public boolean made() {
    return reason.filter(r -> r == RunReason.Checked).isPresent();
  }

  /** True when it could not be made, and time alone does not change that. */
  public boolean isFinal() {
    return !made() && !transientFailure();
  }

  /** True when time may heal what kept it from saying it. */
  boolean transientFailure() {
    return !made() && reason.map(r -> r.exitCode() == ExitCode.TRY_AGAIN).orElse(true);
  }

  /** The newest one; empty when none has ended. */
  public static Optional<Check> newest(World world) {
    Optional<Check> ofJob =
        world.runs().stream()
            .filter(run -> run.kind() == RunKind.Check)
            .flatMap(run -> run.finished().map(end -> of(run, end)).stream())
            .max(Comparator.comparing(Check::at));
    Optional<Check> recorded = of(world.status());
    if (ofJob.isPresent() && recorded.isPresent()) {
      return recorded.get().at().isAfter(ofJob.get().at()) ? recorded : ofJob;
    }
    return ofJob.or(() -> recorded);
  }

  private static Check of(Run run, Run.Finished end) {
    return new Check(
        run.runId(),
        run.after(),
        run.requestedAt(),
        run.basis(),
        run.attempt(),
        end.at(),
        end.result().map(RunResult::reason),
        end.result().map(RunResult::message).orElse(end.message()),
        end.result());
  }

  private static Optional<Check> of(DatabaseMigrationStatus status) {
    CheckStatus last = status.lastCheck();
    if (last == null || last.at() == null || last.basis() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Check(
              last.id(),
              last.after(),
              last.requestedAt(),
              last.basis(),
              last.attempt(),
              Instant.parse(last.at()),
              Arrays.stream(RunReason.values())
                  .filter(reason -> reason.name().equals(last.reason()))
                  .findFirst(),
              Objects.requireNonNullElse(last.message(), ""),
              Optional.empty()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
