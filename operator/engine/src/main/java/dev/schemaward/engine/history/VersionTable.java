package dev.schemaward.engine.history;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code schema_migrations}: a name that dbmate and golang-migrate (and Rails) share for tables of
 * different shape. Neither keeps checksums: what we know of a file that we executed is in the
 * ledger.
 *
 * @param schema the target schema
 */
record VersionTable(String schema) {
  static final String NAME = "schema_migrations";

  String qualified() {
    return Sql.identifier(schema, NAME);
  }

  /**
   * True when the table is there and has these columns.
   *
   * @param tool whose table it should be, for the message
   * @throws EngineException when it has others
   */
  boolean isPresent(Session session, String tool, String... columns)
      throws SQLException, EngineException {
    List<String> found = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT attname FROM pg_catalog.pg_attribute WHERE attnum > 0 AND NOT attisdropped AND"
                + " attrelid = to_regclass("
                + Sql.literal(qualified())
                + ") ORDER BY attname")) {
      found.add(row[0]);
    }
    if (found.isEmpty()) {
      return false;
    }
    List<String> expected = List.of(columns);
    if (!found.equals(expected)) {
      throw new EngineException(
          FailureReason.NeedsAttention,
          "table "
              + schema
              + "."
              + NAME
              + " has the columns "
              + String.join(", ", found)
              + " and is not "
              + tool
              + "'s, which has "
              + String.join(", ", expected)
              + ": another tool manages this schema. Nothing was executed. Give the bundle that"
              + " tool's format, or point the migration at another schema");
    }
    return true;
  }

  /** Tables that stand in the schema although there is no history. */
  List<String> tablesBeside(Session session) throws SQLException {
    List<String> tables = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid ="
                + " c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname = "
                + Sql.literal(schema)
                + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid ="
                + " 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
                + " ORDER BY c.relname LIMIT 20")) {
      tables.add(row[0]);
    }
    return tables;
  }

  /** SQL that makes the file as it is now the one that we executed. */
  String adopted(Migration migration) {
    return "UPDATE schemaward.attempt SET checksum = "
        + Sql.literal(migration.checksum())
        + " WHERE finished_at IS NOT NULL AND schema_name = "
        + Sql.literal(schema)
        + " AND migration = "
        + Sql.literal(migration.name());
  }

  /** Names of a bundle's migrations by version. */
  static Map<String, String> names(Bundle bundle) {
    Map<String, String> names = new HashMap<>();
    bundle
        .migrations()
        .forEach(migration -> names.put(migration.recorded().version(), migration.name()));
    return names;
  }
}
