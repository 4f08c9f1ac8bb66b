package dev.schemaward.engine.shadow;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the shadow showed of a plan.
 *
 * @param serverVersion of the shadow, for example {@code 18.6}; null when there was none
 * @param effects of every pending statement: measured, or with the reason why not
 * @param failure the statement at which the plan will fail, and behind which nothing was run; empty
 *     when none is foreseen
 * @param baseFaults what of the applied part could not be replayed, so that the shadow's schema may
 *     differ from the target's; one sentence each
 * @param endState true when the shadow's schema after the run is the one that the target will have:
 *     every statement of base and plan ran
 * @param baseTook how long the applied part took
 * @param pendingTook how long the pending part took
 */
public record ShadowOutcome(
    String serverVersion,
    Map<StatementKey, StatementEffects> effects,
    Optional<Failure> failure,
    List<String> baseFaults,
    boolean endState,
    Duration baseTook,
    Duration pendingTook) {
  public ShadowOutcome {
    effects = Map.copyOf(effects);
    baseFaults = List.copyOf(baseFaults);
  }

  /**
   * A statement that fails for a reason in the files: on the target it will fail too.
   *
   * @param statement which
   * @param line line in the file, from 1
   * @param sqlState five characters; null when it is not the server that says so
   * @param message the server's, without row data
   * @param unlessPresent true when it misses an object that the bundle does not make: it fails
   *     unless the target has that object from elsewhere
   */
  public record Failure(
      StatementKey statement, int line, String sqlState, String message, boolean unlessPresent) {}

  /** How many statements have known effects. */
  public int measured() {
    return (int) effects.values().stream().filter(StatementEffects::measured).count();
  }
}
