package dev.schemaward.engine.shadow;

import java.util.List;

/**
 * What one statement did to a shadow database, as PostgreSQL itself showed it.
 *
 * @param locks relation locks that it took and did not hold before, strongest mode per relation
 * @param rewrites tables, {@code schema.name}, whose heap was written anew
 * @param scans tables, {@code schema.name}, that were read as a whole
 * @param indexBuilds indexes, {@code schema.name}, that were built or rebuilt
 * @param durationMs how long it ran on the shadow, in milliseconds
 * @param notMeasured why nothing is known; null when it was measured, and then the lists are the
 *     truth, also when they are empty
 */
public record StatementEffects(
    List<RelationLock> locks,
    List<String> rewrites,
    List<String> scans,
    List<String> indexBuilds,
    double durationMs,
    String notMeasured) {
  public StatementEffects {
    locks = List.copyOf(locks);
    rewrites = List.copyOf(rewrites);
    scans = List.copyOf(scans);
    indexBuilds = List.copyOf(indexBuilds);
  }

  /**
   * A lock on a relation.
   *
   * @param relation {@code schema.name}, unquoted
   * @param mode PostgreSQL's own name, for example {@code AccessExclusiveLock}
   */
  public record RelationLock(String relation, String mode) {}

  /** Effects that nobody knows, and why. */
  public static StatementEffects notMeasured(String reason) {
    return new StatementEffects(List.of(), List.of(), List.of(), List.of(), 0, reason);
  }

  /** True when the shadow showed them. */
  public boolean measured() {
    return notMeasured == null;
  }
}
