package dev.schemaward.controller.status;

import dev.schemaward.api.run.ExitCode;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.FailureStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.HistoryEntry;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.LastResult;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.VerificationStatus;
import dev.schemaward.controller.decide.Outcome;
import dev.schemaward.controller.decide.Run;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.run.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What status says about runs that ended: the last one in full, ten in short. */
final class RunHistory {
  private static final int MAX_ENTRIES = 10;
  private static final int MAX_TEXT_BYTES = 1024;

  private RunHistory() {}

  static LastResult lastResult(World world, Optional<Outcome> newest) {
    LastResult before = world.status().lastResult();
    if (newest.isEmpty() || (before != null && before.id().equals(newest.get().runId()))) {
      return before;
    }
    Outcome outcome = newest.get();
    return new LastResult(
        outcome.runId(),
        outcome.kind().name(),
        outcome.sequence(),
        outcome.attempt(),
        outcome.basis(),
        outcome.image(),
        outcome.reason().map(RunReason::name).orElse(null),
        Bytes.atMost(outcome.message(), MAX_TEXT_BYTES),
        outcome.planHash(),
        result(world, outcome).map(RunResult::failure).map(RunHistory::failure).orElse(null),
        outcome.at().toString());
  }

  /**
   * The next history.
   *
   * @param verification what was last verified; null for nothing
   */
  static List<HistoryEntry> next(
      World world, Optional<Outcome> newest, VerificationStatus verification) {
    return ended(world, newest).stream()
        .map(
            entry ->
                verification != null && entry.id().equals(verification.after())
                    ? verified(entry, verification.ok())
                    : entry)
        .toList();
  }

  private static HistoryEntry verified(HistoryEntry e, boolean ok) {
    return new HistoryEntry(
        e.id(),
        e.kind(),
        e.reason(),
        e.planHash(),
        e.appliedCount(),
        e.version(),
        e.approvedBy(),
        ok,
        e.times(),
        e.at());
  }

  private static List<HistoryEntry> ended(World world, Optional<Outcome> newest) {
    DatabaseMigrationStatus before = world.status();
    List<HistoryEntry> history = before.history();
    if (newest.isEmpty()
        || (!history.isEmpty() && newest.get().runId().equals(history.get(0).id()))) {
      return history;
    }
    HistoryEntry entry = entry(world, newest.get());
    List<HistoryEntry> next = new ArrayList<>(history);
    if (!next.isEmpty() && isRepetition(entry, next.getFirst(), newest.get())) {
      HistoryEntry last = next.removeFirst();
      entry = times(entry, last.times() + 1);
    }
    next.addFirst(entry);
    return next.size() > MAX_ENTRIES ? next.subList(0, MAX_ENTRIES) : next;
  }

  /** A hundred attempts at a database that is away must not push the real runs out. */
  private static boolean isRepetition(HistoryEntry entry, HistoryEntry last, Outcome outcome) {
    boolean again =
        outcome.reason().isEmpty() || outcome.reason().get().exitCode() == ExitCode.TRY_AGAIN;
    return again
        && Objects.equals(entry.kind(), last.kind())
        && Objects.equals(entry.reason(), last.reason())
        && Objects.equals(entry.planHash(), last.planHash());
  }

  private static HistoryEntry entry(World world, Outcome outcome) {
    Optional<RunResult> result = result(world, outcome);
    ApprovalStatus approval = world.status().approval();
    boolean approved =
        approval != null
            && outcome.planHash() != null
            && outcome.kind().executes()
            && outcome.planHash().equals(approval.planHash());
    return new HistoryEntry(
        outcome.runId(),
        outcome.kind().name(),
        outcome.reason().map(RunReason::name).orElse(null),
        outcome.planHash(),
        result.map(RunResult::appliedCount).filter(count -> count > 0).orElse(null),
        result.map(RunResult::history).map(RunResult.History::version).orElse(null),
        approved ? approval.by() : null,
        null,
        1,
        outcome.at().toString());
  }

  private static HistoryEntry times(HistoryEntry e, int times) {
    return new HistoryEntry(
        e.id(),
        e.kind(),
        e.reason(),
        e.planHash(),
        e.appliedCount(),
        e.version(),
        e.approvedBy(),
        e.verified(),
        times,
        e.at());
  }

  private static Optional<RunResult> result(World world, Outcome outcome) {
    return world.runs().stream()
        .filter(run -> run.runId().equals(outcome.runId()))
        .flatMap(run -> run.finished().flatMap(Run.Finished::result).stream())
        .findFirst();
  }

  private static FailureStatus failure(RunResult.Failure failure) {
    return new FailureStatus(
        failure.migration(),
        failure.statement() == 0 ? null : failure.statement(),
        failure.line() == 0 ? null : failure.line(),
        failure.sqlState(),
        failure.error() == null ? null : Bytes.atMost(failure.error(), MAX_TEXT_BYTES),
        failure.tookEffect() == null ? null : Bytes.atMost(failure.tookEffect(), MAX_TEXT_BYTES),
        failure.advice() == null ? null : Bytes.atMost(failure.advice(), MAX_TEXT_BYTES));
  }
}
