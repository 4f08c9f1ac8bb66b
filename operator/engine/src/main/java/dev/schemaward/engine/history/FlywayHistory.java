package dev.schemaward.engine.history;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.FlywayVersion;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * {@code flyway_schema_history}, as Flyway 5 to 13 writes and reads it with its default settings.
 *
 * <p>Flyway records a migration at its end, in its transaction. A file that is not atomic is
 * recorded as failed when it begins (Flyway does so when it fails), so that a hand-run {@code
 * flyway migrate} stops at what a killed run has left.
 */
record FlywayHistory(Bundle bundle, String schema) implements HistoryStore {
  private static final String TABLE = "flyway_schema_history";

  /** "Flyway" in ASCII; with the hash of the table's name it is the key of Flyway's lock. */
  private static final long LOCK = 0x466C_7977_6179L;

  /** A row as it stands, before later rows take it back. */
  private static final class Entry {
    private final String rank;
    private final Optional<FlywayVersion> version;
    private final String description;
    private final String type;
    private final String script;
    private final String checksum;
    private final boolean success;
    private final String transaction;
    private boolean takenBack;

    private Entry(String[] row) {
      rank = row[0];
      version = FlywayVersion.parse(row[1]);
      description = row[2];
      type = row[3];
      script = row[4];
      checksum = row[5];
      success = row[6].equals("t");
      transaction = row[7];
    }

    private boolean baseline() {
      return type.contains("BASELINE") && version.isPresent();
    }

    private boolean takesBack() {
      return success && (type.equals("DELETE") || type.startsWith("UNDO"));
    }

    private boolean synthetic() {
      return type.equals("SCHEMA") || type.equals("DELETE") || type.equals("BASELINE");
    }

    private boolean isOf(Entry other) {
      return version.isPresent()
          ? other.version.filter(version.get()::sameAs).isPresent()
          : other.version.isEmpty() && description.equals(other.description);
    }
  }

  @Override
  public History read(Session session) throws SQLException {
    if (session.row("SELECT to_regclass(" + Sql.literal(qualified()) + ")::text")[0] == null) {
      return new History(false, List.of(), inTheWay(session));
    }
    List<Entry> entries = new ArrayList<>();
    for (String[] row :
        session.rows(
            "SELECT installed_rank::text, version, description, type, script, checksum::text,"
                + " success, xmin::text FROM "
                + qualified()
                + " ORDER BY installed_rank")) {
      Entry entry = new Entry(row);
      if (entry.takesBack()) {
        entries.reversed().stream()
            .filter(earlier -> !earlier.synthetic() && !earlier.takenBack && entry.isOf(earlier))
            .findFirst()
            .ifPresent(earlier -> earlier.takenBack = true);
      } else if (!entry.type.equals("SCHEMA")) {
        entries.add(entry);
      }
    }
    OwnAttempts own = OwnAttempts.read(session, schema);
    List<HistoryRow> rows = rows(entries, own);
    Set<String> known = new HashSet<>();
    rows.stream().filter(row -> row.open() || row.applied()).forEach(row -> known.add(row.name()));
    // One that was applied may have been begun anew.
    bundle.migrations().stream()
        .filter(migration -> migration.recorded().repeatable())
        .map(Migration::name)
        .filter(name -> rows.stream().noneMatch(row -> row.open() && row.name().equals(name)))
        .forEach(known::remove);
    rows.addAll(own.open(bundle, known));
    return new History(true, rows, List.of());
  }

  private List<HistoryRow> rows(List<Entry> entries, OwnAttempts own) {
    Optional<FlywayVersion> baseline =
        entries.stream()
            .filter(entry -> entry.success && entry.baseline())
            .map(entry -> entry.version.orElseThrow())
            .max(FlywayVersion::compareTo);
    Map<FlywayVersion, Migration> byVersion = new TreeMap<>();
    Map<String, Migration> byDescription = new HashMap<>();
    for (Migration migration : bundle.migrations()) {
      version(migration)
          .ifPresentOrElse(
              version -> byVersion.put(version, migration),
              () -> byDescription.put(description(migration), migration));
    }
    List<HistoryRow> rows = new ArrayList<>();
    Set<String> present = new HashSet<>();
    for (Entry entry : entries) {
      if (entry.success && entry.baseline()) {
        for (Migration migration : bundle.migrations()) {
          if (reaches(entry.version, migration) && present.add(migration.name())) {
            rows.add(new HistoryRow(id(entry), migration.name(), null, true, false));
          }
        }
        continue;
      }
      Optional<Migration> migration =
          Optional.ofNullable(
              entry.version.isPresent()
                  ? byVersion.get(entry.version.get())
                  : byDescription.get(entry.description));
      String name = migration.map(Migration::name).orElseGet(() -> scriptName(entry.script));
      if (!entry.success) {
        String id = own.begunIn(entry.transaction).orElse(id(entry));
        rows.add(new HistoryRow(id, name, entry.checksum, false, entry.takenBack));
        continue;
      }
      // Flyway does not look at the checksums of what its baseline covers.
      boolean unchecked = migration.filter(file -> reaches(baseline, file)).isPresent();
      rows.add(
          new HistoryRow(
              id(entry), name, unchecked ? null : entry.checksum, true, entry.takenBack));
      if (!entry.takenBack) {
        present.add(name);
      }
    }
    return rows;
  }

  /** Unique also when a row is deleted and its rank given away anew. */
  private String id(Entry entry) {
    return schema + "/" + entry.rank + "@" + entry.transaction;
  }

  private static Optional<FlywayVersion> version(Migration migration) {
    return FlywayVersion.parse(migration.recorded().version());
  }

  private static boolean reaches(Optional<FlywayVersion> baseline, Migration migration) {
    return baseline.isPresent()
        && version(migration).filter(version -> version.compareTo(baseline.get()) <= 0).isPresent();
  }

  private static String scriptName(String script) {
    String file = script.substring(script.lastIndexOf('/') + 1);
    return file.endsWith(".sql") ? file.substring(0, file.length() - ".sql".length()) : file;
  }

  /** What makes a schema not empty for Flyway, some of it. */
  private List<String> inTheWay(Session session) throws SQLException {
    List<String> others = new ArrayList<>();
    for (String[] row :
        session.rows(
            """
            SELECT name FROM (
              SELECT 'pg_class'::regclass AS catalogue, oid, relname AS name, relnamespace AS namespace
              FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
              UNION ALL
              SELECT 'pg_type'::regclass, oid, typname, typnamespace
              FROM pg_catalog.pg_type WHERE typtype IN ('d', 'e', 'r')
              UNION ALL
              SELECT 'pg_proc'::regclass, oid, proname, pronamespace FROM pg_catalog.pg_proc
            ) o JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
            WHERE n.nspname = %s AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = o.catalogue AND d.objid = o.oid AND d.deptype = 'e')
            ORDER BY name LIMIT 20\
            """
                .formatted(Sql.literal(schema)))) {
      others.add(row[0]);
    }
    return others;
  }

  @Override
  public String createTable() {
    return "CREATE TABLE IF NOT EXISTS "
        + qualified()
        + """
         (
            "installed_rank" INT NOT NULL,
            "version" VARCHAR(50),
            "description" VARCHAR(200) NOT NULL,
            "type" VARCHAR(20) NOT NULL,
            "script" VARCHAR(1000) NOT NULL,
            "checksum" INTEGER,
            "installed_by" VARCHAR(100) NOT NULL,
            "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
            "execution_time" INTEGER NOT NULL,
            "success" BOOLEAN NOT NULL,
            CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank")
        );
        CREATE INDEX IF NOT EXISTS "flyway_schema_history_s_idx" ON\
        """
        + qualified()
        + " (\"success\")";
  }

  @Override
  public String started(String id, Migration migration, boolean atomic) {
    return atomic ? "" : removeFailed(migration) + "; " + insert(migration, "0", false);
  }

  @Override
  public String finished(String id, Migration migration) {
    String elapsed =
        "coalesce((SELECT extract(epoch FROM clock_timestamp() - started_at) * 1000 FROM"
            + " schemaward.attempt WHERE history_id = "
            + Sql.literal(id)
            + "), 0)::integer";
    return removeFailed(migration) + "; " + insert(migration, elapsed, true);
  }

  @Override
  public String failed(String id, Migration migration, String log, boolean nothingTookEffect) {
    return nothingTookEffect ? removeFailed(migration) : "";
  }

  @Override
  public String rolledBack(String id) {
    String row =
        isRowId(id)
            ? "installed_rank = " + rank(id)
            : "xmin = (SELECT a.xmin FROM schemaward.attempt a WHERE a.history_id = "
                + Sql.literal(id)
                + ")";
    return "DELETE FROM " + qualified() + " WHERE NOT success AND " + row;
  }

  @Override
  public String markedApplied(String id, Migration migration) {
    return insert(migration, "0", true);
  }

  @Override
  public String adopted(String id, Migration migration) {
    return "UPDATE "
        + qualified()
        + " SET checksum = "
        + migration.recorded().checksum()
        + ", description = "
        + Sql.literal(description(migration))
        + " WHERE installed_rank = "
        + rank(id);
  }

  private boolean isRowId(String id) {
    return id.startsWith(schema + "/");
  }

  private int rank(String id) {
    return Integer.parseInt(id.substring(schema.length() + 1, id.lastIndexOf('@')));
  }

  private String insert(Migration migration, String executionTime, boolean success) {
    return "INSERT INTO "
        + qualified()
        + " (installed_rank, version, description, type, script, checksum, installed_by,"
        + " execution_time, success) SELECT coalesce(max(installed_rank), 0) + 1, "
        + String.join(
            ", ",
            Sql.literal(migration.recorded().version()),
            Sql.literal(description(migration)),
            "'SQL'",
            Sql.literal(script(migration)),
            migration.recorded().checksum(),
            "current_user",
            executionTime,
            Boolean.toString(success))
        + " FROM "
        + qualified();
  }

  private String removeFailed(Migration migration) {
    return "DELETE FROM "
        + qualified()
        + " WHERE NOT success AND "
        + (migration.recorded().repeatable()
            ? "version IS NULL AND description = " + Sql.literal(description(migration))
            : "version = " + Sql.literal(migration.recorded().version()));
  }

  private static String description(Migration migration) {
    String description = migration.recorded().description();
    return description.length() <= 200 ? description : description.substring(0, 197) + "...";
  }

  private static String script(Migration migration) {
    String path = migration.path();
    return path.length() <= 1000 ? path : "..." + path.substring(3, 1000);
  }

  private String qualified() {
    return Sql.identifier(schema, TABLE);
  }

  @Override
  public List<Long> lockKeys(String database) {
    return List.of(LOCK + qualified().hashCode());
  }

  @Override
  public String table() {
    return TABLE;
  }
}
