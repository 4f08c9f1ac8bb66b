package dev.schemaward.engine.verify;

import java.time.Duration;

/**
 * What came of one check.
 *
 * @param found what is, in words; null when it could not be seen
 * @param message one sentence
 * @param took how long it took; checks that were read together took that long together
 */
public record CheckResult(
    Check check, Outcome outcome, String found, String message, Duration took) {
  /** How it ended. */
  public enum Outcome {
    /** It holds. */
    ok,
    /** It does not hold. */
    failed,
    /** It could not be made, so nobody knows whether it holds. */
    error
  }

  /** True when it holds. */
  public boolean ok() {
    return outcome == Outcome.ok;
  }
}
