package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.Name;
import java.util.List;

/**
 * A constraint of a table or a column.
 *
 * @param name null when the statement gives none
 * @param kind what kind
 * @param columns that it is about; of a column constraint, its column; an expression (EXCLUDE) is
 *     an empty string
 * @param expression of CHECK, as written, without the outer parentheses; the text behind EXCLUDE;
 *     null otherwise
 * @param references of a foreign key; null otherwise
 * @param referencedColumns of a foreign key; empty for the primary key
 * @param usingIndex name of the index that UNIQUE or PRIMARY KEY takes over; null otherwise
 * @param notValid true for NOT VALID
 * @param notEnforced true for NOT ENFORCED (18)
 * @param text as written, without CONSTRAINT and name, without NOT VALID
 */
public record ConstraintDefinition(
    String name,
    Kind kind,
    List<String> columns,
    String expression,
    Name references,
    List<String> referencedColumns,
    String usingIndex,
    boolean notValid,
    boolean notEnforced,
    String text) {
  public ConstraintDefinition {
    columns = List.copyOf(columns);
    referencedColumns = List.copyOf(referencedColumns);
  }

  /** What kind. */
  public enum Kind {
    CHECK,
    NOT_NULL,
    UNIQUE,
    PRIMARY_KEY,
    FOREIGN_KEY,
    EXCLUDE
  }
}
