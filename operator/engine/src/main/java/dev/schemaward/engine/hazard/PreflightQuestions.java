package dev.schemaward.engine.hazard;

import dev.schemaward.engine.hazard.Preflight.Check;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.TokenReader;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange;
import dev.schemaward.engine.sql.command.TypeName;
import java.util.List;
import java.util.Set;

/**
 * The questions that one statement raises. Only about tables and columns that the live database has
 * now; what the plan creates has no rows that could offend.
 */
final class PreflightQuestions {
  private static final Set<String> TEXTS = Set.of("text", "character varying", "character");
  private static final int EXAMPLES = 5;

  private final Step step;
  private final List<Check> checks;

  PreflightQuestions(Step step, List<Check> checks) {
    this.step = step;
    this.checks = checks;
  }

  void read() {
    switch (step.command()) {
      case Command.AlterTable alter -> {
        for (TableChange change : alter.changes()) {
          change(alter.name(), change);
        }
      }
      case Command.CreateIndex index -> {
        if (index.unique()) {
          unique(index);
        }
      }
      default -> {
        // asks nothing of rows
      }
    }
  }

  /** True when the table and these columns are there now, under these names. */
  private boolean there(Name table, List<String> columns) {
    return step.schema().live(table) != null
        && step.schema().live(table).name().equals(step.schema().key(table))
        && columns.stream()
            .allMatch(
                c ->
                    step.schema().liveColumn(table, c) != null && !step.schema().isAdded(table, c));
  }

  private void change(Name table, TableChange change) {
    switch (change) {
      case TableChange.SetNotNull set -> notNull(table, List.of(set.column()));
      case TableChange.AddConstraint add -> constraint(table, add.constraint());
      case TableChange.ValidateConstraint validate -> validate(table, validate.constraint());
      case TableChange.AlterType type -> type(table, type);
      case TableChange.AddColumn add -> {
        boolean required =
            add.column().has(Kind.NOT_NULL)
                && add.column().defaultExpression() == null
                && !add.column().type().serial()
                && add.column().generated()
                    == dev.schemaward.engine.sql.command.ColumnDefinition.Generated.NO;
        if (required && there(table, List.of())) {
          ask(
              "preflight-nulls",
              table,
              "rows of " + table + " for which new column " + add.column().name() + " has no value",
              "true",
              null);
        }
      }
      default -> {
        // asks nothing of rows
      }
    }
  }

  private void constraint(Name table, ConstraintDefinition constraint) {
    if (constraint.notValid() || constraint.notEnforced()) {
      return;
    }
    switch (constraint.kind()) {
      case NOT_NULL -> notNull(table, constraint.columns());
      case CHECK -> check(table, constraint.expression());
      case UNIQUE -> {
        if (constraint.usingIndex() == null) {
          duplicates(table, constraint.columns(), null, nullsEqual(constraint.text()));
        }
      }
      case PRIMARY_KEY -> {
        if (constraint.usingIndex() == null) {
          notNull(table, constraint.columns());
          duplicates(table, constraint.columns(), null, false);
        }
      }
      case FOREIGN_KEY ->
          orphans(
              table, constraint.columns(), constraint.references(), constraint.referencedColumns());
      case EXCLUDE ->
          cannot(
              table,
              "preflight-check",
              "rows of " + table + " that exclude each other",
              "there is no bounded query for it");
    }
  }

  private static boolean nullsEqual(String text) {
    return text.toUpperCase(java.util.Locale.ROOT).contains("NULLS NOT DISTINCT");
  }

  private void validate(Name table, String name) {
    KnownConstraint known = step.schema().constraint(table, String.valueOf(name));
    if (known == null || known.validated()) {
      return;
    }
    switch (known.type()) {
      case 'n' -> notNull(table, known.columns());
      case 'c' -> check(table, expression(known.definition()));
      case 'f' -> {
        if (known.transaction() >= 0) {
          orphans(table, known.columns(), known.references(), List.of());
        } else {
          orphans(table, known.columns(), known.references(), referenced(known.definition()));
        }
      }
      default -> {
        // an index proves it
      }
    }
  }

  /** The expression in what {@code pg_get_constraintdef} prints, or a plain expression. */
  private static String expression(String definition) {
    TokenReader in = new TokenReader(definition);
    return in.take("CHECK") ? in.parenthesised() : definition;
  }

  private static List<String> referenced(String definition) {
    TokenReader in = new TokenReader(definition);
    while (!in.atEnd() && !in.take("REFERENCES")) {
      in.skipBalanced();
    }
    in.name();
    return in.identifiers();
  }

  private void notNull(Name table, List<String> columns) {
    for (String column : columns) {
      boolean proved =
          step.schema().isNotNull(table, column)
              || step.schema().constraints(table).stream()
                  .anyMatch(c -> c.transaction() < 0 && c.provesNotNull(column));
      if (there(table, List.of(column)) && !proved) {
        ask(
            "preflight-nulls",
            table,
            "rows of " + table + " with NULL in " + column,
            Name.quoted(column) + " IS NULL",
            null);
      }
    }
  }

  private void check(Name table, String expression) {
    if (expression != null && there(table, List.of())) {
      String what = "rows of " + table + " that fail CHECK (" + expression + ")";
      if (step.schema().addsColumns(table)) {
        cannot(table, "preflight-check", what, "the plan adds a column to the table before");
      } else {
        ask("preflight-check", table, what, "NOT (" + expression + ")", null);
      }
    }
  }

  private void unique(Command.CreateIndex index) {
    TokenReader in = new TokenReader(index.definition());
    if (in.take("USING")) {
      in.identifier();
    }
    in.parenthesised();
    while (!in.atEnd() && !in.sees("WHERE")) {
      in.skipBalanced();
    }
    String where = in.take("WHERE") ? in.rest() : null;
    if (index.columns().contains("")) {
      cannot(
          index.table(),
          "preflight-duplicates",
          "equal rows of " + index.table(),
          "the index is over an expression");
    } else {
      duplicates(index.table(), index.columns(), where, nullsEqual(index.definition()));
    }
  }

  private void duplicates(Name table, List<String> columns, String where, boolean nullsEqual) {
    if (!there(table, columns)) {
      return;
    }
    String keys = Recipes.columns(columns);
    String filter = where == null ? "true" : "(" + where + ")";
    if (!nullsEqual) {
      for (String column : columns) {
        filter += " AND " + Name.quoted(column) + " IS NOT NULL";
      }
    }
    String groups =
        " FROM "
            + table.sql()
            + " WHERE "
            + filter
            + " GROUP BY "
            + keys
            + " HAVING count(*) > 1"
            + " LIMIT ";
    add(
        "preflight-duplicates",
        table,
        "values of (" + String.join(", ", columns) + ") that stand in several rows of " + table,
        "SELECT count(*) FROM (SELECT 1" + groups + Preflight.MOST + ") AS rows",
        "SELECT concat_ws(', ', " + keys + ")" + groups + EXAMPLES,
        null);
  }

  private void orphans(Name table, List<String> columns, Name parent, List<String> referenced) {
    List<String> keys = referenced;
    if (keys.isEmpty() && parent != null) {
      keys =
          step.schema().constraints(parent).stream()
              .filter(c -> c.type() == 'p')
              .findFirst()
              .map(KnownConstraint::columns)
              .orElse(List.of());
    }
    if (!there(table, columns)) {
      return;
    }
    String what =
        "rows of "
            + table
            + " whose ("
            + String.join(", ", columns)
            + ") "
            + parent
            + " does not have";
    if (keys.size() != columns.size() || !there(parent, keys)) {
      cannot(table, "preflight-orphans", what, "the referenced key is not there yet");
      return;
    }
    StringBuilder filter = new StringBuilder();
    StringBuilder match = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      filter.append("child.").append(Name.quoted(columns.get(i))).append(" IS NOT NULL AND ");
      match.append(i == 0 ? "" : " AND ").append("parent.").append(Name.quoted(keys.get(i)));
      match.append(" = child.").append(Name.quoted(columns.get(i)));
    }
    String rows =
        " FROM "
            + table.sql()
            + " AS child WHERE "
            + filter
            + "NOT EXISTS (SELECT 1 FROM "
            + parent.sql()
            + " AS parent WHERE "
            + match
            + ") LIMIT ";
    String values =
        String.join(", ", columns.stream().map(c -> "child." + Name.quoted(c)).toList());
    add(
        "preflight-orphans",
        table,
        what,
        "SELECT count(*) FROM (SELECT 1" + rows + Preflight.MOST + ") AS rows",
        "SELECT concat_ws(', ', " + values + ")" + rows + EXAMPLES,
        null);
  }

  private void type(Name table, TableChange.AlterType change) {
    TypeName from = step.schema().type(table, change.column());
    TypeName to = change.type();
    if (from == null || from.array() || to.array() || !there(table, List.of(change.column()))) {
      return;
    }
    String column = Name.quoted(change.column());
    String unfit = null;
    boolean number = Set.of("smallint", "integer", "bigint").contains(to.base());
    if (TEXTS.contains(to.base()) && TEXTS.contains(from.base()) && !to.modifiers().isEmpty()) {
      unfit = "length(" + column + ") > " + to.modifiers().getFirst();
    } else if (to.base().equals("numeric")
        && !to.modifiers().isEmpty()
        && TypeChange.of(from, to) == TypeChange.NARROWING) {
      int scale = to.modifiers().size() > 1 ? to.modifiers().get(1) : 0;
      unfit =
          "abs("
              + column
              + ") >= 10::numeric ^ "
              + (to.modifiers().getFirst() - scale)
              + " OR "
              + column
              + "::numeric <> round("
              + column
              + "::numeric, "
              + scale
              + ")";
    } else if (number && TypeChange.of(from, to) == TypeChange.NARROWING) {
      String most =
          switch (to.base()) {
            case "smallint" -> "32767";
            case "integer" -> "2147483647";
            default -> "9223372036854775807";
          };
      unfit = column + " > " + most + " OR " + column + " < -" + most + " - 1";
    } else if (TEXTS.contains(from.base())
        && !TEXTS.contains(to.base())
        && step.major() >= 16
        && to.builtIn()) {
      unfit = "NOT pg_input_is_valid(" + column + ", '" + to + "')";
    }
    if (unfit != null) {
      ask(
          "preflight-fit",
          table,
          "rows of " + table + " whose " + change.column() + " does not fit " + to,
          unfit,
          column + "::text");
    }
  }

  /** Rows for which a condition holds. */
  private void ask(String rule, Name table, String what, String condition, String shown) {
    String rows = " FROM " + table.sql() + " WHERE " + condition + " LIMIT ";
    String key = shown;
    if (key == null) {
      List<String> columns =
          step.schema().constraints(table).stream()
              .filter(c -> c.type() == 'p' && c.transaction() < 0)
              .findFirst()
              .map(KnownConstraint::columns)
              .orElse(List.of());
      key = columns.isEmpty() ? null : "concat_ws(', ', " + Recipes.columns(columns) + ")";
    }
    add(
        rule,
        table,
        what,
        "SELECT count(*) FROM (SELECT 1" + rows + Preflight.MOST + ") AS rows",
        key == null ? null : "SELECT " + key + rows + EXAMPLES,
        null);
  }

  private void cannot(Name table, String rule, String what, String why) {
    if (step.schema().live(table) != null) {
      add(rule, table, what, null, null, why);
    }
  }

  private void add(
      String rule, Name table, String what, String count, String examples, String notAsked) {
    checks.add(
        new Check(
            rule,
            step.migration().name(),
            step.statement().index(),
            step.statement().line(),
            what,
            count,
            examples,
            step.schema().isWritten(table),
            notAsked));
  }
}
