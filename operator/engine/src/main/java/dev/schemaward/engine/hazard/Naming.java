package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Names as PostgreSQL itself would choose them ({@code makeObjectName}), for safer SQL. */
final class Naming {
  private static final int LONGEST = 63;

  private Naming() {}

  /** Name of a constraint to which the statement gives none. */
  static String constraint(Name table, ConstraintDefinition constraint) {
    return switch (constraint.kind()) {
      case CHECK -> of(table, single(constraint.columns()), "check");
      case NOT_NULL -> of(table, constraint.columns(), "not_null");
      case UNIQUE -> of(table, constraint.columns(), "key");
      case PRIMARY_KEY -> of(table, List.of(), "pkey");
      case FOREIGN_KEY -> of(table, constraint.columns(), "fkey");
      case EXCLUDE -> of(table, constraint.columns(), "excl");
    };
  }

  /** {@code table_column_label}, short enough. */
  static String of(Name table, List<String> columns, String label) {
    StringBuilder name = new StringBuilder(table.name());
    for (String column : columns) {
      name.append('_').append(column.isEmpty() ? "expr" : column);
    }
    int room = LONGEST - label.length() - 1;
    while (name.toString().getBytes(StandardCharsets.UTF_8).length > room) {
      name.setLength(name.length() - 1);
    }
    return name.append('_').append(label).toString();
  }

  private static List<String> single(List<String> columns) {
    return columns.size() == 1 ? columns : List.of();
  }
}
