package dev.schemaward.engine.shadow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.sql.NormalizedText;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which tables a query or a data change reads as a whole. Counting is no help there: on empty
 * tables the planner reads all where it would use an index, and an empty join ends before it has
 * looked at its other side. So the planner is asked for a plan in which an index is used wherever a
 * condition on constants can use one, and joins read both sides.
 */
final class ReadsAll {
  private static final Set<String> COMMANDS =
      Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "TABLE");

  private static final ObjectMapper JSON = new ObjectMapper();

  private ReadsAll() {}

  /** True for what the planner plans. */
  static boolean applies(Statement statement) {
    return COMMANDS.contains(statement.kind().command());
  }

  /** True for rows that are written out: they read nothing, and files have thousands of them. */
  private static boolean isPlainInsert(Statement statement) {
    return statement.kind().command().equals("INSERT")
        && !NormalizedText.of(statement).matches("(?s).*\\b(SELECT|TABLE|WITH|FROM)\\b.*");
  }

  /**
   * Names of the tables. The session must be in the transaction in which the statement has just
   * run.
   */
  static Set<String> of(Session session, Statement statement) throws SQLException {
    if (isPlainInsert(statement)) {
      return Set.of();
    }
    session.execute(
        "SAVEPOINT schemaward_explain; SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop ="
            + " off; SET LOCAL enable_mergejoin = off");
    try {
      StringBuilder plan = new StringBuilder();
      session
          .rows("EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) " + statement.text())
          .forEach(row -> plan.append(row[0]).append('\n'));
      Set<String> tables = new TreeSet<>();
      collect(JSON.readTree(plan.toString()), tables);
      return tables;
    } catch (JsonProcessingException e) {
      throw new SQLException("EXPLAIN answered with something else than JSON", "XX000", e);
    } finally {
      session.execute("ROLLBACK TO schemaward_explain; RELEASE schemaward_explain");
    }
  }

  private static void collect(JsonNode node, Set<String> tables) {
    String type = node.path("Node Type").asText("");
    boolean scans = type.endsWith("Scan") && node.has("Relation Name");
    if (scans && !limited(node)) {
      tables.add(node.path("Schema").asText() + "." + node.path("Relation Name").asText());
    }
    node.forEach(child -> collect(child, tables));
  }

  /** True when a condition picks the rows: on the index, on the bitmap's index, or on the row. */
  private static boolean limited(JsonNode scan) {
    return scan.has("Index Cond")
        || scan.has("TID Cond")
        || scan.path("Node Type").asText().equals("Bitmap Heap Scan");
  }
}
