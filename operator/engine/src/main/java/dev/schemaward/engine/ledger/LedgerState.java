package dev.schemaward.engine.ledger;

import java.util.List;

/**
 * What Schemaward's own tables say about one target schema.
 *
 * @param present false when the ledger does not exist yet
 * @param version of its layout; 0 when absent
 * @param id its UUID; null when absent
 * @param epoch number of runs that it has seen, all schemas together
 * @param owner who owns the target schema; null when nobody does
 * @param runs the newest runs first, at most 20
 * @param attempts every attempt at a migration, in order of start
 * @param journal statements of attempts that are not finished, in order
 */
public record LedgerState(
    boolean present,
    int version,
    String id,
    long epoch,
    String owner,
    List<Run> runs,
    List<Attempt> attempts,
    List<JournalEntry> journal) {
  /** Which ledger, and how far it has come; null when it is absent. */
  public LedgerMark mark() {
    return present ? new LedgerMark(id, epoch) : null;
  }

  /** No ledger. */
  public static final LedgerState ABSENT =
      new LedgerState(false, 0, null, 0, null, List.of(), List.of(), List.of());

  public LedgerState {
    runs = List.copyOf(runs);
    attempts = List.copyOf(attempts);
    journal = List.copyOf(journal);
  }

  /**
   * A run of {@code apply}.
   *
   * @param id given by the caller
   * @param planHash hash of the plan that it executed
   * @param base what was applied when the plan was made: {@code name checksum} a line
   * @param baseFingerprint the live schema's fingerprint then
   * @param endFingerprint the live schema's fingerprint when the run ended in good order; null when
   *     it did not
   * @param finished true when the run ended in good order, whatever the outcome
   */
  public record Run(
      String id,
      String planHash,
      String base,
      String baseFingerprint,
      String endFingerprint,
      boolean finished) {}

  /**
   * An attempt at a migration.
   *
   * @param historyId id of the row in the tool's history
   * @param migration name
   * @param checksum of the file that was executed
   * @param runId the run that made it
   * @param planHash that run's plan
   * @param finished true when the migration was applied to its end
   */
  public record Attempt(
      String historyId,
      String migration,
      String checksum,
      String runId,
      String planHash,
      boolean finished) {}

  /**
   * A journalled statement.
   *
   * @param historyId the attempt's
   * @param index number of the statement in its file, from 1
   * @param textSha256 digest of its text
   * @param done false when it was begun and its end is not known
   */
  public record JournalEntry(String historyId, int index, String textSha256, boolean done) {}
}
