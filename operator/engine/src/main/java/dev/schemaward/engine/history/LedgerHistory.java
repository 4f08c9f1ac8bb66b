package dev.schemaward.engine.history;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The history of plain SQL bundles, which have no tool of their own: table {@code
 * schemaward.history}, one row an attempt.
 */
record LedgerHistory(String schema) implements HistoryStore {
  @Override
  public History read(Session session) throws SQLException {
    if (session.row("SELECT to_regclass('schemaward.history')::text")[0] == null) {
      return new History(false, List.of(), List.of());
    }
    List<HistoryRow> rows = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT id, name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL"
                + " FROM schemaward.history WHERE schema_name = "
                + Sql.literal(schema)
                + " ORDER BY started_at, id")) {
      rows.add(new HistoryRow(row[0], row[1], row[2], row[3].equals("t"), row[4].equals("t")));
    }
    return new History(true, rows, List.of());
  }

  @Override
  public String createTable() {
    return """
    CREATE TABLE IF NOT EXISTS schemaward.history (
        id              text PRIMARY KEY,
        schema_name     text NOT NULL,
        name            text NOT NULL,
        checksum        text NOT NULL,
        started_at      timestamptz NOT NULL,
        finished_at     timestamptz,
        rolled_back_at  timestamptz,
        log             text
    )\
    """;
  }

  @Override
  public String started(String id, Migration migration, boolean atomic) {
    return "INSERT INTO schemaward.history (id, schema_name, name, checksum, started_at) VALUES ("
        + String.join(
            ", ",
            Sql.literal(id),
            Sql.literal(schema),
            Sql.literal(migration.name()),
            Sql.literal(migration.checksum()),
            "clock_timestamp()")
        + ")";
  }

  @Override
  public String ran(String id, Migration migration) {
    return "INSERT INTO schemaward.history (id, schema_name, name, checksum, started_at,"
        + " finished_at) VALUES ("
        + String.join(
            ", ",
            Sql.literal(id),
            Sql.literal(schema),
            Sql.literal(migration.name()),
            Sql.literal(migration.checksum()),
            "now(), clock_timestamp()")
        + ")";
  }

  @Override
  public String finished(String id, Migration migration) {
    return update(id, "finished_at = clock_timestamp(), log = NULL");
  }

  @Override
  public String failed(String id, Migration migration, String log, boolean nothingTookEffect) {
    return update(
        id,
        "log = "
            + Sql.literal(log)
            + (nothingTookEffect ? ", rolled_back_at = clock_timestamp()" : ""));
  }

  @Override
  public String rolledBack(String id) {
    return update(id, "rolled_back_at = clock_timestamp()");
  }

  @Override
  public String markedApplied(String id, Migration migration) {
    return "INSERT INTO schemaward.history (id, schema_name, name, checksum, started_at,"
        + " finished_at, log) SELECT "
        + String.join(
            ", ",
            Sql.literal(id),
            Sql.literal(schema),
            Sql.literal(migration.name()),
            Sql.literal(migration.checksum()))
        + ", at, at, 'marked as applied' FROM clock_timestamp() at";
  }

  @Override
  public String adopted(String id, Migration migration) {
    return update(id, "checksum = " + Sql.literal(migration.checksum()));
  }

  private static String update(String id, String assignments) {
    return "UPDATE schemaward.history SET " + assignments + " WHERE id = " + Sql.literal(id);
  }

  @Override
  public String table() {
    return null;
  }
}
