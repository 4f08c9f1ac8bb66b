package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Sql;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which part of a database is looked at.
 *
 * @param schemas these; empty for every schema that is not the server's or Schemaward's
 * @param historyTables names of tables that a migration tool keeps for itself, in any of the
 *     schemas
 */
public record SchemaScope(Set<String> schemas, Set<String> historyTables) {
  /** Tables by which the usual tools remember what they did. */
  public static final Set<String> KNOWN_HISTORY_TABLES =
      Set.of(
          "_prisma_migrations",
          "flyway_schema_history",
          "schema_migrations",
          "databasechangelog",
          "databasechangeloglock",
          "goose_db_version");

  public SchemaScope {
    schemas = Set.copyOf(schemas);
    historyTables = Set.copyOf(historyTables);
  }

  /** One schema. */
  public static SchemaScope of(String schema) {
    return new SchemaScope(Set.of(schema), KNOWN_HISTORY_TABLES);
  }

  /** Every schema, as far as it is neither the server's nor Schemaward's. */
  public static SchemaScope all() {
    return new SchemaScope(Set.of(), KNOWN_HISTORY_TABLES);
  }

  /** The same, without this table; null for none. */
  public SchemaScope withoutTable(String historyTable) {
    if (historyTable == null) {
      return this;
    }
    Set<String> more = new TreeSet<>(historyTables);
    more.add(historyTable);
    return new SchemaScope(schemas, more);
  }

  /** A condition on a column that holds a schema's name. */
  String schemaCondition(String column) {
    String ours =
        schemas.isEmpty()
            ? column
                + " NOT IN ('pg_catalog', 'information_schema', 'schemaward') AND "
                + column
                + " NOT LIKE 'pg\\_%'"
            : column + " IN (" + literals(schemas) + ")";
    return "(" + ours + ")";
  }

  /** A condition on a column that holds a table's name. */
  String tableCondition(String column) {
    return historyTables.isEmpty() ? "true" : column + " NOT IN (" + literals(historyTables) + ")";
  }

  private static String literals(Set<String> values) {
    List<String> sorted = values.stream().sorted().toList();
    return sorted.stream().map(Sql::literal).collect(Collectors.joining(", "));
  }
}
