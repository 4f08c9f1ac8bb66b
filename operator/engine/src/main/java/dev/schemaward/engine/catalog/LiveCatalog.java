package dev.schemaward.engine.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the live database's catalogue says, beyond names, that decides how much a statement hurts.
 * Read in one snapshot; a statement's text and this together are what the rules judge.
 *
 * @param serverVersion {@code server_version_num}, for example 160010
 * @param relations by {@code schema.name}, unquoted: tables, partitioned tables, materialised
 *     views, foreign tables, and indexes
 * @param schemas the search_path's schemas, first first: where an unqualified name is looked up
 * @param replicas standbys that stream from this server
 * @param oldestTransaction how long the oldest transaction in this database has been open; zero
 *     when there is none
 * @param oldestTransactionBy who that is, for a message; null when there is none
 * @param preparedTransactions how many two-phase transactions wait in this database
 */
public record LiveCatalog(
    int serverVersion,
    Map<String, Relation> relations,
    List<String> schemas,
    int replicas,
    Duration oldestTransaction,
    String oldestTransactionBy,
    int preparedTransactions) {
  public LiveCatalog {
    relations = Map.copyOf(relations);
    schemas = List.copyOf(schemas);
  }

  /** Nothing known: every relation may be large and in use. */
  public static final LiveCatalog UNKNOWN =
      new LiveCatalog(0, Map.of(), List.of(), 0, Duration.ZERO, null, 0);

  /**
   * A relation.
   *
   * @param name {@code schema.name}, unquoted
   * @param kind {@code pg_class.relkind}: r, p, m, f, i, I
   * @param bytes total size with indexes and TOAST
   * @param rows {@code reltuples}; -1 when it was never analysed
   * @param table for an index, {@code schema.name} of its table; null for others
   * @param columns of a table, in order
   * @param constraints of a table
   * @param indexes of a table
   * @param partitionOf {@code schema.name} of its parent; null when it is no partition
   * @param triggers names of user triggers
   * @param publications names of publications that it is in
   * @param writesPerHour inserts, updates and deletes an hour since the statistics were reset; -1
   *     when not known
   */
  public record Relation(
      String name,
      char kind,
      long bytes,
      long rows,
      String table,
      List<Column> columns,
      List<Constraint> constraints,
      List<Index> indexes,
      String partitionOf,
      List<String> triggers,
      List<String> publications,
      long writesPerHour) {}

  /**
   * A column.
   *
   * @param type as {@code format_type} prints it
   * @param domainWithChecks true when the type is a domain that has constraints
   */
  public record Column(String name, String type, boolean notNull, boolean domainWithChecks) {}

  /**
   * A constraint.
   *
   * @param type {@code pg_constraint.contype}: c, f, n, p, u, x
   * @param definition as {@code pg_get_constraintdef} prints it
   * @param references {@code schema.name} of the referenced table; null when it is no foreign key
   */
  public record Constraint(
      String name,
      char type,
      boolean validated,
      List<String> columns,
      String definition,
      String references) {}

  /**
   * An index.
   *
   * @param name {@code schema.name}
   * @param columns key columns in order; an expression is an empty string
   * @param partial true when it has a WHERE
   */
  public record Index(
      String name, boolean unique, boolean valid, boolean partial, List<String> columns) {}

  /** The relation of this name as a statement writes it, qualified or not; null when unknown. */
  public Relation find(String written) {
    if (written.indexOf('.') >= 0) {
      return relations.get(written);
    }
    for (String schema : schemas) {
      Relation relation = relations.get(schema + "." + written);
      if (relation != null) {
        return relation;
      }
    }
    return null;
  }
}
