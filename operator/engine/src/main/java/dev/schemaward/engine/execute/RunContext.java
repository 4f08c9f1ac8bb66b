package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.plan.ExecutionPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What every migration of one run shares.
 *
 * @param session the one that holds the lock
 * @param store the tool's history
 * @param epoch ours, in the ledger
 * @param runId ours
 * @param planHash what is executed
 * @param policy bounds
 * @param ladder for table locks
 * @param random for jitter
 * @param blockers sees who is in the way
 * @param progress hears what happens
 * @param cancellation may ask for an early end
 * @param deadlineNanos {@link System#nanoTime()} after which no statement is begun
 */
record RunContext(
    Session session,
    HistoryStore store,
    long epoch,
    String runId,
    String planHash,
    ExecutionPolicy policy,
    LockLadder ladder,
    RandomGenerator random,
    BlockerWatch blockers,
    Progress progress,
    Cancellation cancellation,
    long deadlineNanos) {
  private Duration remaining() {
    return Duration.ofNanos(deadlineNanos - System.nanoTime());
  }

  /**
   * The policy's statement timeout, or what is left until the deadline where that is less; at least
   * 1 ms.
   */
  long statementTimeoutMillis() {
    long left = Math.max(1, remaining().toMillis());
    long policyMillis = policy.statementTimeout().toMillis();
    return policyMillis == 0 ? left : Math.min(policyMillis, left);
  }

  /**
   * Refuses to begin anything after the deadline.
   *
   * @throws EngineException TimedOut
   */
  void checkTime(Migration migration) throws EngineException {
    if (remaining().isNegative()) {
      throw new EngineException(
          FailureReason.TimedOut,
          "the run's deadline of "
              + policy.deadline()
              + " passed before "
              + migration.name()
              + " was done; nothing further was begun. Raise spec.execution.deadline, then ask for"
              + " a retry");
    }
  }
}
