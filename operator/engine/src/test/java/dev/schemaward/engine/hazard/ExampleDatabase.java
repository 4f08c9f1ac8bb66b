package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.sql.ScriptFault;
import dev.schemaward.engine.sql.StatementSplitter;
import dev.schemaward.testkit.postgres.PostgresServer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A real database in which an example's tables are, and what its catalogue says of them; every
 * table is said to be of one given size.
 */
final class ExampleDatabase implements AutoCloseable {
  static final long LARGE = 48_000_000_000L;
  static final long ROWS = 120_000_000L;

  private final Connection connection;

  ExampleDatabase(PostgresServer server) throws SQLException {
    connection = server.connect(server.createDatabase());
  }

  /** Empties it. */
  void reset() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("reset all");
      for (List<Object> schema :
          rows(
              "select quote_ident(nspname) from pg_namespace where nspname not like 'pg\\_%' and"
                  + " nspname <> 'information_schema'")) {
        statement.execute("drop schema " + schema.getFirst() + " cascade");
      }
      statement.execute("create schema public");
    }
  }

  /** Runs a script, a statement at a time, each in a transaction of its own. */
  void run(String script) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (dev.schemaward.engine.sql.Statement one : StatementSplitter.split(script)) {
        statement.execute(one.text());
      }
    } catch (ScriptFault e) {
      throw new IllegalArgumentException(script, e);
    }
  }

  /** Migrations of a text in which {@link SaferWay#NEXT} stands between them. */
  static List<Migration> migrations(String text) {
    List<Migration> migrations = new ArrayList<>();
    try {
      for (String sql : text.split("\n" + SaferWay.NEXT + "\n", -1)) {
        String name = "m" + (migrations.size() + 1);
        migrations.add(
            new Migration(name, name + ".sql", "c", List.of(), StatementSplitter.split(sql)));
      }
    } catch (ScriptFault e) {
      throw new IllegalArgumentException(text, e);
    }
    return migrations;
  }

  /** First column of a query's rows. */
  List<String> query(String sql) throws SQLException {
    return rows(sql).stream().map(row -> String.valueOf(row.getFirst())).toList();
  }

  LiveCatalog catalog(long bytes, long rows) throws SQLException {
    Map<String, LiveCatalog.Relation> relations = new HashMap<>();
    for (List<Object> row :
        rows(
            "select c.oid::int, n.nspname || '.' || c.relname, c.relkind::text, (select"
                + " i.indrelid::regclass::text from pg_index i where i.indexrelid = c.oid),"
                + " (select p.inhparent::regclass::text from pg_inherits p where p.inhrelid ="
                + " c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace where"
                + " n.nspname not like 'pg_%' and n.nspname <> 'information_schema' and c.relkind"
                + " in ('r', 'p', 'm', 'f', 'i', 'I')")) {
      int oid = (Integer) row.get(0);
      String name = (String) row.get(1);
      char kind = ((String) row.get(2)).charAt(0);
      relations.put(
          name,
          new LiveCatalog.Relation(
              name,
              kind,
              kind == 'p' ? 0 : bytes,
              rows,
              row.get(3) == null ? null : "public." + row.get(3),
              columns(oid),
              constraints(oid),
              indexes(oid),
              row.get(4) == null ? null : "public." + row.get(4),
              List.of(),
              List.of(),
              0));
    }
    return new LiveCatalog(
        connection.getMetaData().getDatabaseMajorVersion() * 10000 + 6,
        relations,
        List.of("public"),
        0,
        Duration.ZERO,
        null,
        0);
  }

  private List<LiveCatalog.Column> columns(int oid) throws SQLException {
    return rows(
            "select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, exists (select"
                + " from pg_constraint c where c.contypid = a.atttypid) from pg_attribute a where"
                + " a.attrelid = "
                + oid
                + " and a.attnum > 0 and not a.attisdropped order by a.attnum")
        .stream()
        .map(
            c ->
                new LiveCatalog.Column(
                    (String) c.get(0), (String) c.get(1), (Boolean) c.get(2), (Boolean) c.get(3)))
        .toList();
  }

  private List<LiveCatalog.Constraint> constraints(int oid) throws SQLException {
    return rows(
            "select c.conname, c.contype::text, c.convalidated, (select array_agg(a.attname order"
                + " by k.n) from unnest(c.conkey) with ordinality k (num, n) join pg_attribute a"
                + " on a.attrelid = c.conrelid and a.attnum = k.num)::text[],"
                + " pg_get_constraintdef(c.oid), case when c.confrelid <> 0 then 'public.' ||"
                + " c.confrelid::regclass::text end from pg_constraint c where c.conrelid = "
                + oid)
        .stream()
        .map(
            c ->
                new LiveCatalog.Constraint(
                    (String) c.get(0),
                    ((String) c.get(1)).charAt(0),
                    (Boolean) c.get(2),
                    strings(c.get(3)),
                    (String) c.get(4),
                    (String) c.get(5)))
        .toList();
  }

  private List<LiveCatalog.Index> indexes(int oid) throws SQLException {
    return rows(
            "select 'public.' || i.indexrelid::regclass, i.indisunique, i.indisvalid, i.indpred is"
                + " not null, (select array_agg(coalesce(a.attname, '') order by k.n) from"
                + " unnest(i.indkey) with ordinality k (num, n) left join pg_attribute a on"
                + " a.attrelid = i.indrelid and a.attnum = k.num)::text[] from pg_index i where"
                + " i.indrelid = "
                + oid)
        .stream()
        .map(
            i ->
                new LiveCatalog.Index(
                    (String) i.get(0),
                    (Boolean) i.get(1),
                    (Boolean) i.get(2),
                    (Boolean) i.get(3),
                    strings(i.get(4))))
        .toList();
  }

  private static List<String> strings(Object array) {
    return array == null ? List.of() : Arrays.asList((String[]) array);
  }

  private List<List<Object>> rows(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<Object>> rows = new ArrayList<>();
      while (result.next()) {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          Object value = result.getObject(i);
          row.add(value instanceof Array array ? array.getArray() : value);
        }
        rows.add(row);
      }
      return rows;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
