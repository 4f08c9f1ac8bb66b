package dev.schemaward.engine.shadow;

import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The few catalogue queries from which a statement's effects are read. */
final class Catalogue {
  /** System relations have smaller oids (FirstNormalObjectId). */
  private static final String USER_RELATION = " >= 16384";

  private Catalogue() {}

  /**
   * A relation as one session sees it.
   *
   * @param name {@code schema.name}
   * @param kind {@code pg_class.relkind}
   * @param file {@code pg_class.relfilenode}; 0 for what has no file
   * @param table of an index, the oid of its table; 0 for others
   */
  record Relation(long oid, String name, char kind, long file, long table) {
    boolean isIndex() {
      return kind == 'i';
    }

    boolean isTable() {
      return kind == 'r' || kind == 'm';
    }
  }

  /**
   * A relation that the transaction has locked.
   *
   * @param modes all that it holds
   * @param now as the transaction itself sees it; null when it has dropped it
   * @param scans heap scans of it begun by this session, a counter that may begin anywhere
   */
  record Held(long oid, List<String> modes, Relation now, long scans) {}

  /**
   * What the session's own transaction holds of the relations that existed before it, and the
   * indexes that it has made on them; without system, TOAST and temporary relations.
   *
   * @param newest the highest oid of a relation when the transaction began: what it makes gets
   *     higher ones, and there can be very many of these
   */
  static List<Held> held(Session session, long newest) throws SQLException {
    return session
        .rows(
            """
            WITH l AS MATERIALIZED (
              SELECT relation, pg_catalog.string_agg(DISTINCT mode, ',') AS modes
              FROM pg_catalog.pg_locks
              WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
                AND mode <> 'SIReadLock' AND relation BETWEEN 16384 AND %1$d
                AND database = (SELECT oid FROM pg_catalog.pg_database
                                WHERE datname = pg_catalog.current_database())
              GROUP BY relation),
            held AS (
              SELECT relation, modes FROM l
              UNION ALL
              SELECT i.indexrelid, '' FROM l JOIN pg_catalog.pg_index i ON i.indrelid = l.relation
              WHERE i.indexrelid > %1$d)
            SELECT h.relation, h.modes, n.nspname || '.' || c.relname, c.relkind,
                   pg_catalog.pg_relation_filenode(c.oid), i.indrelid,
                   pg_catalog.pg_stat_get_xact_numscans(h.relation)
            FROM held h
            LEFT JOIN pg_catalog.pg_class c ON c.oid = h.relation
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = h.relation
            WHERE n.nspname IS NULL OR n.nspname !~ '^pg_(toast|temp)'
            """
                .formatted(newest))
        .stream()
        .map(
            row ->
                new Held(
                    Long.parseLong(row[0]),
                    List.of(row[1].split(",")),
                    row[2] == null ? null : relation(row[0], row[2], row[3], row[4], row[5]),
                    row[6] == null ? 0 : Long.parseLong(row[6])))
        .toList();
  }

  /** The highest oid of a relation that the session sees. */
  static long newest(Session session) throws SQLException {
    return Long.parseLong(session.row("SELECT max(oid) FROM pg_catalog.pg_class")[0]);
  }

  /** Heap scans that the session has counted and not yet reported, by table. */
  static Map<Long, Long> scansBefore(Session session) throws SQLException {
    Map<Long, Long> scans = new HashMap<>();
    for (String[] row :
        session.rows(
            "SELECT oid, pg_catalog.pg_stat_get_xact_numscans(oid) FROM pg_catalog.pg_class WHERE"
                + " relkind IN ('r', 'm') AND oid"
                + USER_RELATION
                + " AND pg_catalog.pg_stat_get_xact_numscans(oid) > 0")) {
      scans.put(Long.parseLong(row[0]), Long.parseLong(row[1]));
    }
    return scans;
  }

  /** These relations as the session sees them; what it does not see is left out. */
  static Map<Long, Relation> relations(Session session, Collection<Long> oids) throws SQLException {
    return oids.isEmpty()
        ? Map.of()
        : read(
            session,
            "c.oid IN ("
                + oids.stream().map(String::valueOf).collect(Collectors.joining(","))
                + ")");
  }

  /** All of the database's own relations. */
  static Map<Long, Relation> relations(Session session) throws SQLException {
    return read(session, "n.nspname !~ '^pg_(toast|temp)' AND c.oid" + USER_RELATION);
  }

  private static Map<Long, Relation> read(Session session, String where) throws SQLException {
    Map<Long, Relation> relations = new HashMap<>();
    for (String[] row :
        session.rows(
            "SELECT c.oid, n.nspname || '.' || c.relname, c.relkind,"
                + " pg_catalog.pg_relation_filenode(c.oid), i.indrelid FROM pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid WHERE "
                + where)) {
      Relation relation = relation(row[0], row[1], row[2], row[3], row[4]);
      relations.put(relation.oid(), relation);
    }
    return relations;
  }

  private static Relation relation(
      String oid, String name, String kind, String file, String table) {
    return new Relation(
        Long.parseLong(oid),
        name,
        kind.charAt(0),
        file == null ? 0 : Long.parseLong(file),
        table == null ? 0 : Long.parseLong(table));
  }

  /** A foreign key that is known to hold for all rows. */
  record ForeignKey(long oid, long table, long references) {}

  /** Validated foreign keys of these tables. */
  static List<ForeignKey> validatedForeignKeys(Session session, Collection<Long> tables)
      throws SQLException {
    return session
        .rows(
            "SELECT oid, conrelid, confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND"
                + " convalidated AND conrelid IN ("
                + tables.stream().map(String::valueOf).collect(Collectors.joining(","))
                + ")")
        .stream()
        .map(
            row ->
                new ForeignKey(
                    Long.parseLong(row[0]), Long.parseLong(row[1]), Long.parseLong(row[2])))
        .toList();
  }
}
