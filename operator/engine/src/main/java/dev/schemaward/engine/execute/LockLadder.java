package dev.schemaward.engine.execute;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait for a table lock, attempt by attempt. Whoever waits for an ACCESS EXCLUSIVE lock
 * makes every later query wait behind it, so the first rungs are short; one rung is above {@code
 * deadlock_timeout}, because only then does the server move autovacuum out of the way (reference:
 * PostgreSQL's ProcSleep; measured in 13 to 18).
 */
final class LockLadder {
  private static final long[] RUNGS_MILLIS = {200, 500, 1000, 1500, 2000};

  private final long topMillis;
  private final RandomGenerator random;

  LockLadder(Duration deadlockTimeout, RandomGenerator random) {
    this.topMillis =
        Math.max(RUNGS_MILLIS[RUNGS_MILLIS.length - 1], deadlockTimeout.toMillis() + 500);
    this.random = random;
  }

  /** {@code lock_timeout} of the attempt, from 0. */
  Duration lockTimeout(int attempt) {
    return Duration.ofMillis(attempt < RUNGS_MILLIS.length - 1 ? RUNGS_MILLIS[attempt] : topMillis);
  }

  /**
   * How long to step back after the attempt, from 0: others must get through; jittered, at most 5
   * s.
   */
  Duration pause(int attempt) {
    long base = Math.min(5_000, 100L << Math.min(attempt, 6));
    return Duration.ofMillis(base / 2 + random.nextLong(base / 2 + 1));
  }
}
