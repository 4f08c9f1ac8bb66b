package dev.schemaward.engine.history;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * dbmate's {@code schema_migrations}: a row with the version of each migration that is applied. It
 * has no room for one that was begun; the ledger has.
 */
record DbmateHistory(Bundle bundle, String schema) implements HistoryStore {
  private VersionTable versions() {
    return new VersionTable(schema);
  }

  @Override
  public History read(Session session) throws SQLException, EngineException {
    if (!versions().isPresent(session, "dbmate", "version")) {
      return new History(false, List.of(), versions().tablesBeside(session));
    }
    Map<String, String> names = VersionTable.names(bundle);
    List<HistoryRow> rows = new ArrayList<>();
    Set<String> applied = new HashSet<>();
    for (String[] row :
        session.rows("SELECT version FROM " + versions().qualified() + " ORDER BY version")) {
      String name = names.getOrDefault(row[0], row[0]);
      applied.add(name);
      rows.add(new HistoryRow(schema + "/" + row[0], name, null, true, false));
    }
    rows.addAll(OwnAttempts.read(session, schema).open(bundle, applied));
    return new History(true, rows, List.of());
  }

  @Override
  public String createTable() {
    return "CREATE TABLE IF NOT EXISTS "
        + versions().qualified()
        + " (version varchar PRIMARY KEY)";
  }

  @Override
  public String started(String id, Migration migration, boolean atomic) {
    return "";
  }

  @Override
  public String finished(String id, Migration migration) {
    return "INSERT INTO "
        + versions().qualified()
        + " (version) VALUES ("
        + Sql.literal(migration.recorded().version())
        + ")";
  }

  @Override
  public String failed(String id, Migration migration, String log, boolean nothingTookEffect) {
    return "";
  }

  @Override
  public String rolledBack(String id) {
    return "";
  }

  @Override
  public String markedApplied(String id, Migration migration) {
    return finished(id, migration);
  }

  @Override
  public String adopted(String id, Migration migration) {
    return versions().adopted(migration);
  }

  @Override
  public String table() {
    return VersionTable.NAME;
  }
}
