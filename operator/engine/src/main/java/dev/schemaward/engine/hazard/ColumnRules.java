package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.ColumnDefinition;
import dev.schemaward.engine.sql.command.ColumnDefinition.Generated;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange;
import dev.schemaward.engine.sql.command.TableChange.AddColumn;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Adding a column. */
final class ColumnRules {
  /** Calls whose result differs from row to row: PostgreSQL must then write every row. */
  private static final Pattern VOLATILE =
      Pattern.compile(
          "\\b(clock_timestamp|timeofday|random|random_normal|gen_random_uuid|uuidv4|uuidv7"
              + "|uuid_generate_v1|uuid_generate_v1mc|uuid_generate_v4|nextval|setseed|lastval"
              + "|currval|pg_sleep|gen_random_bytes|gen_salt|txid_current|nanoid|cuid|ulid)\\s*\\(",
          Pattern.CASE_INSENSITIVE);

  /** Calls that PostgreSQL evaluates once for all rows. */
  private static final Pattern CALL = Pattern.compile("([a-z_][a-z0-9_.]*)\\s*\\(");

  private static final java.util.Set<String> STABLE =
      java.util.Set.of(
          "now",
          "transaction_timestamp",
          "statement_timestamp",
          "current_setting",
          "timezone",
          "lower",
          "upper",
          "concat",
          "md5",
          "to_char",
          "to_timestamp",
          "to_date",
          "date_trunc",
          "extract",
          "coalesce",
          "array",
          "jsonb_build_object",
          "json_build_object",
          "jsonb_build_array",
          "row",
          "cast",
          "current_date",
          "current_timestamp",
          "localtimestamp",
          "numeric",
          "varchar",
          "char",
          "interval",
          "timestamp",
          "timestamptz",
          "decimal",
          "bit",
          "int4range",
          "int8range",
          "numrange",
          "tsrange",
          "tstzrange",
          "daterange",
          "make_date",
          "make_interval",
          "point",
          "left",
          "right",
          "repeat",
          "round",
          "floor",
          "ceil",
          "abs",
          "inet_client_addr",
          "current_schema",
          "to_jsonb",
          "to_json",
          "decode",
          "encode",
          "nullif",
          "greatest",
          "least",
          "length",
          "replace",
          "to_tsvector");

  static final List<Rule> RULES =
      List.of(
          rule(
              "add-column-volatile-default",
              Severity.BLOCK,
              HazardClass.REWRITE,
              ColumnRules::volatileDefault),
          rule(
              "add-column-serial-identity",
              Severity.BLOCK,
              HazardClass.REWRITE,
              ColumnRules::serialOrIdentity),
          rule(
              "add-column-generated-stored",
              Severity.BLOCK,
              HazardClass.REWRITE,
              ColumnRules::generatedStored),
          rule(
              "add-column-constrained-domain",
              Severity.BLOCK,
              HazardClass.REWRITE,
              ColumnRules::constrainedDomain),
          rule("add-column-required", Severity.BLOCK, HazardClass.DATA, ColumnRules::required),
          rule("add-column-check", Severity.WARN, HazardClass.SCAN, ColumnRules::check),
          rule("add-column-unique", Severity.BLOCK, HazardClass.LOCK, ColumnRules::unique),
          rule("add-column-references", Severity.WARN, HazardClass.LOCK, ColumnRules::references),
          rule("json-column", Severity.INFORM, HazardClass.DATA, ColumnRules::json),
          rule("add-column-plain", Severity.INFORM, HazardClass.LOCK, ColumnRules::plain),
          rule("noop-ddl-still-locks", Severity.INFORM, HazardClass.LOCK, ColumnRules::exists),
          Rule.onChange(
              "noop-ddl-still-locks",
              Severity.INFORM,
              HazardClass.LOCK,
              TableChange.DropColumn.class,
              ColumnRules::dropMaybe));

  private ColumnRules() {}

  private static Rule rule(
      String id, Severity severity, HazardClass hazardClass, Rule.ChangeJudge<AddColumn> judge) {
    return Rule.onChange(id, severity, hazardClass, AddColumn.class, judge);
  }

  /** True when it is known to need a new value for each row. */
  static boolean isVolatile(String expression) {
    return expression != null && VOLATILE.matcher(expression).find();
  }

  /** True when it calls something of which the text alone does not say whether it is volatile. */
  private static boolean callsUnknown(String expression) {
    return expression != null
        && CALL.matcher(expression.toLowerCase(Locale.ROOT).replaceAll("'[^']*'", "''"))
            .results()
            .map(m -> m.group(1).substring(m.group(1).lastIndexOf('.') + 1))
            .anyMatch(name -> !STABLE.contains(name));
  }

  private static void volatileDefault(
      Step step, Command.AlterTable alter, AddColumn add, Report report) {
    ColumnDefinition column = add.column();
    boolean known = isVolatile(column.defaultExpression());
    if (!known && !callsUnknown(column.defaultExpression())) {
      return;
    }
    Name table = alter.name();
    String bare = "ALTER TABLE " + table.sql() + " ALTER COLUMN " + Name.quoted(column.name());
    String nullable =
        "ALTER TABLE "
            + table.sql()
            + " ADD COLUMN "
            + Name.quoted(column.name())
            + " "
            + column.typeText()
            + ";\n"
            + bare
            + " SET DEFAULT "
            + column.defaultExpression()
            + ";";
    String fill = Recipes.backfill(table, column.name(), column.defaultExpression());
    String safer =
        column.has(Kind.NOT_NULL)
            ? SaferWay.of(nullable, fill, Recipes.setNotNull(step.major(), table, column.name()))
            : SaferWay.of(nullable, fill);
    report.add(
        known || !step.measured() ? Severity.BLOCK : Severity.WARN,
        table,
        "stops all reads and writes of "
            + step.named(table)
            + (known
                ? " while it writes every row anew, for a default that differs from row to row"
                : " while it writes every row anew, when its default differs from row to row")
            + step.time(table, Harm.REWRITE),
        safer,
        Harm.REWRITE);
  }

  private static void serialOrIdentity(
      Step step, Command.AlterTable alter, AddColumn add, Report report) {
    ColumnDefinition column = add.column();
    if (!column.type().serial() && column.generated() != Generated.IDENTITY) {
      return;
    }
    Name table = alter.name();
    String sequence = table.sibling(Naming.of(table, List.of(column.name()), "seq")).sql();
    String name = Name.quoted(column.name());
    report.add(
        table,
        "stops all reads and writes of "
            + step.named(table)
            + " while it numbers every row"
            + step.time(table, Harm.REWRITE),
        SaferWay.of(
            "ALTER TABLE "
                + table.sql()
                + " ADD COLUMN "
                + name
                + " "
                + column.type().base()
                + ";\nCREATE SEQUENCE "
                + sequence
                + " OWNED BY "
                + table.sql()
                + "."
                + name
                + ";\nALTER TABLE "
                + table.sql()
                + " ALTER COLUMN "
                + name
                + " SET DEFAULT nextval('"
                + sequence
                + "');",
            Recipes.backfill(table, column.name(), "nextval('" + sequence + "')")),
        Harm.REWRITE);
  }

  private static void generatedStored(
      Step step, Command.AlterTable alter, AddColumn add, Report report) {
    ColumnDefinition column = add.column();
    boolean stored =
        column.generated() == Generated.STORED
            || (column.generated() == Generated.VIRTUAL && step.major() < 18);
    if (!stored) {
      return;
    }
    Name table = alter.name();
    String name = Name.quoted(column.name());
    String safer =
        step.major() >= 18
            ? "ALTER TABLE "
                + table.sql()
                + " ADD COLUMN "
                + name
                + " "
                + column.typeText()
                + " GENERATED ALWAYS AS ("
                + column.generatedExpression()
                + ") VIRTUAL;"
            : SaferWay.of(
                "ALTER TABLE "
                    + table.sql()
                    + " ADD COLUMN "
                    + name
                    + " "
                    + column.typeText()
                    + ";\n"
                    + Recipes.fillTrigger(
                        table,
                        column.name(),
                        "(SELECT " + column.generatedExpression() + " FROM (SELECT NEW.*) AS row)"),
                Recipes.backfill(table, column.name(), column.generatedExpression()));
    report.add(
        table,
        "stops all reads and writes of "
            + step.named(table)
            + " while it computes and writes every row"
            + step.time(table, Harm.REWRITE),
        safer,
        Harm.REWRITE);
  }

  private static void constrainedDomain(
      Step step, Command.AlterTable alter, AddColumn add, Report report) {
    ColumnDefinition column = add.column();
    Boolean known = step.schema().constrainedDomain(column.type());
    boolean other =
        column.defaultExpression() != null
            || column.generated() != Generated.NO
            || column.type().serial();
    boolean possible = known == null && (!step.measured() || !other);
    if (Boolean.TRUE.equals(known) || possible) {
      report.add(
          possible ? Severity.WARN : Severity.BLOCK,
          alter.name(),
          "stops all reads and writes of "
              + step.named(alter.name())
              + " while it writes every row anew, "
              + (possible && !step.measured()
                  ? "if type " + column.type() + " is a domain with constraints"
                  : "because the type is a domain with constraints")
              + step.time(alter.name(), Harm.REWRITE),
          "give the column the domain's base type, and the table a CHECK … NOT VALID that is"
              + " validated in the next migration",
          Harm.REWRITE);
    }
  }

  private static void required(Step step, Command.AlterTable alter, AddColumn add, Report report) {
    ColumnDefinition column = add.column();
    boolean filled =
        column.defaultExpression() != null
            || column.type().serial()
            || column.generated() != Generated.NO;
    boolean needed = column.has(Kind.NOT_NULL) || column.has(Kind.PRIMARY_KEY);
    if (!needed || filled || step.schema().rows(alter.name()) == 0) {
      return;
    }
    Name table = alter.name();
    report.add(
        table,
        "fails when "
            + step.named(table)
            + " has a row: "
            + column.name()
            + " must have a value and has none; old code that inserts without it fails too",
        SaferWay.of(
            "ALTER TABLE "
                + table.sql()
                + " ADD COLUMN "
                + Name.quoted(column.name())
                + " "
                + column.typeText()
                + ";",
            "-- fill "
                + Name.quoted(column.name())
                + " here, in batches\n"
                + Recipes.addNotNullProof(step.major(), table, column.name()),
            Recipes.proveNotNull(step.major(), table, column.name())));
  }

  private static void check(Step step, Command.AlterTable alter, AddColumn add, Report report) {
    for (ConstraintDefinition check : add.column().constraints()) {
      if (check.kind() != Kind.CHECK || check.notEnforced()) {
        continue;
      }
      Name table = alter.name();
      String constraint = check.name() == null ? Naming.constraint(table, check) : check.name();
      report.add(
          table,
          "stops all reads and writes of "
              + step.named(table)
              + " while it checks every row"
              + step.time(table, Harm.SCAN),
          SaferWay.of(
              "ALTER TABLE "
                  + table.sql()
                  + " ADD COLUMN "
                  + Recipes.without(add.column(), check)
                  + ";\nALTER TABLE "
                  + table.sql()
                  + " ADD CONSTRAINT "
                  + Name.quoted(constraint)
                  + " "
                  + check.text()
                  + " NOT VALID;",
              Recipes.validate(table, constraint)),
          Harm.SCAN);
    }
  }

  private static void unique(Step step, Command.AlterTable alter, AddColumn add, Report report) {
    for (ConstraintDefinition unique : add.column().constraints()) {
      boolean key = unique.kind() == Kind.PRIMARY_KEY;
      if (unique.kind() != Kind.UNIQUE && !key) {
        continue;
      }
      Name table = alter.name();
      report.add(
          table,
          "stops all reads and writes of "
              + step.named(table)
              + " while it builds an index"
              + step.time(table, Harm.BUILD),
          SaferWay.of(
              "ALTER TABLE "
                  + table.sql()
                  + " ADD COLUMN "
                  + Recipes.without(add.column(), unique)
                  + ";",
              Recipes.uniqueConcurrently(table, unique),
              Recipes.usingIndex(table, unique)),
          Harm.BUILD);
    }
  }

  private static void references(
      Step step, Command.AlterTable alter, AddColumn add, Report report) {
    ConstraintDefinition foreign = add.column().constraint(Kind.FOREIGN_KEY);
    if (foreign == null || foreign.notEnforced() || step.schema().isNew(alter.name())) {
      return;
    }
    Name table = alter.name();
    boolean filled = add.column().defaultExpression() != null;
    String safer =
        SaferWay.of(
            "ALTER TABLE "
                + table.sql()
                + " ADD COLUMN "
                + Recipes.without(add.column(), foreign)
                + ";",
            Recipes.foreignKeyIndex(step, table, foreign),
            Recipes.addNotValid(table, foreign),
            Recipes.validate(table, Recipes.name(table, foreign)));
    if (filled) {
      report.add(
          Severity.BLOCK,
          table,
          "stops all reads and writes of "
              + step.named(table)
              + ", and writes to "
              + step.named(foreign.references())
              + ", while it looks up every row"
              + step.time(table, Harm.SCAN),
          safer,
          Harm.SCAN);
    } else {
      report.add(
          foreign.references(),
          "stops writes to "
              + step.named(foreign.references())
              + " until it commits, and all reads and writes of "
              + step.named(table),
          safer);
    }
  }

  private static void json(Step step, Command.AlterTable alter, AddColumn add, Report report) {
    if (add.column().type().base().equals("json") && !add.column().type().array()) {
      report.add(
          alter.name(),
          "adds a json column: DISTINCT, GROUP BY and UNION over "
              + alter.name()
              + " fail, because json has no equality",
          "ALTER TABLE "
              + alter.name().sql()
              + " ADD COLUMN "
              + Name.quoted(add.column().name())
              + " jsonb"
              + add.column().constraints().stream()
                  .map(c -> " " + c.text())
                  .reduce("", String::concat)
              + (add.column().defaultExpression() == null
                  ? ""
                  : " DEFAULT "
                      + add.column().defaultExpression().replaceAll("(?i)::json\\b", "::jsonb"))
              + ";");
    }
  }

  private static void plain(Step step, Command.AlterTable alter, AddColumn add, Report report) {
    if (report.isEmpty() && alter.kind().equals("TABLE")) {
      report.add(
          alter.name(),
          "adds column "
              + add.column().name()
              + " to "
              + step.named(alter.name())
              + ": an instant, once reads and writes of it have paused",
          null);
    }
  }

  private static void exists(Step step, Command.AlterTable alter, AddColumn add, Report report) {
    if (add.ifNotExists() && step.schema().liveColumn(alter.name(), add.column().name()) != null) {
      report.add(
          alter.name(),
          "does nothing, for the column is there, and still stops all reads and writes of "
              + step.named(alter.name())
              + " for an instant",
          "leave it out");
    }
  }

  private static void dropMaybe(
      Step step, Command.AlterTable alter, TableChange.DropColumn drop, Report report) {
    if (drop.ifExists()
        && step.schema().live(alter.name()) != null
        && step.schema().liveColumn(alter.name(), drop.column()) == null) {
      report.add(
          alter.name(),
          "does nothing, for the column is not there, and still stops all reads and writes of "
              + step.named(alter.name())
              + " for an instant",
          "leave it out");
    }
  }
}
