package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException.Blocker;
import java.time.Duration;
import java.util.List;

/**
 * Hears what a run is doing. Called on the run's own thread, and, while a statement runs, on
 * another one; must return at once.
 */
@FunctionalInterface
public interface Progress {
  /** Hears nothing. */
  Progress SILENT = event -> {};

  void on(Event event);

  /** What can be heard. */
  sealed interface Event {}

  /** Another session holds the migration lock. */
  record WaitingForMigrationLock(List<Blocker> holders, Duration waited) implements Event {}

  /** A migration begins. */
  record MigrationStarted(String migration, int number, int of, boolean resumed) implements Event {}

  /** A statement begins. */
  record StatementStarted(String migration, int statement, int of, int line, String command)
      implements Event {}

  /** Tables are locked by others; the transaction was rolled back and will be tried again. */
  record SteppingBack(
      String migration, int statement, int attempt, String sqlState, List<Blocker> blockers)
      implements Event {}

  /**
   * A range of rows is changed and committed.
   *
   * @param visited rows looked at so far
   * @param changed rows changed so far
   * @param estimated about how many rows there are; -1 when nobody knows
   */
  record RangeDone(String migration, long visited, long changed, long estimated) implements Event {}

  /** It pauses until standbys have caught up. */
  record WaitingForStandbys(String migration, Duration lag) implements Event {}

  /**
   * A statement goes on; told about once a second.
   *
   * @param phase what the server says it is doing, for example {@code building index: scanning
   *     table}; null when it does not say
   * @param percent of the phase; -1 when the server does not say
   * @param blockers who is in its way now; may be empty
   */
  record StillRunning(String phase, int percent, List<Blocker> blockers) implements Event {}

  /**
   * Somebody in the way was ended, because policy says so.
   *
   * @param terminated true: the session was ended; false: its statement was cancelled
   * @param seconds how long it had been in its state
   */
  record BlockerEnded(int pid, String application, boolean terminated, long seconds)
      implements Event {}

  /** A migration is applied and recorded. */
  record MigrationApplied(String migration, int number, int of, Duration took) implements Event {}

  /** The connection was lost; the run connects again and lets the ledger decide. */
  record Reconnecting(String why) implements Event {}
}
