package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What only the live database knows: old snapshots, replicas, publications, disk. */
final class LiveRules {
  private static final Duration OLD = Duration.ofMinutes(1);
  private static final long LARGE = 10_000_000_000L;

  static final List<Rule> RULES =
      List.of(
          new Rule("long-snapshot-present", Severity.WARN, HazardClass.LOCK, LiveRules::snapshot),
          new Rule("hot-standby-conflict", Severity.INFORM, HazardClass.LOCK, LiveRules::standby),
          new Rule("logical-replication", Severity.WARN, HazardClass.DATA, LiveRules::publication),
          new Rule("disk-headroom", Severity.INFORM, HazardClass.REWRITE, LiveRules::disk));

  private LiveRules() {}

  private static void snapshot(Step step, Report report) {
    LiveCatalog live = step.schema().catalog();
    boolean old = live.oldestTransaction().compareTo(OLD) >= 0;
    boolean concurrently =
        (step.command() instanceof Command.CreateIndex index && index.concurrently())
            || (step.command() instanceof Command.Reindex reindex && reindex.concurrently());
    if (!old && live.preparedTransactions() == 0) {
      return;
    }
    if (concurrently || firstExclusive(step)) {
      String who =
          old
              ? "a transaction that has been open for "
                  + live.oldestTransaction().toMinutes()
                  + " min"
                  + (live.oldestTransactionBy() == null
                      ? ""
                      : " (" + live.oldestTransactionBy() + ")")
              : live.preparedTransactions() + " prepared transactions";
      report.add(
          null,
          "may wait for " + who + (concurrently ? " until that ends" : ", if that uses the table"),
          "let it finish, or end it, before the migration runs");
    }
  }

  /** True for the statement that is the first of its transaction to stop all readers of a table. */
  private static boolean firstExclusive(Step step) {
    return step.transaction().unreadable().isEmpty()
        && LockModel.locks(step).containsValue(LockMode.ACCESS_EXCLUSIVE);
  }

  private static void standby(Step step, Report report) {
    int replicas = step.schema().catalog().replicas();
    if (replicas > 0 && firstExclusive(step)) {
      report.add(
          null,
          "is replayed on "
              + replicas
              + (replicas == 1 ? " replica" : " replicas")
              + " with the same lock: long reads there are cancelled",
          null);
    }
  }

  private static void publication(Step step, Report report) {
    if (!(step.command() instanceof Command.AlterTable)
        && !(step.command() instanceof Command.Drop)) {
      return;
    }
    for (Map.Entry<Name, LockMode> lock : LockModel.locks(step).entrySet()) {
      Relation relation = step.schema().live(lock.getKey());
      if (lock.getValue() == LockMode.ACCESS_EXCLUSIVE
          && relation != null
          && !relation.publications().isEmpty()) {
        report.add(
            lock.getKey(),
            "changes a table of publication "
                + String.join(", ", relation.publications())
                + ": DDL is not replicated, and subscribers stop until they have it too",
            "change the subscribers first when something is added, last when it is dropped");
        return;
      }
    }
  }

  private static void disk(Step step, Report report) {
    if (report.saysHeavy()) {
      for (Name table : LockModel.locks(step).keySet()) {
        long bytes = step.schema().bytes(table);
        if (bytes >= LARGE) {
          report.add(
              null,
              "may need up to "
                  + Step.size(bytes)
                  + " of free disk for "
                  + table
                  + ", and as much again for WAL",
              null,
              Harm.BUILD,
              Harm.REWRITE);
          return;
        }
      }
    }
  }
}
