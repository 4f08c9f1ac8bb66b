package dev.schemaward.engine.history;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code _prisma_migrations}, exactly as Prisma 5 to 7 writes it: DDL, columns and their values are
 * those of prisma-engines' {@code sql_schema_connector}, observed with CLI 7.10.1.
 */
record PrismaHistory(String schema) implements HistoryStore {
  private static final String TABLE = "_prisma_migrations";

  /**
   * Tables that Prisma does not count when it asks whether a schema is empty (P3005): PostGIS's.
   */
  private static final String IGNORED =
      "'spatial_ref_sys','geometry_columns','geography_columns','raster_columns','raster_overviews'";

  @Override
  public History read(Session session) throws SQLException {
    String qualified = Sql.identifier(schema, TABLE);
    String[] present = session.row("SELECT to_regclass(" + Sql.literal(qualified) + ")::text");
    if (present[0] == null) {
      List<String> others = new ArrayList<>();
      for (String[] row :
          session.rows(
              "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid"
                  + " = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = "
                  + Sql.literal(schema)
                  + " AND c.relname NOT IN ("
                  + IGNORED
                  + ") ORDER BY c.relname LIMIT 20")) {
        others.add(row[0]);
      }
      return new History(false, List.of(), others);
    }
    List<HistoryRow> rows = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT id, migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT"
                + " NULL FROM "
                + qualified
                + " ORDER BY started_at, id")) {
      rows.add(new HistoryRow(row[0], row[1], row[2], row[3].equals("t"), row[4].equals("t")));
    }
    return new History(true, rows, List.of());
  }

  @Override
  public String createTable() {
    return "CREATE TABLE IF NOT EXISTS "
        + Sql.identifier(schema, TABLE)
        + """
         (
            id                      VARCHAR(36) PRIMARY KEY NOT NULL,
            checksum                VARCHAR(64) NOT NULL,
            finished_at             TIMESTAMPTZ,
            migration_name          VARCHAR(255) NOT NULL,
            logs                    TEXT,
            rolled_back_at          TIMESTAMPTZ,
            started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
            applied_steps_count     INTEGER NOT NULL DEFAULT 0
        )\
        """;
  }

  @Override
  public String started(String id, Migration migration, boolean atomic) {
    return "INSERT INTO "
        + Sql.identifier(schema, TABLE)
        + " (id, checksum, migration_name, started_at) VALUES ("
        + Sql.literal(id)
        + ", "
        + Sql.literal(migration.checksum())
        + ", "
        + Sql.literal(migration.name())
        + ", clock_timestamp())";
  }

  @Override
  public String ran(String id, Migration migration) {
    return "INSERT INTO "
        + Sql.identifier(schema, TABLE)
        + " (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ("
        + Sql.literal(id)
        + ", "
        + Sql.literal(migration.checksum())
        + ", "
        + Sql.literal(migration.name())
        + ", now(), clock_timestamp(), 1)";
  }

  @Override
  public String finished(String id, Migration migration) {
    return update(id, "applied_steps_count = 1, finished_at = clock_timestamp(), logs = NULL");
  }

  @Override
  public String failed(String id, Migration migration, String log, boolean nothingTookEffect) {
    return update(
        id,
        "logs = "
            + Sql.literal(log)
            + (nothingTookEffect ? ", rolled_back_at = clock_timestamp()" : ""));
  }

  @Override
  public String rolledBack(String id) {
    return update(id, "rolled_back_at = clock_timestamp()");
  }

  @Override
  public String markedApplied(String id, Migration migration) {
    return "INSERT INTO "
        + Sql.identifier(schema, TABLE)
        + " (id, checksum, migration_name, logs, started_at, finished_at) SELECT "
        + String.join(
            ", ", Sql.literal(id), Sql.literal(migration.checksum()), Sql.literal(migration.name()))
        + ", '', at, at FROM clock_timestamp() at";
  }

  @Override
  public String adopted(String id, Migration migration) {
    return update(id, "checksum = " + Sql.literal(migration.checksum()));
  }

  private String update(String id, String assignments) {
    return "UPDATE "
        + Sql.identifier(schema, TABLE)
        + " SET "
        + assignments
        + " WHERE id = "
        + Sql.literal(id);
  }

  @Override
  public String table() {
    return TABLE;
  }
}
