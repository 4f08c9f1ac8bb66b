package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange;
import dev.schemaward.engine.sql.command.TableChange.SetNotNull;
import java.util.List;
import java.util.Optional;

/** Making a column NOT NULL. */
final class NotNullRules {
  static final List<Rule> RULES =
      List.of(
          rule(
              "set-not-null-drop-check-same-stmt",
              Severity.WARN,
              HazardClass.SCAN,
              NotNullRules::dropsItsProof),
          rule(
              "set-not-null-over-notvalid-18",
              Severity.WARN,
              HazardClass.SCAN,
              NotNullRules::overNotValid),
          rule("set-not-null", Severity.BLOCK, HazardClass.SCAN, NotNullRules::scans),
          rule("set-not-null-proved", Severity.INFORM, HazardClass.LOCK, NotNullRules::proved),
          Rule.onChange(
              "set-not-null",
              Severity.BLOCK,
              HazardClass.SCAN,
              TableChange.AddConstraint.class,
              NotNullRules::addNotNull),
          Rule.onChange(
              "not-null-not-valid-18",
              Severity.INFORM,
              HazardClass.LOCK,
              TableChange.AddConstraint.class,
              NotNullRules::notValid));

  private NotNullRules() {}

  private static Rule rule(
      String id, Severity severity, HazardClass hazardClass, Rule.ChangeJudge<SetNotNull> judge) {
    return Rule.onChange(id, severity, hazardClass, SetNotNull.class, judge);
  }

  private static Optional<KnownConstraint> proof(Step step, Name table, String column) {
    return step.schema().constraints(table).stream()
        .filter(c -> c.provesNotNull(column))
        .findFirst();
  }

  private static boolean dropped(Command.AlterTable alter, KnownConstraint proof) {
    return alter.changes().stream()
        .anyMatch(
            change ->
                change instanceof TableChange.DropConstraint drop
                    && drop.constraint().equals(proof.name()));
  }

  private static Optional<KnownConstraint> notValid(Step step, Name table, String column) {
    return step.schema().constraints(table).stream()
        .filter(c -> c.type() == 'n' && !c.validated() && c.columns().contains(column))
        .findFirst();
  }

  private static void dropsItsProof(
      Step step, Command.AlterTable alter, SetNotNull set, Report report) {
    Optional<KnownConstraint> proof = proof(step, alter.name(), set.column());
    if (proof.isPresent() && dropped(alter, proof.get())) {
      String table = "ALTER TABLE " + alter.name().sql();
      report.add(
          alter.name(),
          "drops in the same statement the CHECK that proves it, and so stops all reads and writes"
              + " of "
              + step.named(alter.name())
              + " while it reads every row again"
              + step.time(alter.name(), Harm.SCAN),
          table
              + " ALTER COLUMN "
              + Name.quoted(set.column())
              + " SET NOT NULL;\n"
              + table
              + " DROP CONSTRAINT "
              + Name.quoted(proof.get().name())
              + ";",
          Harm.SCAN);
    }
  }

  private static void overNotValid(
      Step step, Command.AlterTable alter, SetNotNull set, Report report) {
    notValid(step, alter.name(), set.column())
        .ifPresent(
            known ->
                report.add(
                    alter.name(),
                    "stops all reads and writes of "
                        + step.named(alter.name())
                        + " while it reads every row, where VALIDATE CONSTRAINT would stop nobody"
                        + step.time(alter.name(), Harm.SCAN),
                    Recipes.validate(alter.name(), known.name()),
                    Harm.SCAN));
  }

  private static void scans(Step step, Command.AlterTable alter, SetNotNull set, Report report) {
    Name table = alter.name();
    boolean needless =
        step.schema().isNotNull(table, set.column())
            || proof(step, table, set.column()).isPresent()
            || notValid(step, table, set.column()).isPresent();
    if (needless) {
      return;
    }
    report.add(
        table,
        "stops all reads and writes of "
            + step.named(table)
            + " while it reads every row for NULL in "
            + set.column()
            + step.time(table, Harm.SCAN)
            + "; fails where one is found",
        Recipes.setNotNull(step.major(), table, set.column()),
        Harm.SCAN);
  }

  private static void proved(Step step, Command.AlterTable alter, SetNotNull set, Report report) {
    Optional<KnownConstraint> proof = proof(step, alter.name(), set.column());
    if (proof.isPresent() && !dropped(alter, proof.get())) {
      report.add(
          alter.name(),
          "makes "
              + alter.name()
              + "."
              + set.column()
              + " NOT NULL in an instant: "
              + proof.get().name()
              + " proves it",
          null);
    }
  }

  private static void addNotNull(
      Step step, Command.AlterTable alter, TableChange.AddConstraint add, Report report) {
    ConstraintDefinition constraint = add.constraint();
    if (constraint.kind() == Kind.NOT_NULL && !constraint.notValid()) {
      scans(step, alter, new SetNotNull(constraint.columns().getFirst()), report);
    }
  }

  private static void notValid(
      Step step, Command.AlterTable alter, TableChange.AddConstraint add, Report report) {
    ConstraintDefinition constraint = add.constraint();
    if (constraint.kind() == Kind.NOT_NULL && constraint.notValid()) {
      report.add(
          alter.name(),
          "keeps new NULLs out of "
              + alter.name()
              + "."
              + constraint.columns().getFirst()
              + " in an instant; rows that are there are checked by VALIDATE CONSTRAINT",
          null);
    }
  }
}
