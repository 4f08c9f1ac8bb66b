package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog.Index;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Building, dropping and rebuilding indexes. */
final class IndexRules {
  static final List<Rule> RULES =
      List.of(
          create("index-concurrent-partitioned", Severity.BLOCK, IndexRules::partitioned),
          create("index-blocking", Severity.BLOCK, IndexRules::blocking),
          create("index-invalid-left", Severity.BLOCK, IndexRules::invalidLeft),
          create("index-if-not-exists-trap", Severity.BLOCK, IndexRules::trap),
          Rule.on(
              "index-concurrent-in-tx",
              Severity.BLOCK,
              HazardClass.TRANSACTION,
              Command.CreateIndex.class,
              IndexRules::createInBlock),
          Rule.on(
              "index-concurrent-in-tx",
              Severity.BLOCK,
              HazardClass.TRANSACTION,
              Command.Drop.class,
              IndexRules::dropInBlock),
          Rule.on(
              "index-concurrent-in-tx",
              Severity.BLOCK,
              HazardClass.TRANSACTION,
              Command.Code.class,
              IndexRules::inCode),
          create("index-concurrent", Severity.INFORM, IndexRules::concurrent),
          Rule.on(
              "unique-duplicates",
              Severity.WARN,
              HazardClass.DATA,
              Command.CreateIndex.class,
              IndexRules::duplicates),
          Rule.on(
              "drop-index-blocking",
              Severity.WARN,
              HazardClass.LOCK,
              Command.Drop.class,
              IndexRules::drop),
          Rule.on(
              "index-concurrent-partitioned",
              Severity.BLOCK,
              HazardClass.LOCK,
              Command.Drop.class,
              IndexRules::dropPartitioned),
          Rule.on(
              "drop-index-concurrent-cancelled",
              Severity.INFORM,
              HazardClass.TRANSACTION,
              Command.Drop.class,
              IndexRules::dropConcurrently),
          Rule.on(
              "reindex-blocking",
              Severity.BLOCK,
              HazardClass.LOCK,
              Command.Reindex.class,
              IndexRules::reindex),
          Rule.onChange(
              "rename-index",
              Severity.INFORM,
              HazardClass.LOCK,
              TableChange.RenameTo.class,
              IndexRules::rename));

  private IndexRules() {}

  private static Rule create(
      String id, Severity severity, Rule.CommandJudge<Command.CreateIndex> judge) {
    return Rule.on(id, severity, HazardClass.LOCK, Command.CreateIndex.class, judge);
  }

  private static String indexName(Command.CreateIndex index) {
    return index.name() == null
        ? Naming.of(index.table(), index.columns(), "idx")
        : index.name().name();
  }

  private static String unique(Command.CreateIndex index) {
    return index.unique() ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  }

  private static void partitioned(Step step, Command.CreateIndex index, Report report) {
    if (step.schema().isPartitioned(index.table()) && !index.only()) {
      report.add(
          index.table(),
          index.concurrently()
              ? "fails: an index of partitioned table "
                  + index.table()
                  + " cannot be built CONCURRENTLY (0A000)"
              : "stops all writes to "
                  + step.named(index.table())
                  + " and each of its partitions while it builds an index on every one"
                  + step.time(index.table(), Harm.BUILD),
          onPartitioned(step, index.table(), indexName(index), index.unique(), index.definition()),
          index.concurrently() ? new Harm[0] : new Harm[] {Harm.BUILD});
    }
  }

  /** An index of a partitioned table, partition by partition. */
  static String onPartitioned(
      Step step, Name table, String index, boolean unique, String definition) {
    String create = unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
    List<String> steps = new ArrayList<>();
    steps.add(create + Name.quoted(index) + " ON ONLY " + table.sql() + " " + definition + ";");
    for (Name partition : step.schema().partitions(table)) {
      String own = Naming.of(partition, List.of(), index);
      steps.add(
          create
              + "CONCURRENTLY "
              + Name.quoted(own)
              + " ON "
              + partition.sql()
              + " "
              + definition
              + ";");
      steps.add(
          "ALTER INDEX "
              + table.sibling(index).sql()
              + " ATTACH PARTITION "
              + partition.sibling(own).sql()
              + ";");
    }
    return SaferWay.of(steps.toArray(String[]::new));
  }

  private static void blocking(Step step, Command.CreateIndex index, Report report) {
    boolean there =
        index.ifNotExists()
            && index.name() != null
            && step.schema().index(index.table(), index.name().name()) != null;
    if (index.concurrently() || step.schema().isPartitioned(index.table()) || there) {
      return;
    }
    report.add(
        index.table(),
        "stops all writes to "
            + step.named(index.table())
            + " while it builds an index"
            + step.time(index.table(), Harm.BUILD),
        unique(index)
            + "CONCURRENTLY "
            + Name.quoted(indexName(index))
            + " ON "
            + index.table().sql()
            + " "
            + index.definition()
            + ";",
        Harm.BUILD);
  }

  private static void invalidLeft(Step step, Command.CreateIndex index, Report report) {
    Index there = step.schema().index(index.table(), indexName(index));
    if (there == null || there.valid()) {
      return;
    }
    report.add(
        index.table(),
        "finds "
            + there.name()
            + " there, INVALID: left by a build that failed; it answers no query and still costs"
            + " every write",
        SaferWay.of(
            "DROP INDEX CONCURRENTLY " + step.schema().name(there.name()).sql() + ";",
            unique(index)
                + "CONCURRENTLY "
                + Name.quoted(indexName(index))
                + " ON "
                + index.table().sql()
                + " "
                + index.definition()
                + ";"));
  }

  private static void trap(Step step, Command.CreateIndex index, Report report) {
    if (!index.concurrently() || !index.ifNotExists() || index.name() == null) {
      return;
    }
    Index there = step.schema().index(index.table(), index.name().name());
    boolean harmless =
        step.schema().live(index.table()) != null && (there == null || there.valid());
    if (!harmless) {
      report.add(
          index.table(),
          "does nothing when a failed build has left "
              + index.name()
              + " INVALID"
              + (index.unique() ? ", and nothing is unique then" : "")
              + ", and says that it succeeded",
          SaferWay.of(
              there == null
                  ? ""
                  : "DROP INDEX CONCURRENTLY " + step.schema().name(there.name()).sql() + ";",
              unique(index)
                  + "CONCURRENTLY "
                  + Name.quoted(index.name().name())
                  + " ON "
                  + index.table().sql()
                  + " "
                  + index.definition()
                  + ";"));
    }
  }

  private static void createInBlock(Step step, Command.CreateIndex index, Report report) {
    if (index.concurrently() && inBlock(step)) {
      report.add(null, refuses(), "take it out of BEGIN … COMMIT, into a migration of its own");
    }
  }

  private static void dropInBlock(Step step, Command.Drop drop, Report report) {
    if (drop.kind().equals("INDEX") && drop.concurrently() && inBlock(step)) {
      report.add(null, refuses(), "take it out of BEGIN … COMMIT, into a migration of its own");
    }
  }

  private static void inCode(Step step, Command.Code code, Report report) {
    if (code.body() != null && code.body().toUpperCase(Locale.ROOT).contains(" CONCURRENTLY")) {
      report.add(null, refuses(), "write it as a plain statement, in a migration of its own");
    }
  }

  private static String refuses() {
    return "fails: CONCURRENTLY cannot run inside a transaction (25001)";
  }

  private static boolean inBlock(Step step) {
    List<dev.schemaward.engine.sql.Statement> all = step.migration().statements();
    boolean open = false;
    for (dev.schemaward.engine.sql.Statement statement : all) {
      if (statement.index() == step.statement().index()) {
        return open;
      }
      switch (statement.kind().execution()) {
        case BEGIN -> open = true;
        case COMMIT, ROLLBACK -> open = false;
        default -> {
          // stays as it was
        }
      }
    }
    return open;
  }

  private static void concurrent(Step step, Command.CreateIndex index, Report report) {
    if (!index.concurrently() || step.schema().isPartitioned(index.table())) {
      return;
    }
    int version = step.schema().catalog().serverVersion();
    if (version >= 140000 && version < 140004) {
      report.add(
          Severity.BLOCK,
          index.table(),
          "may build a corrupt index: PostgreSQL 14.0 to 14.3 have that fault",
          "update the server to 14.4 or newer first");
    } else {
      report.add(
          index.table(),
          "builds an index on "
              + step.named(index.table())
              + " while others read and write"
              + step.time(index.table(), Harm.BUILD)
              + "; it waits for every transaction that began before it",
          null);
    }
  }

  private static void duplicates(Step step, Command.CreateIndex index, Report report) {
    if (index.unique()) {
      report.add(
          Severity.INFORM,
          index.table(),
          "fails at its end when two rows of " + step.named(index.table()) + " are equal",
          null);
    }
  }

  private static void drop(Step step, Command.Drop drop, Report report) {
    if (!drop.kind().equals("INDEX") || drop.concurrently()) {
      return;
    }
    for (Name index : drop.names()) {
      Name table = step.schema().tableOfIndex(index);
      if (drop.ifExists() && table == null && step.schema().isAbsent(index)) {
        continue;
      }
      report.add(
          table == null ? index : table,
          "stops all reads and writes of "
              + (table == null ? "the table of " + index : step.named(table))
              + " until it commits",
          "DROP INDEX CONCURRENTLY " + index.sql() + ";");
    }
  }

  private static void dropPartitioned(Step step, Command.Drop drop, Report report) {
    if (drop.kind().equals("INDEX") && drop.concurrently()) {
      for (Name index : drop.names()) {
        var live = step.schema().live(index);
        if (live != null && live.kind() == 'I') {
          report.add(
              index,
              "fails: the index of a partitioned table cannot be dropped CONCURRENTLY (0A000)",
              "DROP INDEX " + index.sql() + ";");
        }
      }
    }
  }

  private static void dropConcurrently(Step step, Command.Drop drop, Report report) {
    if (drop.kind().equals("INDEX") && drop.concurrently()) {
      for (Name index : drop.names()) {
        report.add(
            index,
            "drops index "
                + index
                + " while others read and write; interrupted, it stays, unused and still paid for,"
                + " until it is dropped again",
            null);
      }
    }
  }

  private static void reindex(Step step, Command.Reindex reindex, Report report) {
    if (reindex.concurrently()) {
      return;
    }
    Name table =
        reindex.kind().equals("TABLE")
            ? reindex.name()
            : reindex.kind().equals("INDEX") && reindex.name() != null
                ? step.schema().tableOfIndex(reindex.name())
                : null;
    String what = reindex.name() == null ? "" : " " + reindex.name().sql();
    report.add(
        table,
        "stops all writes to "
            + (table == null ? "the tables that it is about" : step.named(table))
            + ", and reads that plan to use an index, while it builds anew"
            + (table == null ? "" : step.time(table, Harm.BUILD)),
        "REINDEX " + reindex.kind() + " CONCURRENTLY" + what + ";",
        Harm.BUILD);
  }

  private static void rename(
      Step step, Command.AlterTable alter, TableChange.RenameTo rename, Report report) {
    Name table = step.schema().tableOfIndex(alter.name());
    if (table != null && alter.kind().equals("TABLE")) {
      report.add(
          table,
          "renames index " + alter.name() + ", and stops all reads and writes of its table",
          "ALTER INDEX "
              + alter.name().sql()
              + " RENAME TO "
              + Name.quoted(rename.newName())
              + ";");
    }
  }
}
