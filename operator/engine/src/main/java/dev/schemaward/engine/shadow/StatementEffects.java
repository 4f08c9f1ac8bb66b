package dev.schemaward.engine.shadow;

import java.util.List;

/**
 * What one statement did to a shadow database, as PostgreSQL itself showed it. What its own
 * transaction had made (a new table, its indexes, its partitions) is left out: nobody else sees it.
 *
 * @param locks relation locks that it took and its transaction did not hold before, the strongest
 *     per relation, under the names that relations had before the transaction; tables, views,
 *     sequences and indexes. A form with CONCURRENTLY takes AccessExclusiveLock on an index that it
 *     drops or swaps, when nobody uses that any more
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
