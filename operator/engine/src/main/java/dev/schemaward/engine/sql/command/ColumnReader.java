package dev.schemaward.engine.sql.command;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.TokenReader;
import dev.schemaward.engine.sql.command.ColumnDefinition.Generated;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import java.util.ArrayList;
import java.util.List;

/** Reads column definitions and constraints, as they stand in CREATE TABLE and ALTER TABLE. */
final class ColumnReader {
  /** Words that end a type or a DEFAULT expression in a column definition. */
  private static final String[] COLUMN_WORDS = {
    "CONSTRAINT",
    "NOT",
    "NULL",
    "DEFAULT",
    "CHECK",
    "UNIQUE",
    "PRIMARY",
    "REFERENCES",
    "GENERATED",
    "COLLATE",
    "DEFERRABLE",
    "INITIALLY",
    "STORAGE",
    "COMPRESSION",
    "OPTIONS",
    "ENFORCED"
  };

  private final TokenReader in;

  ColumnReader(TokenReader in) {
    this.in = in;
  }

  /** A column with its type and constraints; null when no name comes next. */
  ColumnDefinition column() {
    String name = in.identifier();
    if (name == null) {
      return null;
    }
    String typeText = in.element(COLUMN_WORDS);
    String defaultExpression = null;
    Generated generated = Generated.NO;
    String generatedExpression = null;
    List<ConstraintDefinition> constraints = new ArrayList<>();
    while (!in.atEnd() && !in.seesSymbol(',') && !in.seesSymbol(')')) {
      if (in.take("DEFAULT")) {
        defaultExpression = expression();
      } else if (in.take("GENERATED")) {
        boolean always = in.take("ALWAYS");
        if (!always) {
          in.take("BY", "DEFAULT");
        }
        in.take("AS");
        if (in.take("IDENTITY")) {
          generated = Generated.IDENTITY;
          in.parenthesised();
        } else {
          generatedExpression = in.parenthesised();
          generated = in.take("STORED") ? Generated.STORED : Generated.VIRTUAL;
          in.take("VIRTUAL");
        }
      } else if (in.seesAny("COLLATE", "STORAGE", "COMPRESSION")) {
        in.skip();
        in.name();
      } else if (in.take("OPTIONS")) {
        in.parenthesised();
      } else if (!in.take("NULL")) {
        ConstraintDefinition constraint = constraint(name);
        if (constraint == null) {
          in.skipBalanced();
        } else {
          constraints.add(constraint);
        }
      }
    }
    return new ColumnDefinition(
        name,
        TypeName.of(typeText),
        typeText,
        defaultExpression,
        generated,
        generatedExpression,
        constraints);
  }

  /** A DEFAULT expression: its first token may be a word that would else end it (NULL, NOT). */
  private String expression() {
    int mark = in.mark();
    in.skipBalanced();
    in.element(COLUMN_WORDS);
    return in.textSince(mark);
  }

  /** A constraint of the table; null, and nothing is read, when none comes next. */
  ConstraintDefinition tableConstraint() {
    return constraint(null);
  }

  /**
   * A constraint.
   *
   * @param column whose constraint it is; null for one of the table
   */
  private ConstraintDefinition constraint(String column) {
    final int start = in.mark();
    String name = in.take("CONSTRAINT") ? in.identifier() : null;
    final int mark = in.mark();
    List<String> columns = column == null ? List.of() : List.of(column);
    Kind kind;
    String expression = null;
    Name references = null;
    List<String> referencedColumns = List.of();
    String usingIndex = null;
    if (in.take("CHECK")) {
      kind = Kind.CHECK;
      expression = in.parenthesised();
    } else if (in.take("NOT", "NULL")) {
      kind = Kind.NOT_NULL;
      if (column == null) {
        columns = List.of(String.valueOf(in.identifier()));
      }
    } else if (in.seesAny("UNIQUE", "PRIMARY")) {
      kind = in.take("UNIQUE") ? Kind.UNIQUE : Kind.PRIMARY_KEY;
      in.take("PRIMARY", "KEY");
      in.take("NULLS", "NOT", "DISTINCT");
      in.take("NULLS", "DISTINCT");
      if (in.take("USING", "INDEX")) {
        if (in.take("TABLESPACE")) {
          in.identifier();
        } else {
          usingIndex = in.identifier();
        }
      } else if (column == null) {
        columns = in.identifiers();
      }
      if (in.take("INCLUDE")) {
        in.identifiers();
      }
    } else if (in.take("EXCLUDE")) {
      kind = Kind.EXCLUDE;
      int from = in.mark();
      if (in.take("USING")) {
        in.identifier();
      }
      columns = in.identifiers();
      expression = in.textSince(from);
    } else if (in.sees("FOREIGN", "KEY") || in.sees("REFERENCES")) {
      kind = Kind.FOREIGN_KEY;
      if (in.take("FOREIGN", "KEY")) {
        columns = in.identifiers();
      }
      in.take("REFERENCES");
      references = in.name();
      referencedColumns = in.identifiers();
    } else {
      in.reset(start);
      return null;
    }
    boolean notValid = false;
    boolean notEnforced = false;
    String text = in.textSince(mark);
    while (!in.atEnd() && !in.seesSymbol(',') && !in.seesSymbol(')')) {
      if (in.take("NOT", "VALID")) {
        notValid = true;
      } else if (in.take("NOT", "ENFORCED")) {
        notEnforced = true;
        text = in.textSince(mark);
      } else if (column != null && endsColumnConstraint()) {
        break;
      } else {
        in.skipBalanced();
        text = in.textSince(mark);
      }
    }
    return new ConstraintDefinition(
        name,
        kind,
        columns,
        expression,
        references,
        referencedColumns,
        usingIndex,
        notValid,
        notEnforced,
        text);
  }

  /** True when what follows belongs to the column again, and not to the constraint just read. */
  private boolean endsColumnConstraint() {
    return in.seesAny(
            "CONSTRAINT",
            "NULL",
            "DEFAULT",
            "CHECK",
            "UNIQUE",
            "PRIMARY",
            "REFERENCES",
            "GENERATED",
            "COLLATE",
            "STORAGE",
            "COMPRESSION")
        || in.sees("NOT", "NULL");
  }
}
