package dev.schemaward.engine.execute;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.ledger.Ledger;
import dev.schemaward.engine.plan.Planner;
import java.sql.SQLException;

/** The beginning of a run in the ledger, as SQL: what is created, and under whose authority. */
final class RunRecord {
  private RunRecord() {}

  /**
   * SQL that creates what is missing of ledger, schema and history, and takes the target; empty
   * when nothing is to do.
   */
  static String prepare(Session session, HistoryStore store, Planner.Observation seen, String owner)
      throws SQLException {
    StringBuilder sql = new StringBuilder();
    if (!seen.ledger().present()) {
      sql.append(Ledger.create()).append("; ");
    }
    if (!seen.history().present()) {
      if (session
          .firstRow(
              "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = "
                  + Sql.literal(session.schema()))
          .isEmpty()) {
        sql.append("CREATE SCHEMA ").append(Sql.identifier(session.schema())).append("; ");
      }
      sql.append(store.createTable()).append("; ");
    }
    if (owner != null) {
      sql.append(Ledger.takeTarget(session.schema(), owner)).append("; ");
    }
    return sql.toString();
  }

  /** A query that takes the next epoch, records the run, and returns epoch and ledger id. */
  static String insert(
      Session session,
      Planner.Observation seen,
      String runId,
      String owner,
      String planHash,
      String runnerBuild,
      ApplyRequest.Approval approval) {
    return "WITH next AS (UPDATE schemaward.meta SET epoch = epoch + 1 RETURNING epoch) INSERT"
        + " INTO schemaward.run (epoch, id, schema_name, owner, plan_hash, base,"
        + " base_fingerprint, runner_build, approved_by, approved_at, approval_channel,"
        + " approval_reason) SELECT epoch, "
        + String.join(
            ", ",
            Sql.literal(runId),
            Sql.literal(session.schema()),
            Sql.literal(owner),
            Sql.literal(planHash),
            Sql.literal(seen.appliedLines()),
            Sql.literal(seen.fingerprint()),
            Sql.literal(runnerBuild),
            Sql.literal(approval == null ? null : approval.by()),
            Sql.literal(approval == null ? null : approval.at()),
            Sql.literal(approval == null ? null : approval.channel()),
            Sql.literal(approval == null ? null : approval.reason()))
        + " FROM next RETURNING epoch::text, (SELECT id::text FROM schemaward.meta)";
  }
}
