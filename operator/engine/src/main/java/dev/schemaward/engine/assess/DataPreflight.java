package dev.schemaward.engine.assess;

import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.SqlStateClass;
import dev.schemaward.engine.hazard.Preflight;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the live database whether its rows will fit: bounded questions, each with a timeout, read
 * only, without waiting for locks. Counts; never reads values.
 */
final class DataPreflight {
  private static final Duration PER_QUESTION = Duration.ofSeconds(5);
  private static final Duration ALL = Duration.ofSeconds(30);

  private DataPreflight() {}

  /** An answer for each question; a question that cannot be answered says why. */
  static List<Preflight.Answer> ask(Session session, List<Preflight.Check> checks)
      throws SQLException {
    List<Preflight.Answer> answers = new ArrayList<>();
    long until = System.nanoTime() + ALL.toNanos();
    for (Preflight.Check check : checks) {
      if (check.count() == null) {
        answers.add(new Preflight.Answer(check, 0, List.of(), check.notAsked()));
      } else if (System.nanoTime() > until) {
        answers.add(
            new Preflight.Answer(
                check, 0, List.of(), "the questions took longer than " + ALL.toSeconds() + " s"));
      } else {
        answers.add(ask(session, check));
      }
    }
    return answers;
  }

  private static Preflight.Answer ask(Session session, Preflight.Check check) throws SQLException {
    session.execute(
        "BEGIN READ ONLY; SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = "
            + PER_QUESTION.toMillis());
    try {
      long rows = Long.parseLong(session.row(check.count())[0]);
      return new Preflight.Answer(check, rows, List.of(), null);
    } catch (SQLException e) {
      if (SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONNECTION_LOST) {
        throw e;
      }
      return new Preflight.Answer(check, 0, List.of(), ServerErrors.message(e));
    } finally {
      if (session.inTransaction()) {
        session.execute("ROLLBACK");
      }
    }
  }
}
