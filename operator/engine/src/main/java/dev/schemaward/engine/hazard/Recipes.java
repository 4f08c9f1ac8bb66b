package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog.Index;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.ColumnDefinition;
import dev.schemaward.engine.sql.command.ColumnDefinition.Generated;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import java.util.List;

/** Pieces of SQL of which safer ways are made. */
final class Recipes {
  private Recipes() {}

  /** Name of a constraint: its own, or the one that PostgreSQL would choose. */
  static String name(Name table, ConstraintDefinition constraint) {
    return constraint.name() == null ? Naming.constraint(table, constraint) : constraint.name();
  }

  /** Fills a column, a range of keys at a time. */
  static String backfill(Name table, String column, String expression) {
    String name = Name.quoted(column);
    return "-- schemaward: batch\nUPDATE "
        + table.sql()
        + " SET "
        + name
        + " = "
        + expression
        + " WHERE "
        + name
        + " IS NULL;";
  }

  /** A trigger that keeps a column filled while old code writes. */
  static String fillTrigger(Name table, String column, String expression) {
    String trigger = Naming.of(table, List.of(column), "fill");
    return "CREATE FUNCTION "
        + table.sibling(trigger).sql()
        + "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."
        + Name.quoted(column)
        + " := "
        + expression
        + "; RETURN NEW; END $$;\nCREATE TRIGGER "
        + Name.quoted(trigger)
        + " BEFORE INSERT OR UPDATE ON "
        + table.sql()
        + " FOR EACH ROW EXECUTE FUNCTION "
        + table.sibling(trigger).sql()
        + "();";
  }

  /** The migrations that make a column NOT NULL without a scan under a blocking lock. */
  static String setNotNull(int major, Name table, String column) {
    return SaferWay.of(addNotNullProof(major, table, column), proveNotNull(major, table, column));
  }

  /** The first of them: what is to be proved, for new rows only. */
  static String addNotNullProof(int major, Name table, String column) {
    String alter = "ALTER TABLE " + table.sql() + " ADD CONSTRAINT ";
    return major >= 18
        ? alter
            + Name.quoted(notNullName(major, table, column))
            + " NOT NULL "
            + Name.quoted(column)
            + " NOT VALID;"
        : alter
            + Name.quoted(notNullName(major, table, column))
            + " CHECK ("
            + Name.quoted(column)
            + " IS NOT NULL) NOT VALID;";
  }

  /** The rest: proves it for the rows that are there. */
  static String proveNotNull(int major, Name table, String column) {
    String constraint = notNullName(major, table, column);
    return major >= 18
        ? validate(table, constraint)
        : SaferWay.of(
            validate(table, constraint),
            "ALTER TABLE "
                + table.sql()
                + " ALTER COLUMN "
                + Name.quoted(column)
                + " SET NOT NULL;\nALTER TABLE "
                + table.sql()
                + " DROP CONSTRAINT "
                + Name.quoted(constraint)
                + ";");
  }

  private static String notNullName(int major, Name table, String column) {
    return Naming.of(table, List.of(column), major >= 18 ? "not_null" : "nn");
  }

  static String validate(Name table, String constraint) {
    return "ALTER TABLE " + table.sql() + " VALIDATE CONSTRAINT " + Name.quoted(constraint) + ";";
  }

  /** Adds a constraint for new rows only. */
  static String addNotValid(Name table, ConstraintDefinition constraint) {
    String text = constraint.text();
    if (constraint.kind() == Kind.FOREIGN_KEY
        && !text.toUpperCase(java.util.Locale.ROOT).startsWith("FOREIGN")) {
      text = "FOREIGN KEY (" + columns(constraint.columns()) + ") " + text;
    }
    return "ALTER TABLE "
        + table.sql()
        + " ADD CONSTRAINT "
        + Name.quoted(name(table, constraint))
        + " "
        + text
        + " NOT VALID;";
  }

  /** The unique index that a constraint can take over. */
  static String uniqueConcurrently(Name table, ConstraintDefinition constraint) {
    String options =
        constraint.text().toUpperCase(java.util.Locale.ROOT).contains("NULLS NOT DISTINCT")
            ? " NULLS NOT DISTINCT"
            : "";
    return "CREATE UNIQUE INDEX CONCURRENTLY "
        + Name.quoted(name(table, constraint))
        + " ON "
        + table.sql()
        + " ("
        + columns(constraint.columns())
        + ")"
        + options
        + ";";
  }

  static String usingIndex(Name table, ConstraintDefinition constraint) {
    String name = Name.quoted(name(table, constraint));
    return "ALTER TABLE "
        + table.sql()
        + " ADD CONSTRAINT "
        + name
        + (constraint.kind() == Kind.PRIMARY_KEY ? " PRIMARY KEY" : " UNIQUE")
        + " USING INDEX "
        + name
        + ";";
  }

  /** True when a lookup by these columns can use an index. */
  static boolean hasIndex(Step step, Name table, List<String> columns) {
    for (Index index : step.schema().indexes(table)) {
      if (index.valid()
          && !index.partial()
          && index.columns().size() >= columns.size()
          && index.columns().subList(0, columns.size()).containsAll(columns)) {
        return true;
      }
    }
    return false;
  }

  /** The index that a foreign key's parent needs for its deletes; empty when there is one. */
  static String foreignKeyIndex(Step step, Name table, ConstraintDefinition foreign) {
    if (hasIndex(step, table, foreign.columns())) {
      return "";
    }
    return "CREATE INDEX CONCURRENTLY "
        + Name.quoted(Naming.of(table, foreign.columns(), "idx"))
        + " ON "
        + table.sql()
        + " ("
        + columns(foreign.columns())
        + ");";
  }

  static String columns(List<String> columns) {
    return String.join(", ", columns.stream().map(Name::quoted).toList());
  }

  /** A column's definition without one of its constraints. */
  static String without(ColumnDefinition column, ConstraintDefinition constraint) {
    StringBuilder text = new StringBuilder(Name.quoted(column.name()));
    text.append(' ').append(column.typeText());
    if (column.defaultExpression() != null) {
      text.append(" DEFAULT ").append(column.defaultExpression());
    }
    if (column.generated() == Generated.IDENTITY) {
      text.append(" GENERATED BY DEFAULT AS IDENTITY");
    } else if (column.generatedExpression() != null) {
      text.append(" GENERATED ALWAYS AS (").append(column.generatedExpression()).append(") ");
      text.append(column.generated());
    }
    for (ConstraintDefinition other : column.constraints()) {
      if (!other.equals(constraint)) {
        text.append(other.name() == null ? "" : " CONSTRAINT " + Name.quoted(other.name()));
        text.append(' ').append(other.text());
      }
    }
    return text.toString();
  }
}
