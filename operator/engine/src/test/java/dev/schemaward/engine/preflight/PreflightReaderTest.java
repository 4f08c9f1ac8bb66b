package dev.schemaward.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.Preflight;
import dev.schemaward.engine.hazard.Preflight.Answer;
import dev.schemaward.engine.hazard.Preflight.Check;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.preflight.PreflightReader.Bounds;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreflightReaderTest {
  private static final Bounds BOUNDS =
      new Bounds(Duration.ofSeconds(5), Duration.ofSeconds(20), false);

  private final PostgresServer server = SharedPostgres.of(18);
  private final String database = server.createDatabase();

  private Session session() throws Exception {
    return Session.open(
        SecretDirectory.parseUrl(server.url(database) + "?schema=public", "test"),
        new Session.Settings("test", "public", Duration.ofSeconds(30)),
        RoundTrip.UNWATCHED);
  }

  private static Check check(String count, String examples) {
    return new Check(
        "preflight-nulls", "m", 1, 1, "rows of t with NULL in a", count, examples, false, null);
  }

  @Test
  void countsAndShowsValuesOnlyWhenAllowed() throws Exception {
    server.execute(database, "create table t (id int, a int); insert into t values (7, null)");
    Check check = check("SELECT count(*) FROM t WHERE a IS NULL", "SELECT id FROM t");
    try (Session session = session()) {
      Answer silent = PreflightReader.ask(session, List.of(check), BOUNDS).getFirst();
      assertThat(silent.rows()).isOne();
      assertThat(silent.examples()).isEmpty();
      Answer open =
          PreflightReader.ask(
                  session, List.of(check), new Bounds(BOUNDS.each(), BOUNDS.all(), true))
              .getFirst();
      assertThat(open.examples()).containsExactly("7");
      Finding finding = Preflight.findings(List.of(open)).getFirst();
      assertThat(finding.severity()).isEqualTo(Severity.BLOCK);
      assertThat(finding.message())
          .isEqualTo("will fail: there are 1 rows of t with NULL in a, for example 7");
    }
  }

  @Test
  void aQuestionThatTakesTooLongOrFailsHasNoAnswerAndStopsNoOther() throws Exception {
    server.execute(database, "create table t (a int); insert into t values (1)");
    List<Check> checks =
        List.of(
            check("SELECT count(*) FROM t, pg_sleep(20)", null),
            check("SELECT count(*) FROM nowhere", null),
            check("SELECT count(*) FROM t WHERE a / 0 = 1", null),
            check("SELECT count(*) FROM t", null));
    try (Session session = session()) {
      List<Answer> answers =
          PreflightReader.ask(
              session, checks, new Bounds(Duration.ofMillis(300), Duration.ofSeconds(20), false));
      assertThat(answers)
          .extracting(Answer::unanswered)
          .containsExactly(
              "it took longer than 300 ms",
              "the server refused the question (42P01)",
              "the server refused the question (22012)",
              null);
      assertThat(answers.getLast().rows()).isOne();
      assertThat(Preflight.findings(answers))
          .extracting(Finding::rule)
          .containsExactly(
              "preflight-not-checked",
              "preflight-not-checked",
              "preflight-not-checked",
              "preflight-nulls");
    }
  }

  @Test
  void allQuestionsTogetherHaveALimit() throws Exception {
    Check slow = check("SELECT count(*) FROM pg_sleep(20)", null);
    try (Session session = session()) {
      List<Answer> answers =
          PreflightReader.ask(
              session,
              List.of(slow, slow),
              new Bounds(Duration.ofSeconds(20), Duration.ofMillis(300), false));
      assertThat(answers.getLast().unanswered()).contains("is up");
    }
  }

  @Test
  void aTableThatIsLockedIsNotWaitedFor() throws Exception {
    server.execute(database, "create table t (a int)");
    try (Connection other = server.connect(database);
        Session session = session()) {
      other.setAutoCommit(false);
      other.createStatement().execute("lock table t");
      Answer answer =
          PreflightReader.ask(session, List.of(check("SELECT count(*) FROM t", null)), BOUNDS)
              .getFirst();
      assertThat(answer.unanswered()).isEqualTo("the table is locked");
    }
  }

  @Test
  void aQuestionCannotWrite() throws Exception {
    server.execute(
        database,
        "create table t (a int); create function w() returns int language sql as 'insert into t"
            + " values (1) returning 1'");
    try (Session session = session()) {
      Answer answer =
          PreflightReader.ask(session, List.of(check("SELECT w()", null)), BOUNDS).getFirst();
      assertThat(answer.unanswered()).contains("25006");
    }
  }

  @Test
  void readinessNamesForeignOwnersAndKeysThatRunOut() throws Exception {
    String suffix = database.replaceAll("\\W", "");
    String role = "preflight_" + suffix;
    server.execute(
        database,
        "create table mine (id serial); create table small (id smallserial); select"
            + " setval('small_id_seq', 30000); create role "
            + role
            + "; alter table mine owner to "
            + role);
    try (Session session = session()) {
      assertThat(
              Readiness.findings(
                  session, List.of(new Name(null, "mine"), new Name("public", "absent"))))
          .extracting(Finding::rule)
          .containsExactly("pk-int32-exhaustion");
      session.execute("SET ROLE " + role);
      assertThat(
              Readiness.findings(
                  session, List.of(new Name(null, "mine"), new Name("public", "small"))))
          .filteredOn(f -> f.rule().equals("not-owner"))
          .singleElement()
          .satisfies(f -> assertThat(f.message()).contains("small belongs to postgres"));
    } finally {
      server.execute(database, "alter table mine owner to postgres; drop role " + role);
    }
  }
}
