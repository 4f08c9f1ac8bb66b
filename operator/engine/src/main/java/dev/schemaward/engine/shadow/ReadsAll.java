package dev.schemaward.engine.shadow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.connect.SqlStateClass;
import dev.schemaward.engine.sql.NormalizedText;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which tables a query or a data change reads as a whole. Counting is no help there: on empty
 * tables the planner reads all where it would use an index, and an empty join ends before it has
 * looked at its other side. So the planner is asked for a plan in which an index is used wherever a
 * condition on constants can use one, and joins read both sides.
 */
final class ReadsAll {
  private static final Set<String> COMMANDS =
      Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "TABLE");

  private static final Pattern CALL = Pattern.compile("([A-Z_][A-Z0-9_$]*|\"[^\"]+\") \\(");

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
   * What the plan says of tables, by name.
   *
   * @param named all that the statement itself is about; functions may touch others
   * @param whole those of them that are read as a whole
   */
  record Tables(Set<String> named, Set<String> whole) {}

  /**
   * Asks for the plan. The session must be in the transaction in which the statement has just run.
   *
   * @return empty when it cannot be planned again, because of what it did
   */
  static Optional<Tables> of(Session session, Statement statement) throws SQLException {
    if (isPlainInsert(statement)) {
      return Optional.of(new Tables(Set.of(), Set.of()));
    }
    session.execute(
        "SAVEPOINT schemaward_explain; SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop ="
            + " off; SET LOCAL enable_mergejoin = off");
    try {
      StringBuilder plan = new StringBuilder();
      session
          .rows("EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) " + statement.text())
          .forEach(row -> plan.append(row[0]).append('\n'));
      Tables tables = new Tables(new TreeSet<>(), new TreeSet<>());
      collect(JSON.readTree(plan.toString()), tables);
      return Optional.of(tables);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("EXPLAIN answered with something else than JSON", e);
    } catch (SQLException e) {
      if (SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONNECTION_LOST) {
        throw e;
      }
      return Optional.empty();
    } finally {
      session.execute("ROLLBACK TO schemaward_explain; RELEASE schemaward_explain");
    }
  }

  /**
   * A volatile function of the user's own that the statement calls; empty for none. Where it is
   * called once a row, the shadow, which has no rows, never calls it.
   */
  static Optional<String> ownFunction(Session session, Statement statement) throws SQLException {
    Set<String> called = new TreeSet<>();
    Matcher matcher = CALL.matcher(NormalizedText.of(statement));
    while (matcher.find()) {
      String name = matcher.group(1);
      called.add(
          name.startsWith("\"")
              ? name.substring(1, name.length() - 1)
              : name.toLowerCase(Locale.ROOT));
    }
    if (called.isEmpty()) {
      return Optional.empty();
    }
    return session
        .firstRow(
            "SELECT p.proname FROM pg_catalog.pg_proc p WHERE p.oid >= 16384 AND p.provolatile ="
                + " 'v' AND p.proname IN ("
                + called.stream().map(Sql::literal).collect(Collectors.joining(", "))
                + ") AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid ="
                + " 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype ="
                + " 'e')")
        .map(row -> row[0]);
  }

  private static void collect(JsonNode node, Tables tables) {
    if (node.has("Relation Name")) {
      String name = node.path("Schema").asText() + "." + node.path("Relation Name").asText();
      tables.named().add(name);
      if (node.path("Node Type").asText().endsWith("Scan") && !limited(node)) {
        tables.whole().add(name);
      }
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
