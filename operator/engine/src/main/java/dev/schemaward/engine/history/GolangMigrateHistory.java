package dev.schemaward.engine.history;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/**
 * golang-migrate's {@code schema_migrations}: one row with the version that the database is at, and
 * whether it is dirty: a migration to it was begun and did not get to its end. So every file up to
 * that version counts as applied.
 */
final class GolangMigrateHistory implements HistoryStore {
  /** golang-migrate multiplies the CRC-32 of the names with it. */
  private static final int LOCK_SALT = 1486364155;

  private final Bundle bundle;
  private final String schema;
  private final VersionTable versions;
  private OptionalLong clean = OptionalLong.empty();
  private OptionalLong dirty = OptionalLong.empty();

  GolangMigrateHistory(Bundle bundle, String schema) {
    this.bundle = bundle;
    this.schema = schema;
    this.versions = new VersionTable(schema);
  }

  @Override
  public History read(Session session) throws SQLException, EngineException {
    clean = OptionalLong.empty();
    dirty = OptionalLong.empty();
    if (!versions.isPresent(session, "golang-migrate", "dirty", "version")) {
      return new History(false, List.of(), versions.tablesBeside(session));
    }
    List<String[]> found =
        session.rows("SELECT version::text, dirty, xmin::text FROM " + versions.qualified());
    if (found.isEmpty()) {
      return new History(true, List.of(), List.of());
    }
    if (found.size() > 1) {
      throw new EngineException(
          FailureReason.NeedsAttention,
          "table "
              + schema
              + "."
              + VersionTable.NAME
              + " has "
              + found.size()
              + " rows, and golang-migrate writes one. Nothing was executed. Look which version the"
              + " database is at, and say so with `migrate force <version>`");
    }
    String[] row = found.getFirst();
    long version = Long.parseLong(row[0]);
    boolean isDirty = row[1].equals("t");
    String id = schema + "/" + version + "@" + row[2];
    List<HistoryRow> rows = new ArrayList<>();
    for (Migration migration : bundle.migrations()) {
      if (version(migration) < version || (!isDirty && version(migration) == version)) {
        rows.add(
            new HistoryRow(schema + "/" + version(migration), migration.name(), null, true, false));
      }
    }
    String name = VersionTable.names(bundle).get(row[0]);
    boolean inBundle = name != null;
    if (!inBundle) {
      name = "version " + version;
    }
    if (isDirty) {
      dirty = OptionalLong.of(version);
      String ours = OwnAttempts.read(session, schema).begunIn(row[2]).orElse(id);
      rows.add(new HistoryRow(ours, name, null, false, false));
    } else {
      clean = OptionalLong.of(version);
      if (!inBundle) {
        rows.add(new HistoryRow(id, name, null, true, false));
      }
    }
    return new History(true, rows, List.of());
  }

  private static long version(Migration migration) {
    return Long.parseLong(migration.recorded().version());
  }

  @Override
  public String createTable() {
    return "CREATE TABLE IF NOT EXISTS "
        + versions.qualified()
        + " (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)";
  }

  @Override
  public String started(String id, Migration migration, boolean atomic) {
    return set(version(migration), true);
  }

  @Override
  public String finished(String id, Migration migration) {
    return set(version(migration), false);
  }

  @Override
  public String failed(String id, Migration migration, String log, boolean nothingTookEffect) {
    return nothingTookEffect ? backFrom(version(migration)) : "";
  }

  @Override
  public String rolledBack(String id) {
    return dirty.isPresent() ? backFrom(dirty.getAsLong()) : "";
  }

  @Override
  public String markedApplied(String id, Migration migration) {
    return set(version(migration), false);
  }

  @Override
  public String adopted(String id, Migration migration) {
    return versions.adopted(migration);
  }

  private String set(long version, boolean isDirty) {
    return empty()
        + "; INSERT INTO "
        + versions.qualified()
        + " (version, dirty) VALUES ("
        + version
        + ", "
        + isDirty
        + ")";
  }

  private String empty() {
    return "DELETE FROM " + versions.qualified();
  }

  /** The version before: the bundle's, or one that was there and is not in the bundle. */
  private String backFrom(long version) {
    OptionalLong before =
        bundle.migrations().stream()
            .mapToLong(GolangMigrateHistory::version)
            .filter(earlier -> earlier < version)
            .max();
    if (clean.isPresent() && clean.getAsLong() < version) {
      before = OptionalLong.of(Math.max(before.orElse(Long.MIN_VALUE), clean.getAsLong()));
    }
    return before.isPresent() ? set(before.getAsLong(), false) : empty();
  }

  /** The command takes the URL's path for the database's name, with its slash; the library asks. */
  @Override
  public List<Long> lockKeys(String database) {
    return List.of(lockKey("/" + database), lockKey(database));
  }

  private long lockKey(String database) {
    CRC32 crc = new CRC32();
    crc.update(
        String.join("\0", schema, VersionTable.NAME, database).getBytes(StandardCharsets.UTF_8));
    return Integer.toUnsignedLong((int) crc.getValue() * LOCK_SALT);
  }

  @Override
  public String table() {
    return VersionTable.NAME;
  }
}
