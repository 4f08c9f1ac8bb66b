package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What destroys data, or what protects it. */
final class DestructionRules {
  private static final Set<String> EVERYTHING = Set.of("SCHEMA", "DATABASE", "OWNED", "TABLESPACE");
  private static final Set<String> WITH_DEPENDENTS =
      Set.of(
          "VIEW",
          "MATERIALIZED VIEW",
          "FUNCTION",
          "PROCEDURE",
          "ROUTINE",
          "AGGREGATE",
          "EXTENSION",
          "SEQUENCE",
          "OPERATOR",
          "SERVER",
          "COLLATION",
          "LANGUAGE");

  static final List<Rule> RULES =
      List.of(
          Rule.on(
              "drop-table",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              Command.Drop.class,
              DestructionRules::dropTable),
          Rule.onChange(
              "drop-column",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              TableChange.DropColumn.class,
              DestructionRules::dropColumn),
          Rule.on(
              "truncate",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              Command.Truncate.class,
              DestructionRules::truncate),
          Rule.on(
              "drop-schema-or-db",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              Command.Drop.class,
              DestructionRules::dropEverything),
          Rule.on(
              "drop-type-cascade",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              Command.Drop.class,
              DestructionRules::dropType),
          Rule.on(
              "drop-view-function-cascade",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              Command.Drop.class,
              DestructionRules::dropWithDependents),
          Rule.on(
              "dml-without-where",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              Command.Write.class,
              DestructionRules::deleteAll),
          Rule.on(
              "dml-without-where",
              Severity.WARN,
              HazardClass.DATA,
              Command.Write.class,
              DestructionRules::updateAll),
          Rule.onChange(
              "set-unlogged",
              Severity.BLOCK,
              HazardClass.DESTRUCTIVE,
              TableChange.SetLogged.class,
              DestructionRules::setUnlogged),
          Rule.onChange(
              "set-unlogged",
              Severity.BLOCK,
              HazardClass.REWRITE,
              TableChange.SetLogged.class,
              DestructionRules::setLogged),
          Rule.onChange(
              "drop-fk",
              Severity.WARN,
              HazardClass.DESTRUCTIVE,
              TableChange.DropConstraint.class,
              DestructionRules::dropForeignKey),
          Rule.onChange(
              "drop-constraint",
              Severity.WARN,
              HazardClass.DESTRUCTIVE,
              TableChange.DropConstraint.class,
              DestructionRules::dropConstraint),
          Rule.onChange(
              "drop-not-null",
              Severity.WARN,
              HazardClass.DATA,
              TableChange.DropNotNull.class,
              DestructionRules::dropNotNull),
          Rule.onChange(
              "drop-default",
              Severity.WARN,
              HazardClass.DATA,
              TableChange.DropDefault.class,
              DestructionRules::dropDefault),
          Rule.on(
              "sequence-reset",
              Severity.WARN,
              HazardClass.DATA,
              Command.AlterSequence.class,
              DestructionRules::alterSequence),
          Rule.on(
              "sequence-reset",
              Severity.WARN,
              HazardClass.DATA,
              Command.Query.class,
              DestructionRules::setSequence),
          Rule.on(
              "enum-shrink-or-rename",
              Severity.WARN,
              HazardClass.DATA,
              Command.AlterType.class,
              DestructionRules::renameLabel));

  private DestructionRules() {}

  private static void dropTable(Step step, Command.Drop drop, Report report) {
    if (!drop.kind().equals("TABLE") && !drop.kind().equals("FOREIGN TABLE")) {
      return;
    }
    for (Name table : drop.names()) {
      if (drop.ifExists() && step.schema().isAbsent(table)) {
        continue;
      }
      List<String> parents =
          step.schema().constraints(table).stream()
              .filter(c -> c.references() != null && !c.references().equals(table))
              .map(c -> c.references().toString())
              .distinct()
              .toList();
      String side =
          parents.isEmpty()
              ? ""
              : "; stops reads and writes of "
                  + String.join(", ", parents)
                  + " too until it commits";
      List<String> referencing =
          drop.cascade()
              ? step.schema().referencing(table).stream().map(Relation::name).sorted().toList()
              : List.of();
      if (!referencing.isEmpty()) {
        side += "; removes the foreign keys of " + String.join(", ", referencing);
      }
      report.add(
          table,
          "drops table " + step.named(table) + " and all its rows" + side,
          "stop using it, rename it and keep it for some days, take a backup, drop its foreign keys"
              + " one at a time, then drop it");
    }
  }

  private static void dropColumn(
      Step step, Command.AlterTable alter, TableChange.DropColumn drop, Report report) {
    Name table = alter.name();
    List<String> more = new ArrayList<>();
    for (KnownConstraint constraint : step.schema().constraints(table)) {
      if (constraint.columns().contains(drop.column()) && constraint.columns().size() > 1) {
        more.add("constraint " + constraint.name());
      }
    }
    step.schema().indexes(table).stream()
        .filter(i -> i.columns().contains(drop.column()) && i.columns().size() > 1)
        .filter(i -> more.stream().noneMatch(m -> i.name().endsWith(m.substring(11))))
        .forEach(i -> more.add("index " + i.name()));
    report.add(
        table,
        "drops column "
            + drop.column()
            + " of "
            + step.named(table)
            + " and its data"
            + (more.isEmpty() ? "" : ", with " + String.join(", ", more))
            + "; code that still reads it fails",
        "deploy code that does not use it first, take a backup, then drop it");
  }

  private static void truncate(Step step, Command.Truncate truncate, Report report) {
    for (Name table : truncate.tables()) {
      List<String> referencing =
          truncate.cascade()
              ? step.schema().referencing(table).stream().map(Relation::name).sorted().toList()
              : List.of();
      String also =
          truncate.cascade()
              ? referencing.isEmpty()
                  ? " and of every table that refers to it"
                  : " and of " + String.join(", ", referencing)
              : "";
      report.add(
          table,
          "deletes every row of " + step.named(table) + also,
          "delete in batches, with a WHERE that says which rows",
          Harm.REWRITE);
    }
  }

  private static void dropEverything(Step step, Command.Drop drop, Report report) {
    if (EVERYTHING.contains(drop.kind())) {
      for (Name name : drop.names()) {
        if (drop.kind().equals("SCHEMA") && step.schema().isNewSchema(name.name())) {
          continue;
        }
        boolean all = drop.cascade() || !drop.kind().equals("SCHEMA");
        report.add(
            null,
            all
                ? "drops everything in " + name
                : "drops schema " + name + "; fails when anything is left in it",
            "drop the objects one by one, by name");
      }
    }
  }

  private static void dropType(Step step, Command.Drop drop, Report report) {
    if (drop.cascade() && (drop.kind().equals("TYPE") || drop.kind().equals("DOMAIN"))) {
      for (Name type : drop.names()) {
        report.add(
            type,
            "drops type " + type + " and every column that uses it, with its data",
            "convert the columns first, then drop it without CASCADE");
      }
    }
  }

  private static void dropWithDependents(Step step, Command.Drop drop, Report report) {
    if (drop.cascade() && WITH_DEPENDENTS.contains(drop.kind())) {
      for (Name name : drop.names()) {
        report.add(
            name,
            "drops " + name + " and, silently, everything that depends on it",
            "drop what depends on it by name, then drop it without CASCADE");
      }
    }
  }

  private static void deleteAll(Step step, Command.Write write, Report report) {
    if (write.verb().equals("DELETE") && !write.where()) {
      report.add(
          write.table(),
          "deletes every row of " + step.named(write.table()),
          "say which rows in a WHERE, in batches");
    }
  }

  private static void updateAll(Step step, Command.Write write, Report report) {
    boolean batched = step.statement().kind().execution() == Execution.BATCH;
    if (write.verb().equals("UPDATE") && !write.where() && !batched) {
      report.add(
          write.table(),
          "writes every row of "
              + step.named(write.table())
              + " anew in one transaction and keeps each locked until it commits"
              + step.time(write.table(), Harm.REWRITE),
          "-- schemaward: batch\n" + step.statement().text() + ";",
          Harm.SCAN,
          Harm.REWRITE);
    }
  }

  private static void setUnlogged(
      Step step, Command.AlterTable alter, TableChange.SetLogged set, Report report) {
    if (!set.logged()) {
      report.add(
          alter.name(),
          "makes "
              + step.named(alter.name())
              + " unlogged: its rows are lost at the next crash and absent on replicas",
          "leave it logged",
          Harm.REWRITE);
    }
  }

  private static void setLogged(
      Step step, Command.AlterTable alter, TableChange.SetLogged set, Report report) {
    if (set.logged()) {
      report.add(
          alter.name(),
          "stops all reads and writes of "
              + step.named(alter.name())
              + " while it writes it anew and to the WAL"
              + step.time(alter.name(), Harm.REWRITE),
          "fill a logged copy in batches, then swap the names",
          Harm.REWRITE);
    }
  }

  private static boolean isForeignKey(Step step, Name table, String constraint) {
    KnownConstraint known = step.schema().constraint(table, constraint);
    return known == null ? constraint.endsWith("_fkey") : known.type() == 'f';
  }

  private static void dropForeignKey(
      Step step, Command.AlterTable alter, TableChange.DropConstraint drop, Report report) {
    if (isForeignKey(step, alter.name(), drop.constraint())) {
      KnownConstraint known = step.schema().constraint(alter.name(), drop.constraint());
      String parent =
          known == null ? "the table that it refers to" : step.named(known.references());
      report.add(
          alter.name(),
          "drops foreign key "
              + drop.constraint()
              + ": orphans can come in; stops reads and writes of "
              + step.named(alter.name())
              + " and of "
              + parent
              + " until it commits",
          "drop it in a migration of its own, at a quiet hour");
    }
  }

  private static void dropConstraint(
      Step step, Command.AlterTable alter, TableChange.DropConstraint drop, Report report) {
    Name table = alter.name();
    if (isForeignKey(step, table, drop.constraint())) {
      return;
    }
    KnownConstraint known = step.schema().constraint(table, drop.constraint());
    if (known != null && known.type() == 'c' && redundant(step, table, known)) {
      return;
    }
    boolean index = known != null && (known.type() == 'u' || known.type() == 'p');
    report.add(
        table,
        "drops constraint "
            + drop.constraint()
            + " of "
            + step.named(table)
            + ": what it kept out can come in"
            + (index ? "; its index is dropped too" : ""),
        "add its replacement first");
  }

  /** A CHECK that says no more than NOT NULL does: the last step of making a column NOT NULL. */
  private static boolean redundant(Step step, Name table, KnownConstraint check) {
    return check.columns().size() <= 1
        && check.onlyNotNull() != null
        && step.schema().isNotNull(table, check.onlyNotNull());
  }

  private static void dropNotNull(
      Step step, Command.AlterTable alter, TableChange.DropNotNull drop, Report report) {
    report.add(
        alter.name(),
        "lets NULL into "
            + alter.name()
            + "."
            + drop.column()
            + ": readers that do not expect it fail",
        "deploy code that can read NULL there first");
  }

  private static void dropDefault(
      Step step, Command.AlterTable alter, TableChange.DropDefault drop, Report report) {
    report.add(
        alter.name(),
        "removes the default of "
            + alter.name()
            + "."
            + drop.column()
            + ": code that relies on it writes NULL, or fails",
        "deploy code that always gives a value first");
  }

  private static void alterSequence(Step step, Command.AlterSequence alter, Report report) {
    if (alter.resets()) {
      report.add(
          alter.name(),
          "changes sequence "
              + alter.name()
              + ": inserts that draw from it wait until it commits, and numbers may come twice",
          "check the highest number in use, and run it alone in its migration");
    }
  }

  private static void setSequence(Step step, Command.Query query, Report report) {
    if (query.functions().contains("setval")) {
      report.add(
          null,
          "sets a sequence: numbers may come twice when it is moved back",
          "take the number from the table: setval(…, (SELECT max(id) FROM …))");
    }
  }

  private static void renameLabel(Step step, Command.AlterType alter, Report report) {
    if (alter.action().equals("RENAME VALUE")) {
      report.add(
          alter.name(),
          "renames a label of " + alter.name() + ": code that holds the old one fails at once",
          "add the new label, let code take both, update the rows, then stop using the old one");
    }
  }
}
