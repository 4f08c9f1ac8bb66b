package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange;
import java.util.List;

/** Making, attaching and detaching partitions. */
final class PartitionRules {
  static final List<Rule> RULES =
      List.of(
          Rule.on(
              "create-partition-of",
              Severity.WARN,
              HazardClass.LOCK,
              Command.CreateTable.class,
              PartitionRules::create),
          Rule.onChange(
              "attach-partition",
              Severity.WARN,
              HazardClass.SCAN,
              TableChange.AttachPartition.class,
              PartitionRules::attach),
          Rule.onChange(
              "detach-partition",
              Severity.BLOCK,
              HazardClass.LOCK,
              TableChange.DetachPartition.class,
              PartitionRules::detach),
          Rule.onChange(
              "detach-concurrently",
              Severity.INFORM,
              HazardClass.LOCK,
              TableChange.DetachPartition.class,
              PartitionRules::detachConcurrently),
          Rule.on(
              "drop-partition",
              Severity.BLOCK,
              HazardClass.LOCK,
              Command.Drop.class,
              PartitionRules::drop),
          Rule.on(
              "alter-partitioned-parent",
              Severity.WARN,
              HazardClass.LOCK,
              Command.AlterTable.class,
              PartitionRules::alterParent));

  private PartitionRules() {}

  private static Relation defaultPartition(Step step, Name parent) {
    for (Name partition : step.schema().partitions(parent)) {
      Relation relation = step.schema().live(partition);
      boolean other =
          relation != null
              && (relation.name().endsWith("_default") || relation.name().endsWith("default"));
      if (other) {
        return relation;
      }
    }
    return null;
  }

  private static void create(Step step, Command.CreateTable create, Report report) {
    Name parent = create.partitionOf();
    if (parent == null) {
      return;
    }
    Relation other = defaultPartition(step, parent);
    String table = create.name().sql();
    report.add(
        parent,
        "stops all reads and writes of "
            + step.named(parent)
            + " until it commits"
            + (other == null
                ? ", while it reads the DEFAULT partition when there is one"
                : ", while it reads its DEFAULT partition "
                    + step.named(step.schema().name(other.name()))
                    + step.time(step.schema().name(other.name()), Harm.SCAN)),
        "CREATE TABLE "
            + table
            + " (LIKE "
            + parent.sql()
            + " INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\nALTER TABLE "
            + parent.sql()
            + " ATTACH PARTITION "
            + table
            + " "
            + create.bounds()
            + ";");
    if (!step.schema().isNew(parent)) {
      report.speaksOfScan();
    }
  }

  private static void attach(
      Step step, Command.AlterTable alter, TableChange.AttachPartition attach, Report report) {
    Name child = attach.partition();
    Name parent = alter.name();
    if (!step.schema().partitions(parent).isEmpty()) {
      Relation other = defaultPartition(step, parent);
      Name rest = other == null ? parent : step.schema().name(other.name());
      report.add(
          rest,
          (other == null
                  ? "stops all reads and writes of the DEFAULT partition of "
                      + parent
                      + ", when it has one,"
                  : "stops all reads and writes of " + step.named(rest))
              + " while it reads it for rows that belong to "
              + child
              + ", unless a CHECK proves that there are none"
              + (other == null ? "" : step.time(rest, Harm.SCAN)),
          "add a CHECK to the DEFAULT partition that keeps such rows out, NOT VALID, and validate"
              + " it first",
          Harm.SCAN);
    }
    boolean proved =
        step.schema().constraints(child).stream().anyMatch(c -> c.type() == 'c' && c.validated());
    if (!proved && !attach.bounds().toUpperCase(java.util.Locale.ROOT).startsWith("DEFAULT")) {
      report.add(
          child,
          "stops all reads and writes of "
              + step.named(child)
              + " while it reads it for rows that do not belong, unless a CHECK proves that there"
              + " are none"
              + step.time(child, Harm.SCAN),
          "add a CHECK to " + child + " that says its bounds, NOT VALID, and validate it first",
          Harm.SCAN);
    }
  }

  private static void detach(
      Step step, Command.AlterTable alter, TableChange.DetachPartition detach, Report report) {
    if (!detach.concurrently() && !detach.finalizing()) {
      report.add(
          alter.name(),
          "stops all reads and writes of "
              + step.named(alter.name())
              + " and of "
              + detach.partition()
              + " until it commits",
          "ALTER TABLE "
              + alter.name().sql()
              + " DETACH PARTITION "
              + detach.partition().sql()
              + " CONCURRENTLY;");
    }
  }

  private static void detachConcurrently(
      Step step, Command.AlterTable alter, TableChange.DetachPartition detach, Report report) {
    if (!detach.concurrently()) {
      return;
    }
    Relation other = defaultPartition(step, alter.name());
    report.add(
        other == null ? Severity.INFORM : Severity.BLOCK,
        alter.name(),
        other == null
            ? "detaches "
                + detach.partition()
                + " while others read and write; interrupted, it must be ended with DETACH"
                + " PARTITION … FINALIZE"
            : "fails: "
                + alter.name()
                + " has a DEFAULT partition ("
                + other.name()
                + "), and then nothing is detached CONCURRENTLY",
        null);
  }

  private static void drop(Step step, Command.Drop drop, Report report) {
    if (!drop.kind().equals("TABLE")) {
      return;
    }
    for (Name table : drop.names()) {
      Name parent = step.schema().parent(table);
      if (parent != null && !step.schema().isNew(table)) {
        report.add(
            parent,
            "stops all reads and writes of " + step.named(parent) + " until it commits",
            SaferWay.of(
                "ALTER TABLE "
                    + parent.sql()
                    + " DETACH PARTITION "
                    + table.sql()
                    + " CONCURRENTLY;",
                "DROP TABLE " + table.sql() + ";"));
      }
    }
  }

  private static void alterParent(Step step, Command.AlterTable alter, Report report) {
    int partitions = step.schema().partitions(alter.name()).size();
    boolean recurses =
        !alter.only()
            && alter.changes().stream()
                .anyMatch(
                    change ->
                        switch (change) {
                          case TableChange.AddColumn add -> true;
                          case TableChange.DropColumn drop -> true;
                          case TableChange.AlterType type -> true;
                          case TableChange.SetNotNull set -> true;
                          case TableChange.AddConstraint add -> true;
                          case TableChange.DropConstraint drop -> true;
                          default -> false;
                        });
    if (recurses && partitions > 0) {
      report.add(
          alter.name(),
          "locks "
              + step.named(alter.name())
              + (partitions == 1
                  ? " and its partition"
                  : " and all its " + partitions + " partitions")
              + " at once; with very many, max_locks_per_transaction may not be enough",
          null);
    }
  }
}
