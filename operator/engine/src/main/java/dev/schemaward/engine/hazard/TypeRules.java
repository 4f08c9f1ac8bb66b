package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange.AlterType;
import dev.schemaward.engine.sql.command.TypeName;
import java.util.List;
import java.util.Locale;

/** Changing a column's type. */
final class TypeRules {
  static final List<Rule> RULES =
      List.of(
          rule("narrowing-type", Severity.BLOCK, HazardClass.DESTRUCTIVE, TypeRules::narrowing),
          rule("type-fk-column", Severity.BLOCK, HazardClass.REWRITE, TypeRules::foreignKey),
          rule("type-timestamp-tz", Severity.WARN, HazardClass.DATA, TypeRules::timeZone),
          rule("type-rewrite", Severity.BLOCK, HazardClass.REWRITE, TypeRules::rewrite),
          rule("type-collation", Severity.WARN, HazardClass.REWRITE, TypeRules::collation),
          rule("type-binary-but-check", Severity.WARN, HazardClass.SCAN, TypeRules::checked),
          rule("type-metadata-only", Severity.INFORM, HazardClass.LOCK, TypeRules::metadata));

  private TypeRules() {}

  private static Rule rule(
      String id, Severity severity, HazardClass hazardClass, Rule.ChangeJudge<AlterType> judge) {
    return Rule.onChange(id, severity, hazardClass, AlterType.class, judge);
  }

  /** What the change does, as far as the text and the catalogue say. */
  static TypeChange kind(Step step, Name table, AlterType change) {
    if (change.type().serial()) {
      return TypeChange.REWRITE;
    }
    TypeChange kind = TypeChange.of(step.schema().type(table, change.column()), change.type());
    if (step.schema().isConstrainedDomain(change.type())) {
      return TypeChange.REWRITE;
    }
    if (change.using() == null || plainCast(change)) {
      return kind;
    }
    return kind == TypeChange.NARROWING ? kind : TypeChange.REWRITE;
  }

  /** True when USING says no more than would be done without it: {@code column::type}. */
  private static boolean plainCast(AlterType change) {
    String using = change.using().replace("\"", "").replaceAll("\\s+", "");
    String column = change.column();
    String[] parts = using.replaceAll("^\\(|\\)$", "").split("::", -1);
    boolean cast =
        parts.length <= 2
            && parts[0].replaceAll("[()]", "").equalsIgnoreCase(column)
            && (parts.length == 1
                || TypeName.of(parts[1].replaceAll("\\)$", ")"))
                    .base()
                    .replace(" ", "")
                    .equalsIgnoreCase(change.type().base().replace(" ", ""))
                || parts[1].equalsIgnoreCase(change.typeText().replaceAll("[\\s\"]", "")));
    return cast
        || using
            .toLowerCase(Locale.ROOT)
            .equals(
                ("cast(" + column + "as" + change.typeText().replaceAll("\\s", "") + ")")
                    .toLowerCase(Locale.ROOT));
  }

  private static String change(Step step, Name table, AlterType change) {
    TypeName from = step.schema().type(table, change.column());
    return table
        + "."
        + change.column()
        + (from == null ? "" : " from " + from)
        + " to "
        + change.type();
  }

  private static void narrowing(
      Step step, Command.AlterTable alter, AlterType change, Report report) {
    if (kind(step, alter.name(), change) == TypeChange.NARROWING) {
      report.add(
          alter.name(),
          "changes "
              + change(step, alter.name(), change)
              + ": values that do not fit are cut, rounded or refused",
          newColumn(alter.name(), change),
          Harm.REWRITE);
    }
  }

  private static void foreignKey(
      Step step, Command.AlterTable alter, AlterType change, Report report) {
    Name table = alter.name();
    if (kind(step, table, change) == TypeChange.METADATA) {
      return;
    }
    for (KnownConstraint constraint : step.schema().constraints(table)) {
      if (constraint.type() == 'f' && constraint.columns().contains(change.column())) {
        report.add(
            table,
            "stops all reads and writes of "
                + step.named(table)
                + " and of "
                + step.named(constraint.references())
                + " while it writes every row anew and looks it up again"
                + step.time(table, Harm.REWRITE),
            newColumn(table, change),
            Harm.REWRITE);
        return;
      }
    }
    for (LiveCatalog.Relation child : step.schema().referencing(table)) {
      LiveCatalog.Relation own = step.schema().live(table);
      boolean key =
          child.constraints().stream()
              .filter(c -> own.name().equals(c.references()))
              .anyMatch(c -> c.definition().contains("(" + change.column() + ")"));
      if (key) {
        report.add(
            table,
            "stops all reads and writes of "
                + step.named(table)
                + " and of "
                + child.name()
                + ", which refers to it, while every row is written anew and looked up again"
                + step.time(table, Harm.REWRITE),
            newColumn(table, change),
            Harm.REWRITE);
        return;
      }
    }
  }

  private static void timeZone(
      Step step, Command.AlterTable alter, AlterType change, Report report) {
    if (kind(step, alter.name(), change) == TypeChange.TIME_ZONE) {
      report.add(
          alter.name(),
          "reads the values of "
              + alter.name()
              + "."
              + change.column()
              + " in the session's time zone; unless that is UTC, it stops all reads and writes of "
              + step.named(alter.name())
              + " while it writes every row anew"
              + step.time(alter.name(), Harm.REWRITE),
          "put SET LOCAL timezone = 'UTC' before it, once you know that the values are in UTC");
    }
  }

  private static void rewrite(
      Step step, Command.AlterTable alter, AlterType change, Report report) {
    TypeChange kind = kind(step, alter.name(), change);
    if (kind != TypeChange.REWRITE && kind != TypeChange.UNKNOWN) {
      return;
    }
    boolean maybe = kind == TypeChange.UNKNOWN && !step.measured();
    report.add(
        alter.name(),
        "changes "
            + change(step, alter.name(), change)
            + ": stops all reads and writes of "
            + step.named(alter.name())
            + " while it "
            + (maybe ? "may write" : "writes")
            + " every row and index anew"
            + step.time(alter.name(), Harm.REWRITE),
        newColumn(alter.name(), change),
        Harm.REWRITE);
  }

  private static void collation(
      Step step, Command.AlterTable alter, AlterType change, Report report) {
    boolean indexed =
        step.schema().indexes(alter.name()).stream()
            .anyMatch(i -> i.columns().contains(change.column()) || i.columns().contains(""));
    boolean unknown = !step.schema().known() && !step.measured();
    if (change.collation() != null && (indexed || unknown || step.measured())) {
      report.add(
          alter.name(),
          "stops all reads and writes of "
              + step.named(alter.name())
              + " while it builds the indexes on "
              + change.column()
              + " anew"
              + step.time(alter.name(), Harm.BUILD),
          newColumn(alter.name(), change),
          Harm.BUILD);
    }
  }

  private static void checked(
      Step step, Command.AlterTable alter, AlterType change, Report report) {
    Name table = alter.name();
    if (kind(step, table, change) != TypeChange.METADATA) {
      return;
    }
    for (KnownConstraint check : step.schema().constraints(table)) {
      // one that is NOT VALID is not checked again
      if (check.validated() && check.mentions(change.column()) && check.name() != null) {
        String name = Name.quoted(check.name());
        String definition =
            check.definition().toUpperCase(Locale.ROOT).startsWith("CHECK")
                ? check.definition()
                : "CHECK (" + check.definition() + ")";
        String alterTable = "ALTER TABLE " + table.sql();
        report.add(
            table,
            "stops all reads and writes of "
                + step.named(table)
                + " while it checks "
                + check.name()
                + " for every row"
                + step.time(table, Harm.SCAN),
            SaferWay.of(
                alterTable
                    + " DROP CONSTRAINT "
                    + name
                    + ";\n"
                    + step.statement().text()
                    + ";\n"
                    + alterTable
                    + " ADD CONSTRAINT "
                    + name
                    + " "
                    + definition.replaceAll("(?i)\\s+NOT VALID$", "")
                    + " NOT VALID;",
                Recipes.validate(table, check.name())),
            Harm.SCAN);
        return;
      }
    }
  }

  private static void metadata(
      Step step, Command.AlterTable alter, AlterType change, Report report) {
    TypeChange kind = kind(step, alter.name(), change);
    boolean seen = step.measured() && Observed.of(step).none(java.util.EnumSet.of(Harm.SCAN));
    boolean known =
        kind == TypeChange.METADATA
            && change.collation() == null
            && step.schema().constraints(alter.name()).stream()
                .noneMatch(c -> c.validated() && c.mentions(change.column()));
    if (step.measured() ? seen && kind != TypeChange.TIME_ZONE : known) {
      report.add(
          alter.name(),
          "changes "
              + change(step, alter.name(), change)
              + ": an instant, once reads and writes of "
              + step.named(alter.name())
              + " have paused",
          null);
    }
  }

  /** A new column beside the old one, kept equal by a trigger, filled in batches, swapped. */
  private static String newColumn(Name table, AlterType change) {
    String fresh = change.column() + "_new";
    String old = Name.quoted(change.column());
    String using = change.using() == null ? "NEW." + old : change.using();
    String cast = change.using() == null ? old + "::" + change.typeText() : change.using();
    String trigger = Naming.of(table, List.of(fresh), "fill");
    String alter = "ALTER TABLE " + table.sql();
    String inTrigger =
        change.using() == null
            ? using + "::" + change.typeText()
            : "(SELECT " + using + " FROM (SELECT NEW.*) AS row)";
    return SaferWay.of(
        alter
            + " ADD COLUMN "
            + Name.quoted(fresh)
            + " "
            + change.typeText()
            + ";\n"
            + Recipes.fillTrigger(table, fresh, inTrigger),
        "-- schemaward: batch\nUPDATE "
            + table.sql()
            + " SET "
            + Name.quoted(fresh)
            + " = "
            + cast
            + " WHERE "
            + Name.quoted(fresh)
            + " IS NULL AND "
            + old
            + " IS NOT NULL;",
        "-- indexes and constraints of the old column first, CONCURRENTLY and NOT VALID\n"
            + "DROP TRIGGER "
            + Name.quoted(trigger)
            + " ON "
            + table.sql()
            + ";\n"
            + alter
            + " RENAME COLUMN "
            + old
            + " TO "
            + Name.quoted(change.column() + "_old")
            + ";\n"
            + alter
            + " RENAME COLUMN "
            + Name.quoted(fresh)
            + " TO "
            + old
            + ";");
  }
}
