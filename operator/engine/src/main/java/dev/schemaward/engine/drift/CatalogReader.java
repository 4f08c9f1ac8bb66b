package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads the catalogue in one REPEATABLE READ, READ ONLY transaction: one query, one branch a kind
 * of object, no query per object, fetched in bounded portions. Needs no privilege beyond reading
 * the catalogue, and puts no lock on tables that an application would notice (ACCESS SHARE, where
 * PostgreSQL prints a definition).
 */
final class CatalogReader {
  private static final int PORTION = 5_000;
  private static final int ATTEMPTS = 3;

  /** An object vanished between being listed and being printed. */
  private static final List<String> CHANGED_MEANWHILE = List.of("XX000", "42P01", "42883", "42704");

  /**
   * All rows are read: a plan made for the first tenth of them, which is what a cursor gets, takes
   * up to three times as long (2,000 tables on PostgreSQL 14).
   */
  private static final String SETTINGS =
      "SET LOCAL search_path = pg_catalog; SET LOCAL DateStyle = ISO; SET LOCAL IntervalStyle ="
          + " postgres; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex; SET LOCAL"
          + " quote_all_identifiers = off; SET LOCAL jit = off; SET LOCAL work_mem = '16MB'; SET"
          + " LOCAL cursor_tuple_fraction = 1";

  private CatalogReader() {}

  /**
   * Gives every object of the scope to {@code sink}, in no particular order.
   *
   * @param sink may be told the same objects again after {@code restart}
   * @param restart called before reading begins anew because the schema changed under the reader
   */
  static void read(
      Session session, SchemaScope scope, Consumer<SchemaObject> sink, Runnable restart)
      throws SQLException {
    read(session, scope, sink, restart, null);
  }

  /**
   * The same, and how the objects depend on each other.
   *
   * @param graph is told; null when nobody wants to know
   */
  static void read(
      Session session,
      SchemaScope scope,
      Consumer<SchemaObject> sink,
      Runnable restart,
      DependencyGraph.Builder graph)
      throws SQLException {
    for (int attempt = 1; ; attempt++) {
      restart.run();
      try {
        readOnce(session, scope, sink, graph);
        return;
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !CHANGED_MEANWHILE.contains(e.getSQLState())) {
          throw e;
        }
      }
    }
  }

  private static void readOnce(
      Session session,
      SchemaScope scope,
      Consumer<SchemaObject> sink,
      DependencyGraph.Builder graph)
      throws SQLException {
    int major = session.majorVersion();
    List<CatalogQuery> queries = new ArrayList<>();
    queries.addAll(new DatabaseQueries(major).all());
    queries.addAll(new TypeAndRoutineQueries(major).all());
    queries.addAll(new RelationQueries(major).all());
    Map<String, String> pool = new HashMap<>();
    session.execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
            + SETTINGS
            + "; DECLARE schemaward_catalog NO SCROLL CURSOR FOR "
            + union(queries, scope, graph != null)
            + (graph == null
                ? ""
                : "; DECLARE schemaward_edges NO SCROLL CURSOR FOR " + DependencyGraph.EDGES));
    try {
      portions(
          session,
          "schemaward_catalog",
          row -> {
            SchemaObject object = object(queries.get(Integer.parseInt(row[0])), row, pool);
            sink.accept(object);
            if (row[3] != null) {
              graph.node(row[3], object.key());
            }
          });
      if (graph != null) {
        portions(session, "schemaward_edges", row -> graph.edge(row[0], row[1], row[2]));
      }
    } catch (SQLException e) {
      if (session.inTransaction()) {
        rollback(session, e);
      }
      throw e;
    }
    session.execute("ROLLBACK");
  }

  private static void portions(Session session, String cursor, Consumer<String[]> each)
      throws SQLException {
    List<String[]> rows;
    do {
      rows = session.rows("FETCH FORWARD " + PORTION + " FROM " + cursor);
      rows.forEach(each);
    } while (rows.size() == PORTION);
  }

  private static void rollback(Session session, SQLException failure) {
    try {
      session.execute("ROLLBACK");
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  private static SchemaObject object(CatalogQuery query, String[] row, Map<String, String> pool) {
    Map<String, String> attributes = new HashMap<>();
    List<String> names = query.names();
    for (int i = 0; i < names.size(); i++) {
      String value = row[4 + i];
      if (value != null && !value.isEmpty()) {
        attributes.put(names.get(i), pooled(pool, value));
      }
    }
    return new SchemaObject(
        query.kind(), row[1], row[2] == null ? null : pooled(pool, row[2]), attributes);
  }

  /** Types, owners and the like are the same text thousands of times. */
  private static String pooled(Map<String, String> pool, String value) {
    if (value.length() > 100) {
      return value;
    }
    String known = pool.putIfAbsent(value, value);
    return known == null ? value : known;
  }

  private static String union(List<CatalogQuery> queries, SchemaScope scope, boolean withNodes) {
    int width = queries.stream().mapToInt(query -> query.names().size()).max().orElse(0);
    StringBuilder sql = new StringBuilder(60_000);
    sql.append(
        """
        WITH ns AS MATERIALIZED (
          SELECT n.*, quote_ident(n.nspname) AS q FROM pg_namespace n WHERE %s
        ), owned AS MATERIALIZED (
          SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
            OR deptype = 'i' AND classid IN ('pg_proc'::regclass, 'pg_cast'::regclass)
        ), rel AS MATERIALIZED (
          SELECT c.*, n.q AS nsq, n.q || '.' || quote_ident(c.relname) AS id
          FROM pg_class c JOIN ns n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND %s
            AND NOT EXISTS (SELECT FROM owned o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid)
        )
        """
            .formatted(scope.schemaCondition("n.nspname"), scope.tableCondition("c.relname")));
    for (int i = 0; i < queries.size(); i++) {
      sql.append(i == 0 ? "" : "\nUNION ALL\n").append(queries.get(i).select(i, width, withNodes));
    }
    return sql.toString();
  }
}
