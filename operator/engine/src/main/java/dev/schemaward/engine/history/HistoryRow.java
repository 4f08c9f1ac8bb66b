package dev.schemaward.engine.history;

/**
 * One row of a tool's history table.
 *
 * @param id the tool's id of the row
 * @param name the migration
 * @param checksum as recorded; null where the tool records none
 * @param finished true when it was applied to its end
 * @param rolledBack true when it was marked as rolled back
 */
public record HistoryRow(
    String id, String name, String checksum, boolean finished, boolean rolledBack) {
  /** Applied and standing. */
  public boolean applied() {
    return finished && !rolledBack;
  }

  /**
   * Begun, and neither finished nor marked: running, failed or interrupted, which the table cannot
   * tell apart.
   */
  public boolean open() {
    return !finished && !rolledBack;
  }
}
