package dev.schemaward.engine.preflight;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.hazard.Preflight.Answer;
import dev.schemaward.engine.hazard.Preflight.Check;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the live database the questions of {@link dev.schemaward.engine.hazard.Preflight}: each in a
 * read-only transaction of its own, with a time limit, so that nobody waits for it and a large
 * table costs a bounded scan.
 */
public final class PreflightReader {
  private PreflightReader() {}

  /**
   * How much may be asked.
   *
   * @param each longest time for one question
   * @param all longest time for all of them
   * @param examples true when offending values may be shown; they are data
   */
  public record Bounds(Duration each, Duration all, boolean examples) {}

  /**
   * Asks, in the order of the questions. A question that fails or takes too long has an answer that
   * says so.
   *
   * @throws SQLException when the connection is lost
   */
  public static List<Answer> ask(Session session, List<Check> checks, Bounds bounds)
      throws SQLException {
    Instant end = Instant.now().plus(bounds.all());
    List<Answer> answers = new ArrayList<>();
    for (Check check : checks) {
      Duration left = Duration.between(Instant.now(), end);
      Duration limit = left.compareTo(bounds.each()) < 0 ? left : bounds.each();
      if (check.notAsked() != null) {
        answers.add(new Answer(check, 0, List.of(), null));
      } else if (limit.toMillis() <= 0) {
        answers.add(
            unanswered(check, "the time for all checks (" + text(bounds.all()) + ") is up"));
      } else {
        answers.add(ask(session, check, limit, bounds));
      }
    }
    return answers;
  }

  private static Answer ask(Session session, Check check, Duration limit, Bounds bounds)
      throws SQLException {
    try {
      session.execute("BEGIN READ ONLY");
      session.execute("SET LOCAL statement_timeout = " + limit.toMillis());
      session.execute("SET LOCAL lock_timeout = " + Math.min(1000, limit.toMillis()));
      long rows = Long.parseLong(session.row(check.count())[0]);
      List<String> examples = new ArrayList<>();
      if (rows > 0 && bounds.examples() && check.examples() != null) {
        for (String[] row : session.rows(check.examples())) {
          examples.add(row[0]);
        }
      }
      session.execute("ROLLBACK");
      return new Answer(check, rows, examples, null);
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (state.startsWith("08") || state.startsWith("57P")) {
        throw e;
      }
      session.execute("ROLLBACK");
      return unanswered(check, why(state, limit));
    }
  }

  private static Answer unanswered(Check check, String why) {
    return new Answer(check, 0, List.of(), why);
  }

  /** Why a question has no answer. Never the server's words: they may quote values. */
  private static String why(String state, Duration limit) {
    return switch (state) {
      case "57014" -> "it took longer than " + text(limit);
      case "55P03" -> "the table is locked";
      case "42501" -> "the role may not read the table";
      default -> "the server refused the question (" + state + ")";
    };
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
