package dev.schemaward.engine.verify;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the catalogue says about the names that a specification names: one query a kind of object,
 * whatever the number of checks. Also what has such a name in another schema or in other letters,
 * for a hint.
 */
final class CatalogFacts {
  /** Cannot be in an identifier that anybody typed. */
  private static final String SEPARATOR = "\u001f";

  private CatalogFacts() {}

  /** A table, view, index or anything else in {@code pg_class}. */
  record Relation(String schema, String name, String kind) {}

  /**
   * An index.
   *
   * @param ready false while rows are not entered into it
   * @param columns key columns; expressions as PostgreSQL prints them
   */
  record Index(
      String schema,
      String name,
      String table,
      boolean unique,
      boolean valid,
      boolean ready,
      List<String> columns) {}

  /** A constraint of a table. */
  record Constraint(
      String schema, String table, String name, String type, boolean validated, boolean enforced) {}

  /**
   * A type.
   *
   * @param kind {@code pg_type.typtype}
   * @param labels of an enum, in order
   */
  record Type(String schema, String name, String kind, List<String> labels) {}

  static List<Relation> relations(Session session, Collection<String> names) throws SQLException {
    return session
        .rows(
            "SELECT n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c JOIN"
                + " pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
                + named("c.relname", names)
                + " ORDER BY 1, 2")
        .stream()
        .map(row -> new Relation(row[0], row[1], row[2]))
        .toList();
  }

  static List<Index> indexes(Session session, Collection<String> names) throws SQLException {
    return session
        .rows(
            """
            SELECT n.nspname, c.relname, t.relname, i.indisunique::text, i.indisvalid::text,
              (i.indisready AND i.indislive)::text,
              (SELECT string_agg(CASE WHEN i.indkey[k - 1] = 0
                  THEN pg_catalog.pg_get_indexdef(i.indexrelid, k, true) ELSE a.attname::text END, chr(31) ORDER BY k)
                FROM generate_series(1, i.indnkeyatts) k
                LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1])
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
              JOIN pg_catalog.pg_class t ON t.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE %s ORDER BY 1, 2\
            """
                .formatted(named("c.relname", names)))
        .stream()
        .map(
            row ->
                new Index(
                    row[0],
                    row[1],
                    row[2],
                    row[3].equals("true"),
                    row[4].equals("true"),
                    row[5].equals("true"),
                    split(row[6])))
        .toList();
  }

  static List<Constraint> constraints(Session session, Collection<String> names)
      throws SQLException {
    return session
        .rows(
            "SELECT n.nspname, t.relname, c.conname, c.contype, c.convalidated::text, "
                + (session.majorVersion() >= 18 ? "c.conenforced::text" : "'true'")
                + " FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class t ON t.oid ="
                + " c.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace WHERE "
                + named("c.conname", names)
                + " ORDER BY 1, 2, 3")
        .stream()
        .map(
            row ->
                new Constraint(
                    row[0], row[1], row[2], row[3], row[4].equals("true"), row[5].equals("true")))
        .toList();
  }

  static List<Type> types(Session session, Collection<String> names) throws SQLException {
    return session
        .rows(
            "SELECT n.nspname, t.typname, t.typtype, (SELECT string_agg(e.enumlabel, chr(31) ORDER"
                + " BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) FROM"
                + " pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
                + " WHERE "
                + named("t.typname", names)
                + " ORDER BY 1, 2")
        .stream()
        .map(row -> new Type(row[0], row[1], row[2], split(row[3])))
        .toList();
  }

  private static List<String> split(String joined) {
    return joined == null ? List.of() : List.of(joined.split(SEPARATOR, -1));
  }

  private static String named(String column, Collection<String> names) {
    return "("
        + column
        + " IN ("
        + literals(names.stream())
        + ") OR lower("
        + column
        + ") IN ("
        + literals(names.stream().map(name -> name.toLowerCase(Locale.ROOT)))
        + ")) AND n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast%'";
  }

  private static String literals(Stream<String> names) {
    return names.distinct().map(Sql::literal).collect(Collectors.joining(", "));
  }
}
