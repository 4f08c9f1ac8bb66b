package dev.schemaward.engine.history;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.util.List;

/**
 * A migration tool's own history table, written as the tool itself would write it, so that a team
 * can leave Schemaward or run the tool by hand on any day. The writing methods return SQL: the
 * caller decides with what it shares a transaction.
 */
public sealed interface HistoryStore
    permits PrismaHistory, FlywayHistory, GolangMigrateHistory, DbmateHistory, LedgerHistory {
  /**
   * The store for a bundle's format in this schema. Rows come back under the names of the bundle's
   * migrations.
   */
  static HistoryStore of(Bundle bundle, String schema) {
    return switch (bundle.format()) {
      case PRISMA -> new PrismaHistory(schema);
      case FLYWAY -> new FlywayHistory(bundle, schema);
      case GOLANG_MIGRATE -> new GolangMigrateHistory(bundle, schema);
      case DBMATE -> new DbmateHistory(bundle, schema);
      case SQL -> new LedgerHistory(schema);
    };
  }

  /**
   * Reads everything; writes nothing.
   *
   * @throws EngineException NeedsAttention, when the table is not this tool's
   */
  History read(Session session) throws SQLException, EngineException;

  /** SQL that creates the table where it is missing; empty when there is nothing to create. */
  String createTable();

  /**
   * SQL that records that {@code migration} has begun, under this new id; in one transaction with
   * {@code Ledger.attemptStarted}. Empty for a tool that has no record of it.
   *
   * @param atomic true when all of it takes effect or nothing
   */
  String started(String id, Migration migration, boolean atomic);

  /**
   * SQL that records, inside the one transaction in which all of it takes effect, that it ran:
   * instead of {@link #started} and {@link #finished}, and leaving what these two would leave. It
   * stands behind {@code Ledger.attemptRan}.
   */
  default String ran(String id, Migration migration) {
    return finished(id, migration);
  }

  /** SQL that records that it is finished. */
  String finished(String id, Migration migration);

  /**
   * SQL that records that it failed; {@code nothingTookEffect} lets the tool try it again. Empty
   * when there is nothing to write.
   */
  String failed(String id, Migration migration, String log, boolean nothingTookEffect);

  /**
   * SQL that marks an open row as rolled back: it is about to be run, or continued, under a new
   * row. Empty for a tool that has no such row.
   */
  String rolledBack(String id);

  /**
   * SQL that records a migration as applied without running it (Prisma's {@code resolve --applied},
   * Flyway's baseline).
   */
  String markedApplied(String id, Migration migration);

  /**
   * SQL that gives an applied row the checksum that the file has now (what Flyway calls repair).
   *
   * @param id of the row
   */
  String adopted(String id, Migration migration);

  /**
   * Keys of the session-level advisory locks that exclude a hand-run tool; Prisma's is the {@code
   * MigrationLock} itself.
   *
   * @param database its name
   */
  default List<Long> lockKeys(String database) {
    return List.of();
  }

  /**
   * Name of the history table, which is not part of the application's schema; null when it lives in
   * the ledger.
   */
  String table();
}
