package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange;
import dev.schemaward.engine.sql.command.TableChange.AddConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** CHECK and foreign keys, on tables and domains. */
final class ConstraintRules {
  static final List<Rule> RULES =
      List.of(
          rule("add-check", Severity.BLOCK, HazardClass.SCAN, ConstraintRules::check),
          rule(
              "add-check-not-valid",
              Severity.INFORM,
              HazardClass.LOCK,
              ConstraintRules::checkNotValid),
          rule("add-fk", Severity.BLOCK, HazardClass.SCAN, ConstraintRules::foreignKey),
          rule(
              "add-fk-not-valid",
              Severity.WARN,
              HazardClass.LOCK,
              ConstraintRules::foreignKeyNotValid),
          rule("fk-without-index", Severity.WARN, HazardClass.LOCK, ConstraintRules::withoutIndex),
          Rule.on(
              "fk-without-index",
              Severity.WARN,
              HazardClass.LOCK,
              Command.CreateTable.class,
              ConstraintRules::newTableWithoutIndex),
          Rule.on(
              "create-table-with-fk",
              Severity.WARN,
              HazardClass.LOCK,
              Command.CreateTable.class,
              ConstraintRules::createTable),
          Rule.onChange(
              "not-valid-then-validate-one-tx",
              Severity.WARN,
              HazardClass.SCAN,
              TableChange.ValidateConstraint.class,
              ConstraintRules::validateAtOnce),
          Rule.onChange(
              "validate-constraint",
              Severity.INFORM,
              HazardClass.SCAN,
              TableChange.ValidateConstraint.class,
              ConstraintRules::validate),
          Rule.onChange(
              "alter-constraint",
              Severity.WARN,
              HazardClass.SCAN,
              TableChange.AlterConstraint.class,
              ConstraintRules::alterConstraint),
          Rule.on(
              "domain-constraint",
              Severity.BLOCK,
              HazardClass.SCAN,
              Command.AlterDomain.class,
              ConstraintRules::domain));

  private ConstraintRules() {}

  private static Rule rule(
      String id,
      Severity severity,
      HazardClass hazardClass,
      Rule.ChangeJudge<AddConstraint> judge) {
    return Rule.onChange(id, severity, hazardClass, AddConstraint.class, judge);
  }

  private static void check(Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition check = add.constraint();
    if (check.kind() == Kind.CHECK && !check.notValid() && !check.notEnforced()) {
      Name table = alter.name();
      report.add(
          table,
          "stops all reads and writes of "
              + step.named(table)
              + " while it checks every row"
              + step.time(table, Harm.SCAN),
          SaferWay.of(
              Recipes.addNotValid(table, check),
              Recipes.validate(table, Recipes.name(table, check))),
          Harm.SCAN);
    }
  }

  private static void checkNotValid(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition check = add.constraint();
    if (check.kind() == Kind.CHECK && (check.notValid() || check.notEnforced())) {
      report.add(
          alter.name(),
          "adds the check in an instant, for new rows; rows that are there are not looked at",
          null);
    }
  }

  private static void foreignKey(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition foreign = add.constraint();
    if (foreign.kind() != Kind.FOREIGN_KEY || foreign.notValid() || foreign.notEnforced()) {
      return;
    }
    Name table = alter.name();
    report.add(
        table,
        "stops all writes to "
            + step.named(table)
            + " and to "
            + step.named(foreign.references())
            + " while it looks up every row"
            + step.time(table, Harm.SCAN),
        SaferWay.of(
            Recipes.foreignKeyIndex(step, table, foreign),
            Recipes.addNotValid(table, foreign),
            Recipes.validate(table, Recipes.name(table, foreign))),
        Harm.SCAN);
  }

  private static void foreignKeyNotValid(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition foreign = add.constraint();
    if (foreign.kind() != Kind.FOREIGN_KEY || !foreign.notValid()) {
      return;
    }
    Name table = alter.name();
    if (step.schema().isPartitioned(table) && step.major() < 18) {
      report.add(
          Severity.BLOCK,
          table,
          "fails: PostgreSQL "
              + step.major()
              + " adds no foreign key NOT VALID to a partitioned table (42809)",
          "add it NOT VALID to each partition, validate each, then add it to " + table);
      return;
    }
    report.add(
        table,
        "stops all writes to "
            + step.named(table)
            + " and to "
            + step.named(foreign.references())
            + " for an instant, and until its transaction ends",
        null);
  }

  private static void withoutIndex(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition foreign = add.constraint();
    if (foreign.kind() == Kind.FOREIGN_KEY
        && (step.schema().known() || step.schema().isNew(alter.name()))
        && !Recipes.hasIndex(step, alter.name(), foreign.columns())
        && !madeLater(step, alter.name(), foreign.columns())) {
      report.add(
          alter.name(),
          missing(step, alter.name(), foreign),
          Recipes.foreignKeyIndex(step, alter.name(), foreign));
    }
  }

  private static String missing(Step step, Name table, ConstraintDefinition foreign) {
    return "has no index that begins with ("
        + String.join(", ", foreign.columns())
        + "): each delete in "
        + foreign.references()
        + " reads all of "
        + step.named(table);
  }

  /** Indexes may follow in the same file. */
  private static boolean madeLater(Step step, Name table, List<String> columns) {
    return step.file().stream()
        .anyMatch(
            c ->
                c instanceof Command.CreateIndex index
                    && step.schema().key(index.table()).equals(step.schema().key(table))
                    && index.columns().size() >= columns.size()
                    && index.columns().subList(0, columns.size()).containsAll(columns));
  }

  private static List<ConstraintDefinition> foreignKeys(Command.CreateTable create) {
    List<ConstraintDefinition> keys = new ArrayList<>();
    create.columns().forEach(column -> keys.addAll(column.constraints()));
    keys.addAll(create.constraints());
    keys.removeIf(c -> c.kind() != Kind.FOREIGN_KEY || c.references() == null);
    return keys;
  }

  private static void newTableWithoutIndex(Step step, Command.CreateTable create, Report report) {
    List<ConstraintDefinition> indexes = new ArrayList<>(create.constraints());
    create.columns().forEach(column -> indexes.addAll(column.constraints()));
    indexes.removeIf(c -> c.kind() != Kind.PRIMARY_KEY && c.kind() != Kind.UNIQUE);
    for (ConstraintDefinition foreign : foreignKeys(create)) {
      boolean covered =
          indexes.stream()
              .anyMatch(
                  i ->
                      i.columns().size() >= foreign.columns().size()
                          && i.columns()
                              .subList(0, foreign.columns().size())
                              .containsAll(foreign.columns()));
      if (!covered && !madeLater(step, create.name(), foreign.columns())) {
        report.add(
            Severity.INFORM,
            foreign.references(),
            missing(step, create.name(), foreign),
            Recipes.foreignKeyIndex(step, create.name(), foreign).replace("CONCURRENTLY ", ""));
      }
    }
  }

  private static void createTable(Step step, Command.CreateTable create, Report report) {
    Set<Name> seen = new java.util.HashSet<>();
    for (ConstraintDefinition foreign : foreignKeys(create)) {
      Name parent = foreign.references();
      if (parent.equals(create.name()) || !seen.add(parent)) {
        continue;
      }
      report.add(
          parent,
          "stops all writes to "
              + step.named(parent)
              + " until the transaction ends, though only "
              + create.name()
              + " is made",
          "keep it the only statement of its migration, or add the foreign key NOT VALID in the"
              + " next one");
    }
  }

  private static void validateAtOnce(
      Step step, Command.AlterTable alter, TableChange.ValidateConstraint change, Report report) {
    KnownConstraint known = step.schema().constraint(alter.name(), change.constraint());
    boolean sameStatement =
        alter.changes().stream()
            .anyMatch(
                c ->
                    c instanceof AddConstraint add
                        && change
                            .constraint()
                            .equals(Recipes.name(alter.name(), add.constraint())));
    boolean same =
        sameStatement || (known != null && known.transaction() == step.transaction().number());
    if (same) {
      report.add(
          alter.name(),
          "keeps the lock that adding "
              + change.constraint()
              + " took: "
              + (known != null && known.type() == 'f' ? "writes to " : "all reads and writes of ")
              + step.named(alter.name())
              + " wait while it checks every row"
              + step.time(alter.name(), Harm.SCAN),
          "put VALIDATE CONSTRAINT into the next migration",
          Harm.SCAN);
    }
  }

  private static void validate(
      Step step, Command.AlterTable alter, TableChange.ValidateConstraint change, Report report) {
    KnownConstraint known = step.schema().constraint(alter.name(), change.constraint());
    if (known == null || known.transaction() != step.transaction().number()) {
      report.add(
          Severity.INFORM,
          alter.name(),
          "checks every row of "
              + step.named(alter.name())
              + " while others read and write"
              + step.time(alter.name(), Harm.SCAN)
              + "; VACUUM and index builds of it wait",
          null);
    }
  }

  private static void alterConstraint(
      Step step, Command.AlterTable alter, TableChange.AlterConstraint change, Report report) {
    if (change.enforced()) {
      report.add(
          alter.name(),
          "stops all reads and writes of "
              + step.named(alter.name())
              + " while it looks up every row for "
              + change.constraint()
              + step.time(alter.name(), Harm.SCAN),
          "add an equal constraint NOT VALID, validate it in the next migration, then drop this"
              + " one",
          Harm.SCAN);
    } else {
      report.add(
          Severity.INFORM,
          alter.name(),
          "stops all reads and writes of " + step.named(alter.name()) + " for an instant",
          null);
    }
  }

  private static void domain(Step step, Command.AlterDomain alter, Report report) {
    boolean scans =
        Set.of("ADD CHECK", "ADD NOT NULL", "SET NOT NULL", "VALIDATE").contains(alter.action());
    if (scans) {
      report.add(
          alter.name(),
          "stops all writes to every table that uses domain "
              + alter.name()
              + " while it checks all their rows",
          "add a CHECK … NOT VALID to each table instead, and validate it in the next migration",
          Harm.SCAN);
    }
  }
}
