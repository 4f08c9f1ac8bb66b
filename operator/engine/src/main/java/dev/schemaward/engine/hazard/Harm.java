package dev.schemaward.engine.hazard;

/** Work that takes as long as a table is large, while others wait. */
enum Harm {
  /** The table is read as a whole. */
  SCAN(400_000_000L),
  /** An index is built: the table is read, sorted and written. */
  BUILD(60_000_000L),
  /** The table and its indexes are written anew. */
  REWRITE(40_000_000L);

  private final long bytesPerSecond;

  Harm(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * Seconds that it takes for a table of this size, roughly: rates of a middling cloud disk, so
   * that a reader knows seconds from hours.
   */
  double seconds(long bytes) {
    return (double) bytes / bytesPerSecond;
  }
}
