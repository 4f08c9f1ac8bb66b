package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange.AddConstraint;
import java.util.ArrayList;
import java.util.List;

/** UNIQUE, PRIMARY KEY and EXCLUDE, which need an index. */
final class KeyRules {
  static final List<Rule> RULES =
      List.of(
          rule("add-unique", Severity.BLOCK, HazardClass.LOCK, KeyRules::unique),
          rule(
              "add-unique-using-index",
              Severity.INFORM,
              HazardClass.LOCK,
              KeyRules::uniqueUsingIndex),
          rule(
              "pk-on-partitioned",
              Severity.BLOCK,
              HazardClass.LOCK,
              KeyRules::primaryKeyOnPartitioned),
          rule("add-pk", Severity.BLOCK, HazardClass.LOCK, KeyRules::primaryKey),
          rule(
              "add-pk-using-index",
              Severity.WARN,
              HazardClass.SCAN,
              KeyRules::primaryKeyUsingIndex),
          rule("add-exclude", Severity.BLOCK, HazardClass.LOCK, KeyRules::exclude));

  private KeyRules() {}

  private static Rule rule(
      String id,
      Severity severity,
      HazardClass hazardClass,
      Rule.ChangeJudge<AddConstraint> judge) {
    return Rule.onChange(id, severity, hazardClass, AddConstraint.class, judge);
  }

  private static void unique(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition unique = add.constraint();
    if (unique.kind() == Kind.UNIQUE && unique.usingIndex() == null) {
      Name table = alter.name();
      report.add(
          table,
          builds(step, table) + "; fails where two rows are equal",
          step.schema().isPartitioned(table)
              ? IndexRules.onPartitioned(
                  step,
                  table,
                  Recipes.name(table, unique),
                  true,
                  "(" + Recipes.columns(unique.columns()) + ")")
              : SaferWay.of(
                  Recipes.uniqueConcurrently(table, unique), Recipes.usingIndex(table, unique)),
          Harm.BUILD);
    }
  }

  private static String builds(Step step, Name table) {
    return "stops all reads and writes of "
        + step.named(table)
        + " while it builds an index"
        + step.time(table, Harm.BUILD);
  }

  private static void uniqueUsingIndex(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    if (add.constraint().kind() == Kind.UNIQUE && add.constraint().usingIndex() != null) {
      report.add(
          alter.name(),
          "makes index "
              + add.constraint().usingIndex()
              + " a constraint of "
              + step.named(alter.name())
              + ": an instant, once reads and writes have paused",
          null);
    }
  }

  private static void primaryKeyOnPartitioned(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    if (add.constraint().kind() == Kind.PRIMARY_KEY && step.schema().isPartitioned(alter.name())) {
      report.add(
          alter.name(),
          "stops all reads and writes of "
              + step.named(alter.name())
              + ", partitions included, while it builds an index on each"
              + step.time(alter.name(), Harm.BUILD),
          "add the key to the parent with ONLY, to each partition from an index that was built"
              + " CONCURRENTLY, then attach the indexes",
          Harm.BUILD);
    }
  }

  private static void primaryKey(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition key = add.constraint();
    Name table = alter.name();
    if (key.kind() != Kind.PRIMARY_KEY
        || key.usingIndex() != null
        || step.schema().isPartitioned(table)) {
      return;
    }
    List<String> steps = new ArrayList<>(provedFirst(step, table, key.columns()));
    steps.add(Recipes.uniqueConcurrently(table, key));
    steps.add(Recipes.usingIndex(table, key));
    report.add(
        table,
        builds(step, table) + "; fails where two rows are equal or one is NULL",
        SaferWay.of(steps.toArray(String[]::new)),
        Harm.BUILD);
  }

  /** Migrations that make the columns NOT NULL which are not known to be. */
  private static List<String> provedFirst(Step step, Name table, List<String> columns) {
    List<String> steps = new ArrayList<>();
    for (String column : columns) {
      if (!proved(step, table, column)) {
        steps.add(Recipes.setNotNull(step.major(), table, column));
      }
    }
    return steps;
  }

  private static boolean proved(Step step, Name table, String column) {
    return step.schema().isNotNull(table, column)
        || step.schema().constraints(table).stream().anyMatch(c -> c.provesNotNull(column));
  }

  private static void primaryKeyUsingIndex(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    ConstraintDefinition key = add.constraint();
    if (key.kind() != Kind.PRIMARY_KEY || key.usingIndex() == null) {
      return;
    }
    Name table = alter.name();
    var index = step.schema().index(table, key.usingIndex());
    List<String> open =
        index == null
            ? List.of()
            : index.columns().stream()
                .filter(c -> !c.isEmpty() && !proved(step, table, c))
                .toList();
    if (index != null && open.isEmpty()) {
      return;
    }
    List<String> steps = new ArrayList<>(provedFirst(step, table, open));
    steps.add(step.statement().text() + ";");
    report.add(
        table,
        "stops all reads and writes of "
            + step.named(table)
            + " while it reads every row for NULL"
            + (open.isEmpty() ? ", unless every column of the index is NOT NULL" : "")
            + step.time(table, Harm.SCAN),
        open.isEmpty()
            ? "make the columns NOT NULL first, by a CHECK … NOT VALID that is validated"
            : SaferWay.of(steps.toArray(String[]::new)),
        Harm.SCAN);
  }

  private static void exclude(
      Step step, Command.AlterTable alter, AddConstraint add, Report report) {
    if (add.constraint().kind() == Kind.EXCLUDE) {
      report.add(
          alter.name(),
          "stops all reads and writes of "
              + step.named(alter.name())
              + " while it builds an index and checks every row against the others"
              + step.time(alter.name(), Harm.BUILD),
          "there is no way to build it CONCURRENTLY: create a new table with it and move the rows,"
              + " or take a maintenance window",
          Harm.BUILD);
    }
  }
}
