package dev.schemaward.engine.catalog;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.catalog.LiveCatalog.Column;
import dev.schemaward.engine.catalog.LiveCatalog.Constraint;
import dev.schemaward.engine.catalog.LiveCatalog.Index;
import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.SqlStateClass;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a {@link LiveCatalog}: one query for each kind of thing, all in one read-only snapshot, as
 * any role that may connect. Writes nothing, and waits for nobody: sizes need a look at each file
 * under a weak lock, and where somebody holds a table exclusively the last estimate is taken.
 */
public final class LiveCatalogReader {
  private static final Duration SIZES_PATIENCE = Duration.ofSeconds(5);

  private static final String OURS = " n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ";

  private final Session session;
  private final Map<Long, Entry> entries = new HashMap<>();
  private final Map<Long, Map<Integer, String>> columnNames = new HashMap<>();

  /** A relation while it is put together. */
  private static final class Entry {
    private final String name;
    private final char kind;
    private final long rows;
    private final long tableOid;
    private final long parentOid;
    private final long estimatedBytes;
    private final List<Column> columns = new ArrayList<>();
    private final List<Constraint> constraints = new ArrayList<>();
    private final List<Index> indexes = new ArrayList<>();
    private final List<String> triggers = new ArrayList<>();
    private final List<String> publications = new ArrayList<>();
    private long bytes;

    /** Of a partitioned table; -1 while no leaf was ever analysed. */
    private long rowsOfLeaves = -1;

    private long writesPerHour = -1;

    private Entry(String[] row) {
      this.name = row[1];
      this.kind = row[2].charAt(0);
      this.rows = (long) Double.parseDouble(row[3]);
      this.tableOid = oid(row[4]);
      this.parentOid = oid(row[5]);
      this.estimatedBytes = Long.parseLong(row[6]);
    }
  }

  private LiveCatalogReader(Session session) {
    this.session = session;
  }

  /**
   * Reads the catalogue.
   *
   * @param session not in a transaction; left so
   * @param statementTimeout after which a single query is given up
   * @throws EngineException for every trouble with the server
   */
  public static LiveCatalog read(Session session, Duration statementTimeout)
      throws EngineException {
    try {
      session.execute(
          "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL"
              + " lock_timeout = '200ms'; SET LOCAL statement_timeout = "
              + statementTimeout.toMillis());
      try {
        return new LiveCatalogReader(session).read();
      } finally {
        if (session.inTransaction()) {
          session.execute("ROLLBACK");
        }
      }
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "reading the live catalogue");
    }
  }

  private LiveCatalog read() throws SQLException {
    relations();
    columns();
    constraints();
    indexes();
    triggersAndPublications();
    writes();
    sizes();
    Oldest oldest = oldest();
    return new LiveCatalog(
        Integer.parseInt(session.row("SELECT current_setting('server_version_num')")[0]),
        build(),
        searchPath(),
        Integer.parseInt(session.row("SELECT count(*) FROM pg_stat_replication")[0]),
        oldest.age(),
        oldest.who(),
        Integer.parseInt(
            session
                .row("SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")[
                0]));
  }

  private void relations() throws SQLException {
    for (String[] row :
        session.rows(
            """
            SELECT c.oid, n.nspname || '.' || c.relname, c.relkind, c.reltuples, i.indrelid,
                   CASE WHEN c.relispartition THEN h.inhparent END,
                   (c.relpages::bigint + coalesce(t.relpages, 0))
                     * current_setting('block_size')::bigint
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_class t ON t.oid = c.reltoastrelid AND c.reltoastrelid <> 0
            LEFT JOIN pg_index i ON i.indexrelid = c.oid
            LEFT JOIN pg_inherits h ON h.inhrelid = c.oid AND c.relispartition
            WHERE c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I') AND\
            """
                + OURS)) {
      entries.put(oid(row[0]), new Entry(row));
    }
  }

  private void columns() throws SQLException {
    for (String[] row :
        session.rows(
            """
            WITH RECURSIVE constrained(oid) AS (
              SELECT t.oid FROM pg_type t
              WHERE t.typtype = 'd'
                AND (t.typnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid))
              UNION
              SELECT t.oid FROM pg_type t JOIN constrained b ON t.typbasetype = b.oid
              WHERE t.typtype = 'd')
            SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
                   a.attnotnull, d.oid IS NOT NULL
            FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN constrained d ON d.oid = a.atttypid
            WHERE c.relkind IN ('r', 'p', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND\
            """
                + OURS
                + "ORDER BY a.attrelid, a.attnum")) {
      Entry entry = entries.get(oid(row[0]));
      if (entry != null) {
        entry.columns.add(new Column(row[2], row[3], row[4].equals("t"), row[5].equals("t")));
        columnNames
            .computeIfAbsent(oid(row[0]), table -> new HashMap<>())
            .put(Integer.parseInt(row[1]), row[2]);
      }
    }
  }

  private void constraints() throws SQLException {
    for (String[] row :
        session.rows(
            "SELECT k.conrelid, k.conname, k.contype, k.convalidated, k.conkey::text,"
                + " pg_get_constraintdef(k.oid), k.confrelid FROM pg_constraint k JOIN pg_class c"
                + " ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE"
                + " k.contype IN ('c', 'f', 'n', 'p', 'u', 'x') AND"
                + OURS
                + "ORDER BY k.conrelid, k.conname")) {
      Entry entry = entries.get(oid(row[0]));
      if (entry != null) {
        Entry referenced = entries.get(oid(row[6]));
        entry.constraints.add(
            new Constraint(
                row[1],
                row[2].charAt(0),
                row[3].equals("t"),
                names(oid(row[0]), row[4]),
                row[5],
                referenced == null ? null : referenced.name));
      }
    }
  }

  private void indexes() throws SQLException {
    for (String[] row :
        session.rows(
            "SELECT i.indrelid, i.indexrelid, i.indisunique, i.indisvalid, i.indpred IS NOT NULL,"
                + " i.indkey::text, i.indnkeyatts FROM pg_index i JOIN pg_class c ON c.oid ="
                + " i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE"
                + OURS
                + "ORDER BY i.indrelid, c.relname")) {
      Entry table = entries.get(oid(row[0]));
      Entry index = entries.get(oid(row[1]));
      if (table != null && index != null) {
        List<String> all = names(oid(row[0]), row[5].replace(' ', ','));
        List<String> keys = all.subList(0, Math.min(all.size(), Integer.parseInt(row[6])));
        table.indexes.add(
            new Index(
                index.name, row[2].equals("t"), row[3].equals("t"), row[4].equals("t"), keys));
      }
    }
  }

  private void triggersAndPublications() throws SQLException {
    for (String[] row :
        session.rows(
            "SELECT tgrelid, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid,"
                + " tgname")) {
      Entry entry = entries.get(oid(row[0]));
      if (entry != null) {
        entry.triggers.add(row[1]);
      }
    }
    if (session.row("SELECT EXISTS (SELECT FROM pg_publication)")[0].equals("f")) {
      return;
    }
    for (String[] row :
        session.rows(
            "SELECT c.oid, p.pubname FROM pg_publication_tables p JOIN pg_namespace n ON n.nspname"
                + " = p.schemaname JOIN pg_class c ON c.relnamespace = n.oid AND c.relname ="
                + " p.tablename ORDER BY 1, 2")) {
      Entry entry = entries.get(oid(row[0]));
      if (entry != null) {
        entry.publications.add(row[1]);
      }
    }
  }

  private void writes() throws SQLException {
    for (String[] row :
        session.rows(
            """
            SELECT s.relid, s.n_tup_ins + s.n_tup_upd + s.n_tup_del,
                   extract(epoch FROM now() - d.stats_reset)
            FROM pg_stat_user_tables s, pg_stat_database d
            WHERE d.datname = current_database()\
            """)) {
      Entry entry = entries.get(oid(row[0]));
      if (entry != null) {
        long writes = Long.parseLong(row[1]);
        if (row[2] != null) {
          double hours = Math.max(Double.parseDouble(row[2]) / 3600, 1.0 / 60);
          entry.writesPerHour = Math.round(writes / hours);
        }
      }
    }
  }

  private void sizes() throws SQLException {
    Map<Long, Long> exact = new HashMap<>();
    try {
      session.execute(
          "SAVEPOINT sizes; SET LOCAL statement_timeout = " + SIZES_PATIENCE.toMillis());
      for (String[] row :
          session.rows(
              "SELECT c.oid, pg_table_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid ="
                  + " c.relnamespace WHERE c.relkind IN ('r', 'm', 'i') AND"
                  + OURS)) {
        if (row[1] != null) {
          exact.put(oid(row[0]), Long.parseLong(row[1]));
        }
      }
    } catch (SQLException e) {
      SqlStateClass why = SqlStateClass.of(e.getSQLState());
      if (why != SqlStateClass.CONTENTION && why != SqlStateClass.CANCELLED) {
        throw e;
      }
      session.execute("ROLLBACK TO sizes");
    }
    Map<Long, Long> own = new HashMap<>();
    entries.forEach(
        (oid, entry) -> own.put(oid, exact.getOrDefault(oid, Math.max(0, entry.estimatedBytes))));
    own.forEach(
        (oid, bytes) -> {
          addSize(oid, bytes);
          addRows(entries.get(oid));
          Entry table = entries.get(entries.get(oid).tableOid);
          if (table != null) {
            addSize(entries.get(oid).tableOid, bytes);
          }
        });
  }

  /** Adds to a relation and, when it is a partition, to all that it is a part of. */
  private void addSize(long oid, long bytes) {
    Entry entry = entries.get(oid);
    for (int depth = 0; entry != null && depth < 64; depth++) {
      entry.bytes += bytes;
      entry = entries.get(entry.parentOid);
    }
  }

  private void addRows(Entry leaf) {
    if (leaf.kind == 'p' || leaf.rows < 0) {
      return;
    }
    Entry parent = entries.get(leaf.parentOid);
    for (int depth = 0; parent != null && depth < 64; depth++) {
      parent.rowsOfLeaves = Math.max(0, parent.rowsOfLeaves) + leaf.rows;
      parent = entries.get(parent.parentOid);
    }
  }

  private Map<String, Relation> build() {
    Map<String, Relation> relations = new HashMap<>();
    entries.forEach(
        (oid, entry) -> {
          Entry table = entries.get(entry.tableOid);
          Entry parent = entries.get(entry.parentOid);
          relations.put(
              entry.name,
              new Relation(
                  entry.name,
                  entry.kind,
                  entry.bytes,
                  entry.kind == 'p' ? entry.rowsOfLeaves : entry.rows,
                  table == null ? null : table.name,
                  List.copyOf(entry.columns),
                  List.copyOf(entry.constraints),
                  List.copyOf(entry.indexes),
                  parent == null ? null : parent.name,
                  List.copyOf(entry.triggers),
                  List.copyOf(entry.publications),
                  entry.writesPerHour));
        });
    return relations;
  }

  /** The session's own: a migration looks unqualified names up there. */
  private List<String> searchPath() throws SQLException {
    List<String> schemas =
        session.rows("SELECT unnest(current_schemas(false))").stream().map(row -> row[0]).toList();
    return schemas.isEmpty() ? List.of(session.schema()) : schemas;
  }

  private record Oldest(Duration age, String who) {}

  private Oldest oldest() throws SQLException {
    return session
        .firstRow(
            """
            SELECT extract(epoch FROM clock_timestamp() - xact_start),
                   coalesce(nullif(application_name, ''), usename::text, 'a session')
                     || ' (pid ' || pid || coalesce(', ' || state, '') || ')'
            FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND xact_start IS NOT NULL AND backend_type = 'client backend'
            ORDER BY xact_start LIMIT 1\
            """)
        .map(
            row ->
                new Oldest(Duration.ofMillis((long) (Double.parseDouble(row[0]) * 1000)), row[1]))
        .orElse(new Oldest(Duration.ZERO, null));
  }

  /** Column names for {@code 1,3} or {@code {1,3}}; an expression (0) is an empty string. */
  private List<String> names(long table, String numbers) {
    if (numbers == null || numbers.replaceAll("[{}]", "").isEmpty()) {
      return List.of();
    }
    Map<Integer, String> columns = columnNames.getOrDefault(table, Map.of());
    return Arrays.stream(numbers.replaceAll("[{}]", "").split(","))
        .map(number -> columns.getOrDefault(Integer.parseInt(number), ""))
        .toList();
  }

  private static long oid(String text) {
    return text == null ? 0 : Long.parseLong(text);
  }
}
