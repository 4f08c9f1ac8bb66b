package dev.schemaward.engine.history;

import java.util.List;

/**
 * What a tool's history says.
 *
 * @param present false when its table does not exist yet
 * @param rows in the order in which they were started
 * @param otherTables tables that stand in the target schema beside the history, asked for only when
 *     it is absent
 */
public record History(boolean present, List<HistoryRow> rows, List<String> otherTables) {
  public History {
    rows = List.copyOf(rows);
    otherTables = List.copyOf(otherTables);
  }
}
