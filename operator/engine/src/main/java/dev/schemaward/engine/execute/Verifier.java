package dev.schemaward.engine.execute;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Settles, from the catalogue, what became of a statement that was begun by itself and whose end
 * nobody saw. It knows the kinds for which the catalogue can tell; for every other kind it says
 * that it does not know.
 */
final class Verifier {
  /** What became of a statement. */
  enum Outcome {
    /** It took effect. */
    DONE,
    /** It did not, and what it may have left behind is gone: it can be run (again). */
    NOT_DONE,
    /** The catalogue cannot tell. */
    UNKNOWN
  }

  private static final String NAME =
      "((?:\"(?:[^\"]|\"\")+\"|[\\w$]+)(?:\\s*\\.\\s*(?:\"(?:[^\"]|\"\")+\"|[\\w$]+))?)";
  private static final Pattern CREATE_INDEX =
      pattern(
          "CREATE\\s+(?:UNIQUE\\s+)?INDEX\\s+CONCURRENTLY\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?"
              + NAME
              + "\\s+ON\\s+(?:ONLY\\s+)?"
              + NAME
              + ".*");
  private static final Pattern DROP_INDEX =
      pattern(
          "DROP\\s+INDEX\\s+CONCURRENTLY\\s+(?:IF\\s+EXISTS\\s+)?"
              + NAME
              + "\\s*(?:RESTRICT|CASCADE)?");
  private static final Pattern ADD_VALUE =
      pattern(
          "ALTER\\s+TYPE\\s+"
              + NAME
              + "\\s+ADD\\s+VALUE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?('(?:[^']|'')*').*");
  private static final Pattern DETACH =
      pattern(
          "ALTER\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+)?"
              + NAME
              + "\\s+DETACH\\s+PARTITION\\s+"
              + NAME
              + "\\s+CONCURRENTLY");
  private static final Pattern DATABASE =
      pattern("(CREATE|DROP)\\s+DATABASE\\s+(?:IF\\s+EXISTS\\s+)?" + NAME + ".*");

  /** Running them once more does what running them once does. */
  private static final Set<String> REPEATABLE =
      Set.of(
          "VACUUM",
          "ANALYZE",
          "CLUSTER",
          "ALTER SYSTEM",
          "CHECKPOINT",
          "DISCARD",
          "COMMIT",
          "ROLLBACK");

  private Verifier() {}

  private static Pattern pattern(String text) {
    return Pattern.compile(text, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }

  /** Looks, and clears away an INVALID index that the statement left. Not in a transaction. */
  static Outcome settle(Session session, Statement statement) throws SQLException {
    if (statement.kind().execution() == Execution.BATCH) {
      // Its ranges are journalled with what they changed: it goes on behind the last one.
      return Outcome.NOT_DONE;
    }
    String text = statement.text().strip();
    Matcher m = CREATE_INDEX.matcher(text);
    if (m.matches()) {
      return createIndex(session, m.group(1), m.group(2));
    }
    m = DROP_INDEX.matcher(text);
    if (m.matches()) {
      return exists(session, "SELECT to_regclass(" + Sql.literal(m.group(1)) + ") IS NULL")
          ? Outcome.DONE
          : Outcome.NOT_DONE;
    }
    m = ADD_VALUE.matcher(text);
    if (m.matches()) {
      return exists(
              session,
              "SELECT EXISTS (SELECT FROM pg_catalog.pg_enum WHERE enumtypid = to_regtype("
                  + Sql.literal(m.group(1))
                  + ")::oid AND enumlabel = "
                  + m.group(2)
                  + ")")
          ? Outcome.DONE
          : Outcome.NOT_DONE;
    }
    m = DETACH.matcher(text);
    if (m.matches()) {
      return detach(session, m.group(1), m.group(2));
    }
    m = DATABASE.matcher(text);
    if (m.matches()) {
      boolean there =
          exists(
              session,
              "SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = (parse_ident("
                  + Sql.literal(m.group(2))
                  + "))[1])");
      boolean create = m.group(1).toUpperCase(Locale.ROOT).equals("CREATE");
      return there == create ? Outcome.DONE : Outcome.NOT_DONE;
    }
    String command = statement.kind().command();
    if (command.equals("REINDEX")) {
      return reindex(session);
    }
    return REPEATABLE.contains(command) ? Outcome.NOT_DONE : Outcome.UNKNOWN;
  }

  /** False when {@link #settle} would answer that it does not know. */
  static boolean canSettle(Statement statement) {
    String text = statement.text().strip();
    boolean shapeKnown =
        Stream.of(CREATE_INDEX, DROP_INDEX, ADD_VALUE, DETACH, DATABASE)
            .anyMatch(pattern -> pattern.matcher(text).matches());
    return shapeKnown
        || statement.kind().execution() == Execution.BATCH
        || REPEATABLE.contains(statement.kind().command())
        || statement.kind().command().equals("REINDEX");
  }

  private static Outcome createIndex(Session session, String index, String table)
      throws SQLException {
    // The index is made in its table's schema, whatever the search path says.
    String where =
        " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE i.indrelid = to_regclass("
            + Sql.literal(table)
            + ") AND c.relname = (SELECT p[array_upper(p, 1)] FROM parse_ident("
            + Sql.literal(index)
            + ") p)";
    var found =
        session.firstRow(
            "SELECT i.indisvalid::text, quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
                + where);
    if (found.isEmpty()) {
      return Outcome.NOT_DONE;
    }
    if (found.get()[0].equals("true")) {
      return Outcome.DONE;
    }
    session.execute("DROP INDEX CONCURRENTLY IF EXISTS " + found.get()[1]);
    return Outcome.NOT_DONE;
  }

  /** An interrupted DETACH … CONCURRENTLY is finished, not begun again. */
  private static Outcome detach(Session session, String parent, String partition)
      throws SQLException {
    var found =
        session.firstRow(
            "SELECT inhdetachpending::text FROM pg_catalog.pg_inherits WHERE inhparent ="
                + " to_regclass("
                + Sql.literal(parent)
                + ") AND inhrelid = to_regclass("
                + Sql.literal(partition)
                + ")");
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    if (found.get()[0].equals("true")) {
      session.execute("ALTER TABLE " + parent + " DETACH PARTITION " + partition + " FINALIZE");
      return Outcome.DONE;
    }
    return Outcome.NOT_DONE;
  }

  /** An interrupted REINDEX CONCURRENTLY leaves INVALID copies that cost and serve nothing. */
  private static Outcome reindex(Session session) throws SQLException {
    for (String[] row :
        session.rows(
            "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM"
                + " pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN"
                + " pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND"
                + " c.relname ~ '_cc(new|old)[0-9]*$' AND n.nspname NOT LIKE 'pg\\_toast%' AND"
                + " pg_catalog.pg_has_role(c.relowner, 'USAGE')")) {
      session.execute("DROP INDEX CONCURRENTLY IF EXISTS " + row[0]);
    }
    return Outcome.NOT_DONE;
  }

  private static boolean exists(Session session, String query) throws SQLException {
    return "t".equals(session.row(query)[0]);
  }
}
