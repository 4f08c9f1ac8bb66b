package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import java.util.List;

/**
 * A column as CREATE TABLE or ADD COLUMN defines it.
 *
 * @param name as the catalogue would call it
 * @param type its type
 * @param typeText the type as written
 * @param defaultExpression as written; null for none
 * @param generated how its value comes about
 * @param generatedExpression of a stored or virtual column; null otherwise
 * @param constraints its constraints, NOT NULL among them
 */
public record ColumnDefinition(
    String name,
    TypeName type,
    String typeText,
    String defaultExpression,
    Generated generated,
    String generatedExpression,
    List<ConstraintDefinition> constraints) {
  public ColumnDefinition {
    constraints = List.copyOf(constraints);
  }

  /** How a column's value comes about. */
  public enum Generated {
    NO,
    IDENTITY,
    STORED,
    /** Also when neither STORED nor VIRTUAL is written, which 18 takes as VIRTUAL. */
    VIRTUAL
  }

  /** True when it has a constraint of this kind. */
  public boolean has(Kind kind) {
    return constraint(kind) != null;
  }

  /** Its first constraint of this kind; null when there is none. */
  public ConstraintDefinition constraint(Kind kind) {
    return constraints.stream().filter(c -> c.kind() == kind).findFirst().orElse(null);
  }
}
