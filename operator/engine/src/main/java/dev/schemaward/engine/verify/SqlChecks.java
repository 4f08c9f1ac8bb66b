package dev.schemaward.engine.verify;

import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.connect.SqlStateClass;
import dev.schemaward.engine.verify.Check.Answer;
import dev.schemaward.engine.verify.CheckResult.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Asks queries in the transaction that reads only. Each is read through a cursor over a subquery:
 * PostgreSQL takes nothing there that is no query, no more rows and no longer texts come back than
 * are looked at, and whatever fails is undone to a savepoint.
 */
final class SqlChecks {
  /** More rows are not counted. */
  static final int MOST_ROWS = 10_000;

  private static final int LONGEST_VALUE = 200;
  private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");
  private static final Duration COUNT_TIMEOUT = Duration.ofSeconds(30);

  private final Session session;

  SqlChecks(Session session) {
    this.session = session;
  }

  /**
   * Asks one.
   *
   * @throws SQLException when the connection is lost
   */
  CheckResult run(Check.Sql check) throws SQLException {
    long begun = System.nanoTime();
    try {
      int wanted =
          switch (check.answer()) {
            case Answer.None none -> MOST_ROWS;
            case Answer.Rows(int count) -> count < 0 ? 1 : count + 1;
            case Answer.Value value -> 2;
          };
      int longest =
          check.answer() instanceof Answer.Value(String text)
              ? Math.max(LONGEST_VALUE, text.length()) + 1
              : 0;
      List<String[]> rows = ask(check.query(), longest, wanted, check.timeout());
      return judged(check, rows, wanted, since(begun));
    } catch (SQLException e) {
      return error(check, e, "sql " + check.name(), check.timeout(), since(begun));
    }
  }

  /**
   * Whether a table that exists has enough rows; reads no more of them than that.
   *
   * @param exists what is known of it already
   */
  CheckResult countRows(Check.Table check, String schema, CheckResult exists) throws SQLException {
    long begun = System.nanoTime();
    try {
      String query =
          "SELECT count(*) FROM (SELECT FROM "
              + Sql.identifier(schema, check.name())
              + " LIMIT "
              + check.minRows()
              + ") q";
      long rows = Long.parseLong(ask(query, LONGEST_VALUE, 1, COUNT_TIMEOUT).getFirst()[1]);
      boolean enough = rows >= check.minRows();
      return new CheckResult(
          check,
          enough ? Outcome.ok : Outcome.failed,
          exists.found()
              + " with "
              + rows
              + (enough ? " rows or more" : rows == 1 ? " row" : " rows"),
          enough
              ? exists.message() + " and has rows enough"
              : "table "
                  + check.name()
                  + " has "
                  + rows
                  + " of at least "
                  + check.minRows()
                  + " rows",
          exists.took().plus(since(begun)));
    } catch (SQLException e) {
      return error(check, e, "table " + check.name(), COUNT_TIMEOUT, since(begun));
    }
  }

  private static Duration since(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /**
   * The first rows of a query.
   *
   * @param longest how many characters of the first column are read; 0 when only rows are counted
   */
  private List<String[]> ask(String query, int longest, int rows, Duration timeout)
      throws SQLException {
    session.execute("SAVEPOINT schemaward_check");
    try {
      session.execute("SET LOCAL statement_timeout = " + timeout.toMillis());
      session.execute(
          // The whole row is asked for, or PostgreSQL would leave out what is not.
          "DECLARE schemaward_check NO SCROLL CURSOR FOR SELECT q IS NULL"
              + (longest > 0 ? ", left(q.v::text, " + longest + ")" : "")
              // A line of its own: the query may end with a comment.
              + " FROM (\n"
              + query
              + "\n) AS q"
              + (longest > 0 ? " (v)" : ""));
      return session.cancellableRows("FETCH FORWARD " + rows + " FROM schemaward_check");
    } finally {
      if (session.inTransaction()) {
        session.execute(
            "ROLLBACK TO SAVEPOINT schemaward_check; RELEASE SAVEPOINT schemaward_check");
      }
    }
  }

  private static CheckResult judged(
      Check.Sql check, List<String[]> rows, int wanted, Duration took) {
    String name = "sql " + check.name();
    int count = rows.size();
    String found =
        (count == 0 ? "no row" : count == 1 ? "1 row" : count + " rows")
            + (count == wanted ? " or more" : "");
    return switch (check.answer()) {
      case Answer.None none ->
          count == 0
              ? new CheckResult(check, Outcome.ok, found, name + " returns no row", took)
              : failed(check, found, name + " returns " + found + " and must return none", took);
      case Answer.Rows(int expected) ->
          (expected < 0 ? count > 0 : count == expected)
              ? new CheckResult(check, Outcome.ok, found, name + " returns " + found, took)
              : failed(
                  check, found, name + " returns " + found + ", not " + check.expected(), took);
      case Answer.Value(String expected) -> value(check, expected, rows, took);
    };
  }

  private static CheckResult value(
      Check.Sql check, String expected, List<String[]> rows, Duration took) {
    String name = "sql " + check.name();
    if (rows.size() != 1) {
      String found = rows.isEmpty() ? "no row" : "more than one row";
      return failed(check, found, name + " returns " + found + ", not one", took);
    }
    String value = rows.getFirst()[1];
    if (expected.equals(value)) {
      return new CheckResult(
          check, Outcome.ok, shown(value), name + " returns " + shown(value), took);
    }
    String found = value == null ? "NULL" : shown(value);
    return failed(check, found, name + " returns " + found + ", not " + shown(expected), took);
  }

  static String shown(String value) {
    return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "…";
  }

  private static CheckResult failed(Check check, String found, String message, Duration took) {
    return new CheckResult(check, Outcome.failed, found, message, took);
  }

  /** It could not be asked; only the loss of the connection is not about the check. */
  private static CheckResult error(
      Check check, SQLException e, String name, Duration timeout, Duration took)
      throws SQLException {
    SqlStateClass kind = SqlStateClass.of(e.getSQLState());
    if (kind == SqlStateClass.CONNECTION_LOST) {
      throw e;
    }
    String message = ServerErrors.message(e);
    // A value that cannot be converted is quoted in the message, and is a row's.
    String said =
        (e.getSQLState().startsWith("22") ? QUOTED.matcher(message).replaceAll("\"…\"") : message)
            + " (SQLSTATE "
            + e.getSQLState()
            + ")";
    String why =
        switch (kind) {
          case CANCELLED -> "was ended; it may take " + timeout.toSeconds() + " s: " + said;
          case READ_ONLY -> "may only read: " + said;
          case PRIVILEGE -> "is not permitted for this role: " + said;
          default -> "fails: " + said;
        };
    return new CheckResult(check, Outcome.error, null, name + " " + why, took);
  }
}
