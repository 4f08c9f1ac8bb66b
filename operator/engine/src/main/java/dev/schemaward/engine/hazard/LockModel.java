package dev.schemaward.engine.hazard;

import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.ConstraintDefinition.Kind;
import dev.schemaward.engine.sql.command.TableChange;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which tables that others use a statement locks: as the shadow showed it, else as it was measured
 * for its form on PostgreSQL 13 to 18 (docs/hazards). Tables that the plan creates are left out.
 */
final class LockModel {
  private LockModel() {}

  /** The strongest mode per table. */
  static Map<Name, LockMode> locks(Step step) {
    Map<Name, LockMode> locks = new LinkedHashMap<>();
    if (step.measured()) {
      for (StatementEffects.RelationLock lock : step.effects().locks()) {
        LockMode mode = LockMode.of(lock.mode());
        if (mode != null && !step.schema().isNew(lock.relation())) {
          add(locks, step.schema().name(lock.relation()), mode);
        }
      }
      return locks;
    }
    form(step, locks);
    locks.keySet().removeIf(step.schema()::isNew);
    return locks;
  }

  private static void form(Step step, Map<Name, LockMode> locks) {
    switch (step.command()) {
      case Command.AlterTable alter -> {
        for (TableChange change : alter.changes()) {
          change(alter.name(), change, locks);
        }
      }
      case Command.CreateTable create -> {
        for (ConstraintDefinition constraint : create.constraints()) {
          references(constraint, locks);
        }
        create.columns().forEach(c -> c.constraints().forEach(k -> references(k, locks)));
        if (create.partitionOf() != null) {
          add(locks, create.partitionOf(), LockMode.ACCESS_EXCLUSIVE);
        }
      }
      case Command.CreateIndex index ->
          add(
              locks,
              index.table(),
              index.concurrently() ? LockMode.SHARE_UPDATE_EXCLUSIVE : LockMode.SHARE);
      case Command.Drop drop -> drop(step, drop, locks);
      case Command.Truncate truncate ->
          truncate.tables().forEach(t -> add(locks, t, LockMode.ACCESS_EXCLUSIVE));
      case Command.Write write -> add(locks, write.table(), LockMode.ROW_EXCLUSIVE);
      case Command.CreateTrigger trigger -> {
        if (trigger.table() != null) {
          add(locks, trigger.table(), LockMode.SHARE_ROW_EXCLUSIVE);
        }
      }
      case Command.CreateRule rule -> add(locks, rule.table(), LockMode.ACCESS_EXCLUSIVE);
      case Command.Refresh refresh ->
          add(
              locks,
              refresh.view(),
              refresh.concurrently() ? LockMode.EXCLUSIVE : LockMode.ACCESS_EXCLUSIVE);
      case Command.Cluster cluster -> add(locks, cluster.table(), LockMode.ACCESS_EXCLUSIVE);
      case Command.Lock lock -> lock.tables().forEach(t -> add(locks, t, LockMode.of(lock.mode())));
      case Command.Reindex reindex -> {
        if (reindex.kind().equals("TABLE")) {
          add(locks, reindex.name(), LockMode.SHARE);
        }
      }
      case Command.Security security -> {
        if (security.on() != null) {
          add(locks, security.on(), LockMode.ACCESS_EXCLUSIVE);
        }
      }
      default -> {
        // no table that others use
      }
    }
  }

  private static void drop(Step step, Command.Drop drop, Map<Name, LockMode> locks) {
    switch (drop.kind()) {
      case "TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW" ->
          drop.names().forEach(t -> add(locks, t, LockMode.ACCESS_EXCLUSIVE));
      case "INDEX" -> {
        for (Name index : drop.names()) {
          Name table = step.schema().tableOfIndex(index);
          if (table != null && !drop.concurrently()) {
            add(locks, table, LockMode.ACCESS_EXCLUSIVE);
          }
        }
      }
      default -> {
        if (drop.on() != null) {
          add(locks, drop.on(), LockMode.ACCESS_EXCLUSIVE);
        }
      }
    }
  }

  private static void change(Name table, TableChange change, Map<Name, LockMode> locks) {
    switch (change) {
      case TableChange.AddColumn add -> {
        add(locks, table, LockMode.ACCESS_EXCLUSIVE);
        add.column().constraints().forEach(c -> references(c, locks));
      }
      case TableChange.AddConstraint add -> {
        boolean foreign = add.constraint().kind() == Kind.FOREIGN_KEY;
        add(locks, table, foreign ? LockMode.SHARE_ROW_EXCLUSIVE : LockMode.ACCESS_EXCLUSIVE);
        references(add.constraint(), locks);
      }
      case TableChange.ValidateConstraint validate ->
          add(locks, table, LockMode.SHARE_UPDATE_EXCLUSIVE);
      case TableChange.SwitchTrigger trigger ->
          add(
              locks,
              table,
              trigger.rule() ? LockMode.ACCESS_EXCLUSIVE : LockMode.SHARE_ROW_EXCLUSIVE);
      case TableChange.AttachPartition attach -> {
        add(locks, table, LockMode.SHARE_UPDATE_EXCLUSIVE);
        add(locks, attach.partition(), LockMode.ACCESS_EXCLUSIVE);
      }
      case TableChange.DetachPartition detach ->
          add(
              locks,
              table,
              detach.concurrently() || detach.finalizing()
                  ? LockMode.SHARE_UPDATE_EXCLUSIVE
                  : LockMode.ACCESS_EXCLUSIVE);
      case TableChange.Minor minor ->
          add(
              locks,
              table,
              minor.exclusive() ? LockMode.ACCESS_EXCLUSIVE : LockMode.SHARE_UPDATE_EXCLUSIVE);
      default -> add(locks, table, LockMode.ACCESS_EXCLUSIVE);
    }
  }

  private static void references(ConstraintDefinition constraint, Map<Name, LockMode> locks) {
    if (constraint.references() != null) {
      add(locks, constraint.references(), LockMode.SHARE_ROW_EXCLUSIVE);
    }
  }

  private static void add(Map<Name, LockMode> locks, Name name, LockMode mode) {
    if (name != null && mode != null) {
      locks.merge(name, mode, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }
  }
}
