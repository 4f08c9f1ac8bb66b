package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange;
import dev.schemaward.engine.sql.command.TypeName;
import java.util.List;

/** Renames, storage, triggers, views, types. */
final class ObjectRules {
  static final List<Rule> RULES =
      List.of(
          Rule.onChange(
              "rename-table",
              Severity.BLOCK,
              HazardClass.LOCK,
              TableChange.RenameTo.class,
              ObjectRules::renameTable),
          Rule.onChange(
              "rename-column",
              Severity.BLOCK,
              HazardClass.LOCK,
              TableChange.RenameColumn.class,
              ObjectRules::renameColumn),
          Rule.on(
              "rename-schema",
              Severity.BLOCK,
              HazardClass.LOCK,
              Command.RenameSchema.class,
              ObjectRules::renameSchema),
          Rule.onChange(
              "set-schema",
              Severity.BLOCK,
              HazardClass.LOCK,
              TableChange.SetSchema.class,
              ObjectRules::setSchema),
          Rule.onChange(
              "set-tablespace",
              Severity.BLOCK,
              HazardClass.REWRITE,
              TableChange.SetTablespace.class,
              (step, alter, set, report) -> copies(step, alter.name(), report)),
          Rule.onChange(
              "set-access-method",
              Severity.BLOCK,
              HazardClass.REWRITE,
              TableChange.SetAccessMethod.class,
              (step, alter, set, report) -> copies(step, alter.name(), report)),
          Rule.on(
              "vacuum-full",
              Severity.BLOCK,
              HazardClass.REWRITE,
              Command.Vacuum.class,
              ObjectRules::vacuum),
          Rule.on(
              "cluster",
              Severity.BLOCK,
              HazardClass.REWRITE,
              Command.Cluster.class,
              (step, cluster, report) -> copies(step, cluster.table(), report)),
          Rule.on(
              "create-trigger",
              Severity.WARN,
              HazardClass.LOCK,
              Command.CreateTrigger.class,
              ObjectRules::createTrigger),
          Rule.onChange(
              "create-trigger",
              Severity.WARN,
              HazardClass.LOCK,
              TableChange.SwitchTrigger.class,
              ObjectRules::switchTrigger),
          Rule.on(
              "drop-trigger",
              Severity.WARN,
              HazardClass.LOCK,
              Command.Drop.class,
              ObjectRules::dropTrigger),
          Rule.on(
              "create-rule",
              Severity.WARN,
              HazardClass.LOCK,
              Command.CreateRule.class,
              ObjectRules::createRule),
          Rule.on(
              "refresh-matview",
              Severity.WARN,
              HazardClass.REWRITE,
              Command.Refresh.class,
              ObjectRules::refresh),
          Rule.on(
              "replace-view",
              Severity.INFORM,
              HazardClass.LOCK,
              Command.CreateView.class,
              ObjectRules::replaceView),
          Rule.on(
              "replace-view",
              Severity.INFORM,
              HazardClass.LOCK,
              Command.Drop.class,
              ObjectRules::dropView),
          Rule.onChange(
              "alter-expression",
              Severity.BLOCK,
              HazardClass.REWRITE,
              TableChange.SetExpression.class,
              ObjectRules::setExpression),
          Rule.onChange(
              "identity-storage-minor",
              Severity.INFORM,
              HazardClass.LOCK,
              TableChange.Minor.class,
              ObjectRules::minor),
          Rule.onChange(
              "identity-storage-minor",
              Severity.INFORM,
              HazardClass.LOCK,
              TableChange.SetDefault.class,
              (step, alter, set, report) -> instant(step, alter.name(), "SET DEFAULT", report)),
          Rule.onChange(
              "light-alters",
              Severity.INFORM,
              HazardClass.LOCK,
              TableChange.Minor.class,
              ObjectRules::light),
          Rule.on(
              "lock-table", Severity.WARN, HazardClass.LOCK, Command.Lock.class, ObjectRules::lock),
          Rule.on(
              "enum-add-value",
              Severity.INFORM,
              HazardClass.TRANSACTION,
              Command.AlterType.class,
              ObjectRules::addLabel),
          Rule.on(
              "composite-alter",
              Severity.WARN,
              HazardClass.LOCK,
              Command.AlterType.class,
              ObjectRules::composite));

  private ObjectRules() {}

  private static void renameTable(
      Step step, Command.AlterTable alter, TableChange.RenameTo rename, Report report) {
    Name old = alter.name();
    if (!alter.kind().endsWith("TABLE")
        || step.schema().tableOfIndex(old) != null
        || viewFollows(step, old)) {
      return;
    }
    Name now = old.sibling(rename.newName());
    report.add(
        old,
        "renames " + step.named(old) + ": code that uses the old name fails at once",
        "ALTER TABLE "
            + old.sql()
            + " RENAME TO "
            + Name.quoted(rename.newName())
            + ";\nCREATE VIEW "
            + old.sql()
            + " AS SELECT * FROM "
            + now.sql()
            + ";");
  }

  /** True when the same file keeps a view, or a new table, under the old name. */
  private static boolean viewFollows(Step step, Name old) {
    String key = step.schema().key(old);
    return step.later().stream()
        .anyMatch(
            c ->
                switch (c) {
                  case Command.CreateView view -> key.equals(step.schema().key(view.name()));
                  case Command.AlterTable other ->
                      other.changes().stream()
                          .anyMatch(
                              change ->
                                  change instanceof TableChange.RenameTo to
                                      && key.equals(
                                          step.schema().key(other.name().sibling(to.newName()))));
                  default -> false;
                });
  }

  private static void renameColumn(
      Step step, Command.AlterTable alter, TableChange.RenameColumn rename, Report report) {
    if (!alter.kind().endsWith("TABLE") || swapped(step, alter.name(), rename)) {
      return;
    }
    TypeName type = step.schema().type(alter.name(), rename.column());
    Name table = alter.name();
    String old = Name.quoted(rename.column());
    String safer =
        type == null
            ? "add a new column, write both, move readers, then drop the old one"
            : SaferWay.of(
                "ALTER TABLE "
                    + table.sql()
                    + " ADD COLUMN "
                    + Name.quoted(rename.newName())
                    + " "
                    + type
                    + ";\n"
                    + Recipes.fillTrigger(table, rename.newName(), "NEW." + old),
                Recipes.backfill(table, rename.newName(), old)
                    .replace(" IS NULL;", " IS NULL AND " + old + " IS NOT NULL;"));
    report.add(
        table,
        "renames column "
            + rename.column()
            + " of "
            + step.named(table)
            + ": code that uses the old name fails at once",
        safer);
  }

  /** True when in the same file another column takes this one's name, or had it before. */
  private static boolean swapped(Step step, Name table, TableChange.RenameColumn rename) {
    String key = step.schema().key(table);
    return step.file().stream()
        .filter(c -> c instanceof Command.AlterTable a && key.equals(step.schema().key(a.name())))
        .flatMap(c -> ((Command.AlterTable) c).changes().stream())
        .anyMatch(
            change ->
                change instanceof TableChange.RenameColumn other
                    && !other.equals(rename)
                    && (rename.column().equals(other.newName())
                        || rename.newName().equals(other.column())));
  }

  private static void renameSchema(Step step, Command.RenameSchema rename, Report report) {
    if (!step.schema().isNewSchema(rename.schema())) {
      report.add(
          null,
          "renames schema " + rename.schema() + ": code that uses the old name fails at once",
          "create the new schema, move the tables one by one with a view left behind");
    }
  }

  private static void setSchema(
      Step step, Command.AlterTable alter, TableChange.SetSchema set, Report report) {
    Name old = alter.name();
    if (alter.kind().endsWith("TABLE") && !viewFollows(step, old)) {
      Name now = new Name(set.schema(), old.name());
      report.add(
          old,
          "moves "
              + step.named(old)
              + " to schema "
              + set.schema()
              + ": code that uses the old name fails at once",
          "ALTER TABLE "
              + old.sql()
              + " SET SCHEMA "
              + Name.quoted(set.schema())
              + ";\nCREATE VIEW "
              + old.sql()
              + " AS SELECT * FROM "
              + now.sql()
              + ";");
    }
  }

  private static void copies(Step step, Name table, Report report) {
    report.add(
        table,
        table == null
            ? "stops all reads and writes of every clustered table while it writes it anew"
            : "stops all reads and writes of "
                + step.named(table)
                + " while it writes it and its indexes anew"
                + step.time(table, Harm.REWRITE),
        "use pg_repack or pg_squeeze, which stop others only for an instant",
        Harm.REWRITE);
  }

  private static void vacuum(Step step, Command.Vacuum vacuum, Report report) {
    if (!vacuum.full()) {
      return;
    }
    if (vacuum.tables().isEmpty()) {
      report.add(
          null,
          "stops all reads and writes of one table after the other while it writes it anew",
          "use pg_repack or pg_squeeze on the tables that need it",
          Harm.REWRITE);
    }
    vacuum.tables().forEach(table -> copies(step, table, report));
  }

  private static void createTrigger(Step step, Command.CreateTrigger create, Report report) {
    if (create.table() == null) {
      report.add(null, "adds an event trigger: it runs with every later DDL statement", null);
    } else {
      report.add(
          create.table(),
          "stops all writes to "
              + step.named(create.table())
              + " until it commits; from then on every write runs the trigger",
          null);
    }
  }

  private static void switchTrigger(
      Step step, Command.AlterTable alter, TableChange.SwitchTrigger change, Report report) {
    if (change.rule()) {
      report.add(
          alter.name(),
          "stops all reads and writes of " + step.named(alter.name()) + " until it commits",
          null);
    } else {
      report.add(
          alter.name(),
          "stops all writes to "
              + step.named(alter.name())
              + " until it commits"
              + (change.enable()
                  ? ""
                  : "; what the trigger keeps up or keeps out is then on its own"),
          null);
    }
  }

  private static void dropTrigger(Step step, Command.Drop drop, Report report) {
    if (drop.kind().startsWith("TRIGGER") && drop.on() != null) {
      report.add(
          drop.on(),
          "stops all reads and writes of " + step.named(drop.on()) + " until it commits",
          null);
    }
  }

  private static void createRule(Step step, Command.CreateRule create, Report report) {
    report.add(
        create.table(),
        "stops all reads and writes of "
            + step.named(create.table())
            + " until it commits, and rewrites every query on it from then on",
        "use a trigger");
  }

  private static void refresh(Step step, Command.Refresh refresh, Report report) {
    Name view = refresh.view();
    if (refresh.concurrently()) {
      return;
    }
    report.add(
        view,
        "stops all reads of "
            + step.named(view)
            + " while it is filled anew"
            + step.time(view, Harm.REWRITE),
        "REFRESH MATERIALIZED VIEW CONCURRENTLY " + view.sql() + ";",
        Harm.REWRITE);
  }

  private static void replaceView(Step step, Command.CreateView view, Report report) {
    if (view.replace()) {
      report.add(
          view.name(),
          "replaces view " + view.name() + ": queries on it wait until it commits",
          null);
    }
  }

  private static void dropView(Step step, Command.Drop drop, Report report) {
    if (drop.kind().endsWith("VIEW") && !drop.cascade()) {
      for (Name view : drop.names()) {
        report.add(view, "drops view " + view + ": code that reads it fails", null);
      }
    }
  }

  private static void setExpression(
      Step step, Command.AlterTable alter, TableChange.SetExpression set, Report report) {
    report.add(
        alter.name(),
        "stops all reads and writes of "
            + step.named(alter.name())
            + " while it computes and writes every row anew"
            + step.time(alter.name(), Harm.REWRITE),
        "add a new column with the new expression, filled in batches, then swap the names",
        Harm.REWRITE);
  }

  private static void minor(
      Step step, Command.AlterTable alter, TableChange.Minor minor, Report report) {
    if (minor.exclusive()) {
      instant(step, alter.name(), minor.form(), report);
    }
  }

  private static void instant(Step step, Name table, String form, Report report) {
    report.add(
        table,
        form + ": an instant, once reads and writes of " + step.named(table) + " have paused",
        null);
  }

  private static void light(
      Step step, Command.AlterTable alter, TableChange.Minor minor, Report report) {
    if (!minor.exclusive()) {
      report.add(
          alter.name(),
          minor.form()
              + ": reads and writes of "
              + step.named(alter.name())
              + " go on; it waits behind VACUUM and index builds",
          null);
    }
  }

  private static void lock(Step step, Command.Lock lock, Report report) {
    LockMode mode = LockMode.of(lock.mode());
    for (Name table : lock.tables()) {
      if (mode == null || mode.stopsWrites()) {
        report.add(
            table,
            (mode == null ? LockMode.ACCESS_EXCLUSIVE : mode).stops()
                + step.named(table)
                + " until its transaction ends",
            "name the weakest mode that is enough, for example IN SHARE UPDATE EXCLUSIVE MODE");
      }
    }
  }

  private static void addLabel(Step step, Command.AlterType alter, Report report) {
    if (alter.action().equals("ADD VALUE")) {
      report.add(
          alter.name(),
          "adds a label to "
              + alter.name()
              + " in an instant; it can be used once it is committed, and never be removed",
          null);
    }
  }

  private static void composite(Step step, Command.AlterType alter, Report report) {
    if (alter.action().equals("ATTRIBUTE")) {
      report.add(
          alter.name(),
          "changes a row type: stops all reads and writes of every table OF "
              + alter.name()
              + " until it commits",
          "make a new type");
    }
  }
}
