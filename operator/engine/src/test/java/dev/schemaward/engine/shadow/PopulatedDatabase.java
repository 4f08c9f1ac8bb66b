package dev.schemaward.engine.shadow;

import dev.schemaward.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * The other witness: the forms' schema with rows, and a session that looks at what another one
 * does. Shares no code and, where it can, no kind of evidence with {@link ShadowRun}: locks come
 * from the observer's session, scans are rows that were read, a rewrite is a new file that holds
 * rows.
 */
final class PopulatedDatabase {
  private final PostgresServer server;
  private final String template;

  /** What was seen: locks by relation, and names. */
  record Seen(
      Map<String, String> locks,
      TreeSet<String> rewrites,
      TreeSet<String> scans,
      TreeSet<String> indexBuilds) {}

  private record Table(String name, String kind, long file, long table) {}

  PopulatedDatabase(PostgresServer server) {
    this.server = server;
    this.template = server.createDatabase("populated_" + System.nanoTime());
    server.execute(template, StatementForm.schema());
    server.execute(template, StatementForm.rows());
  }

  /** Runs a form in a transaction, looks, and rolls it back. */
  Seen inTransaction(StatementForm form) throws SQLException {
    try (Connection worker = server.connect(template);
        Connection observer = server.connect(template)) {
      Map<Long, Table> before = tables(observer);
      execute(worker, "BEGIN");
      Map<Long, Long> read = rowsRead(worker);
      for (String sql : form.statements()) {
        execute(worker, sql);
      }
      Seen seen = seen();
      locks(observer, pid(worker), before, seen);
      rowsRead(worker)
          .forEach(
              (oid, rows) -> {
                if (rows > read.getOrDefault(oid, 0L) && before.containsKey(oid)) {
                  seen.scans.add(before.get(oid).name);
                }
              });
      files(before, tables(worker), emptied(worker), seen);
      execute(worker, "ROLLBACK");
      return seen;
    }
  }

  /** Runs a form that commits by itself, three times on fresh copies, sampling its locks. */
  Seen alone(StatementForm form) throws SQLException {
    Seen seen = seen();
    for (int run = 0; run < 3; run++) {
      String copy = "copy_" + System.nanoTime();
      server.execute("postgres", "CREATE DATABASE " + copy + " TEMPLATE " + template);
      try (Connection worker = server.connect(copy);
          Connection observer = server.connect(copy)) {
        Map<Long, Table> before = tables(observer);
        int pid = pid(worker);
        CompletableFuture<Void> running =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    execute(worker, form.sql());
                  } catch (SQLException e) {
                    throw new IllegalStateException(form.sql(), e);
                  }
                });
        while (!running.isDone()) {
          locks(observer, pid, before, seen);
        }
        running.join();
        files(before, tables(observer), List.of(), seen);
      }
      server.execute("postgres", "DROP DATABASE " + copy);
    }
    return seen;
  }

  private static Seen seen() {
    return new Seen(new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
  }

  private static void locks(Connection observer, int pid, Map<Long, Table> before, Seen seen)
      throws SQLException {
    for (String[] row :
        rows(
            observer,
            "select relation, mode from pg_locks where locktype = 'relation' and pid = " + pid)) {
      Table table = before.get(Long.parseLong(row[0]));
      if (table != null) {
        seen.locks.merge(
            table.name, row[1], (a, b) -> LockMode.strength(a) > LockMode.strength(b) ? a : b);
      }
    }
  }

  private static void files(
      Map<Long, Table> before, Map<Long, Table> after, List<Long> emptied, Seen seen) {
    List<Long> filesBefore = before.values().stream().map(Table::file).toList();
    after.forEach(
        (oid, now) -> {
          Table then = before.get(oid);
          boolean newFile = now.file != 0 && !filesBefore.contains(now.file);
          if (now.kind.equals("i")) {
            if (newFile && before.containsKey(now.table) && !emptied.contains(now.table)) {
              seen.indexBuilds.add(now.name);
            }
          } else if (then != null && newFile && !emptied.contains(oid) && !now.kind.equals("S")) {
            seen.rewrites.add(then.name);
          }
        });
  }

  /** Tables without a single block: what TRUNCATE leaves. */
  private static List<Long> emptied(Connection session) throws SQLException {
    List<Long> oids = new ArrayList<>();
    for (String[] row :
        rows(
            session,
            "select oid from pg_class where relkind in ('r', 'm') and oid >= 16384 and"
                + " pg_relation_size(oid) = 0")) {
      oids.add(Long.parseLong(row[0]));
    }
    return oids;
  }

  private static Map<Long, Long> rowsRead(Connection session) throws SQLException {
    Map<Long, Long> read = new TreeMap<>();
    for (String[] row :
        rows(
            session,
            "select oid, pg_stat_get_xact_tuples_returned(oid) from pg_class where relkind in ('r',"
                + " 'm') and oid >= 16384")) {
      read.put(Long.parseLong(row[0]), Long.parseLong(row[1]));
    }
    return read;
  }

  private static Map<Long, Table> tables(Connection session) throws SQLException {
    Map<Long, Table> tables = new TreeMap<>();
    for (String[] row :
        rows(
            session,
            "select c.oid, relnamespace::regnamespace || '.' || relname, relkind, relfilenode,"
                + " coalesce(indrelid, 0) from pg_class c left join pg_index on indexrelid = c.oid"
                + " where c.oid >= 16384 and relkind <> 't' and relnamespace <>"
                + " 'pg_toast'::regnamespace")) {
      tables.put(
          Long.parseLong(row[0]),
          new Table(row[1], row[2], Long.parseLong(row[3]), Long.parseLong(row[4])));
    }
    return tables;
  }

  private static int pid(Connection session) throws SQLException {
    return Integer.parseInt(rows(session, "select pg_backend_pid()").getFirst()[0]);
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String[]> rows(Connection session, String sql) throws SQLException {
    List<String[]> rows = new ArrayList<>();
    try (Statement statement = session.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        String[] row = new String[result.getMetaData().getColumnCount()];
        for (int i = 0; i < row.length; i++) {
          row[i] = result.getString(i + 1);
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
