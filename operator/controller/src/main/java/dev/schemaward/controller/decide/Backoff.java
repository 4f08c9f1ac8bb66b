package dev.schemaward.controller.decide;

import java.time.Duration;
import java.time.Instant;

/**
 * When to try again: doubling from five seconds up to five minutes, for ever, spread a little so
 * that a database that comes back is not met by everybody at once. Without randomness: the same
 * world gives the same time.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration CAP = Duration.ofMinutes(5);

  private Backoff() {}

  /**
   * When the next attempt starts.
   *
   * @param ended when the last one ended
   * @param attempt how often in a row it was tried, from 1
   * @param uid of the DatabaseMigration; spreads
   */
  static Instant until(Instant ended, int attempt, String uid) {
    int doublings = Math.min(Math.max(attempt, 1) - 1, 10);
    Duration delay = FIRST.multipliedBy(1L << doublings);
    if (delay.compareTo(CAP) > 0) {
      delay = CAP;
    }
    long spread = delay.toMillis() / 5;
    return ended.plus(delay).minusMillis(Math.floorMod(uid.hashCode(), spread));
  }
}
