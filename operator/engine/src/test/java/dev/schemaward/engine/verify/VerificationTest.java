package dev.schemaward.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.SecretDirectory;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.engine.verify.CheckResult.Outcome;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds and what does not, on real servers. */
class VerificationTest {
  private static final Map<Integer, String> DATABASES = new ConcurrentHashMap<>();

  private static final String SCHEMA =
      """
      CREATE SCHEMA audit;
      CREATE TYPE status AS ENUM ('new', 'paid', 'sent');
      CREATE TYPE pair AS (a int, b int);
      CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, ref int);
      INSERT INTO users SELECT g, g || '@x', 1 FROM generate_series(1, 5) g;
      CREATE TABLE "Orders" (id int, user_id int, total int);
      INSERT INTO "Orders" VALUES (1, 99, -1);
      ALTER TABLE "Orders" ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID;
      ALTER TABLE "Orders" ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users NOT VALID;
      ALTER TABLE users ADD CONSTRAINT email_long CHECK (length(email) > 2);
      CREATE TABLE events (at date) PARTITION BY RANGE (at);
      CREATE VIEW old_users AS SELECT * FROM users;
      CREATE MATERIALIZED VIEW sums AS SELECT count(*) FROM users;
      CREATE TABLE audit.log (id int);
      CREATE UNIQUE INDEX users_email ON users (lower(email), id) INCLUDE (ref);
      CREATE INDEX users_ref ON users (ref);
      CREATE SEQUENCE ticket;
      CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO users VALUES (77, ''77@x'') RETURNING id'\
      """;

  static IntStream majors() {
    return IntStream.of(14, 16, 18);
  }

  private static String database(int major) {
    return DATABASES.computeIfAbsent(
        major,
        m -> {
          PostgresServer server = SharedPostgres.of(m);
          String name = server.createDatabase();
          server.execute(name, SCHEMA);
          server.execute(name, "CREATE ROLE verify_" + name + " LOGIN PASSWORD 'v'");
          server.execute(name, "ALTER DATABASE " + name + " SET search_path = public");
          leaveInvalidIndex(server, name);
          return name;
        });
  }

  /** As a failed CREATE INDEX CONCURRENTLY leaves it. */
  private static void leaveInvalidIndex(PostgresServer server, String name) {
    try (Connection connection = server.connect(name);
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(
              () -> statement.execute("CREATE UNIQUE INDEX CONCURRENTLY users_one ON users (ref)"))
          .hasMessageContaining("could not create unique index");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static VerificationReport verify(int major, String json) throws EngineException {
    return verify(major, PostgresServer.SUPERUSER, PostgresServer.PASSWORD, json);
  }

  private static VerificationReport verify(int major, String user, String password, String json)
      throws EngineException {
    String url = SharedPostgres.of(major).url(database(major), user, password);
    return Verification.run(
        new Verification.Request(
            Specs.read(json),
            SecretDirectory.parseUrl(url, "test"),
            null,
            new HeaderValues(Map.of(), null, secret -> {}),
            null),
        new Cancellation());
  }

  @ParameterizedTest
  @MethodSource("majors")
  void everythingThatHoldsIsOk(int major) throws EngineException {
    VerificationReport report =
        verify(
            major,
            """
            {tables: ['users', 'Orders', 'audit.log', 'events', {name: 'events', kind: 'partitioned'},
               {name: 'old_users', kind: 'view'}, {name: 'sums', kind: 'materializedView'},
               {name: 'users', minRows: 5}],
             indexes: ['users_ref', {name: 'users_pkey', unique: true, columns: ['id'], table: 'users'},
               {name: 'users_email', columns: ['lower(email)', 'id']}, {name: 'users_ref', unique: false}],
             constraints: [{name: 'email_long', table: 'users', type: 'check'}, {name: 'users_pkey', table: 'public.users'}],
             enums: [{name: 'status', labels: ['sent', 'new', 'paid']}, {name: 'status', labels: ['new', 'paid', 'sent'], ordered: true}],
             sql: [{name: 'none', query: 'SELECT FROM users WHERE id < 0', expect: 'none'},
               {name: 'some', query: 'SELECT * FROM users, users u2', expect: 'rows'},
               {name: 'five', query: 'TABLE users', expect: 'rows', rows: 5},
               {name: 'zero', query: 'SELECT 1 WHERE false', expect: 'rows', rows: 0},
               {name: 'count', query: 'SELECT count(*), 1 FROM users -- a comment', expect: 'value', value: 5},
               {name: 'boolean', query: 'SELECT bool_and(id > 0) FROM users', expect: 'value', value: true},
               {name: 'with', query: 'WITH u AS (TABLE users) SELECT email FROM u ORDER BY id DESC LIMIT 1;', expect: 'value', value: '5@x'},
               {name: 'empty', query: 'SELECT \\'\\'', expect: 'value', value: ''}]}\
            """);
    assertThat(report.failed()).isEmpty();
    assertThat(report.ok()).isTrue();
    assertThat(report.summary()).isEqualTo("all 24 checks hold");
    assertThat(report.target().database()).isEqualTo(database(major));
  }

  /**
   * A check that does not hold.
   *
   * @param message a part of the sentence
   */
  private record Case(String json, Outcome outcome, String found, String message) {}

  private static Case failed(String json, String found, String message) {
    return new Case(json, Outcome.failed, found, message);
  }

  private static Case error(String json, String message) {
    return new Case(json, Outcome.error, null, message);
  }

  private static final Case[] CASES = {
    failed("tables: ['nope']", "nothing", "table nope does not exist in schema public"),
    failed("tables: ['orders']", "nothing", "in schema public; there is a table public.Orders"),
    failed("tables: ['log']", "nothing", "there is a table audit.log"),
    failed("tables: ['users_ref']", "an index", "users_ref is an index, not a table"),
    failed("tables: ['old_users']", "a view", "old_users is a view, not a table"),
    failed(
        "tables: [{name: 'users', kind: 'partitioned'}]",
        "a table",
        "users is a table, not a partitioned table"),
    failed(
        "tables: [{name: 'users', minRows: 6}]",
        "a table with 5 rows",
        "table users has 5 of at least 6 rows"),
    failed("indexes: ['nope']", "nothing", "index nope does not exist in schema public"),
    failed("indexes: ['users']", "nothing", "index users does not exist"),
    failed(
        "indexes: ['users_one']",
        "an INVALID unique index on users (ref)",
        "index users_one is INVALID, so PostgreSQL does not use it: its CREATE INDEX CONCURRENTLY"
            + " failed"),
    failed(
        "indexes: [{name: 'users_ref', unique: true}]",
        "a valid index on users (ref)",
        "index users_ref is not unique"),
    failed(
        "indexes: [{name: 'users_pkey', unique: false}]",
        "a valid unique index on users (id)",
        "index users_pkey is unique"),
    failed(
        "indexes: [{name: 'users_ref', table: 'Orders'}]",
        "a valid index on users (ref)",
        "index users_ref is on table users, not Orders"),
    failed(
        "indexes: [{name: 'users_email', columns: ['id', 'lower(email)']}]",
        "a valid unique index on users (lower(email), id)",
        "is on (lower(email), id), not on (id, lower(email))"),
    failed(
        "constraints: [{name: 'nope', table: 'users'}]",
        "nothing",
        "constraint nope on users does not exist"),
    failed(
        "constraints: [{name: 'email_long', table: 'Orders'}]",
        "nothing",
        "does not exist in schema public; there is constraint email_long on public.users"),
    failed(
        "constraints: [{name: 'x', table: 'orders'}]",
        "nothing",
        "table orders of constraint x does not exist in schema public; there is a table"
            + " public.Orders"),
    failed(
        "constraints: [{name: 'total_positive', table: 'Orders'}]",
        "a check constraint, NOT VALID",
        "is NOT VALID, so old rows may break it"),
    failed(
        "constraints: [{name: 'orders_user', table: 'Orders', type: 'foreignKey'}]",
        "a foreign key, NOT VALID",
        "is NOT VALID"),
    failed(
        "constraints: [{name: 'email_long', table: 'users', type: 'unique'}]",
        "a check constraint, validated",
        "is a check constraint, not a unique constraint"),
    failed(
        "enums: [{name: 'nope', labels: ['a']}]", "nothing", "enum nope does not exist in schema"),
    failed("enums: [{name: 'Status', labels: ['a']}]", "nothing", "there is enum public.status"),
    failed("enums: [{name: 'pair', labels: ['a']}]", "a type that is no enum", "but no enum"),
    failed(
        "enums: [{name: 'status', labels: ['new', 'paid', 'lost', 'back']}]",
        "the labels new, paid, sent",
        "enum status lacks lost, back and also has sent"),
    failed(
        "enums: [{name: 'status', labels: ['new', 'sent', 'paid'], ordered: true}]",
        "the labels new, paid, sent",
        "has its labels in another order: new, paid, sent"),
    failed(
        "sql: [{name: 'q', query: 'TABLE users', expect: 'none'}]",
        "5 rows",
        "sql q returns 5 rows and must return none"),
    failed(
        "sql: [{name: 'q', query: 'SELECT FROM generate_series(1, 1000000)', expect: 'none'}]",
        "10000 rows or more",
        "returns 10000 rows or more"),
    failed(
        "sql: [{name: 'q', query: 'TABLE users', expect: 'rows', rows: 4}]",
        "5 rows or more",
        "returns 5 rows or more, not 4 rows"),
    failed(
        "sql: [{name: 'q', query: 'TABLE users', expect: 'rows', rows: 6}]",
        "5 rows",
        "returns 5 rows, not 6 rows"),
    failed(
        "sql: [{name: 'q', query: 'SELECT 1 WHERE false', expect: 'rows'}]",
        "no row",
        "returns no row, not one row or more"),
    failed(
        "sql: [{name: 'q', query: 'SELECT 1.0', expect: 'value', value: '1'}]",
        "1.0",
        "returns 1.0, not 1"),
    failed(
        "sql: [{name: 'q', query: 'SELECT NULL', expect: 'value', value: ''}]",
        "NULL",
        "returns NULL"),
    failed(
        "sql: [{name: 'q', query: 'SELECT id FROM users', expect: 'value', value: '1'}]",
        "more than one row",
        "returns more than one row, not one"),
    failed(
        "sql: [{name: 'q', query: 'SELECT id FROM users WHERE false', expect: 'value', value: ''}]",
        "no row",
        "returns no row, not one"),
    error(
        "sql: [{name: 'q', query: 'SELECT * FROM nope', expect: 'none'}]",
        "sql q fails: relation \"nope\" does not exist (SQLSTATE 42P01)"),
    error("sql: [{name: 'q', query: 'SELECT 1/0', expect: 'rows'}]", "(SQLSTATE 22012)"),
    error(
        "sql: [{name: 'q', query: 'SELECT email::int FROM users', expect: 'rows'}]",
        "sql q fails: invalid input syntax for type integer: \"…\" (SQLSTATE 22P02)"),
    error("sql: [{name: 'q', query: 'SELECT 1 FROM', expect: 'rows'}]", "(SQLSTATE 42601)"),
    error(
        "sql: [{name: 'q', query: 'SELECT writes()', expect: 'rows'}]",
        "may only read: cannot execute INSERT in a read-only transaction (SQLSTATE 25006)"),
    error(
        "sql: [{name: 'q', query: 'WITH d AS (DELETE FROM users RETURNING id) TABLE d', expect:"
            + " 'rows'}]",
        "(SQLSTATE 0A000)"),
    error("sql: [{name: 'q', query: 'SELECT 1 INTO t', expect: 'rows'}]", "(SQLSTATE 42601)"),
    error(
        "sql: [{name: 'q', query: 'SELECT nextval(\\'ticket\\')', expect: 'rows'}]",
        "cannot execute nextval() in a read-only transaction"),
    error(
        "sql: [{name: 'q', query: 'SELECT set_config(\\'transaction_read_only\\', \\'off\\',"
            + " true)', expect: 'rows'}]",
        "cannot set transaction read-write mode inside a read-only transaction"),
    error(
        "sql: [{name: 'q', query: 'SELECT FROM users FOR UPDATE', expect: 'rows'}]",
        "(SQLSTATE 25006)"),
    error(
        "sql: [{name: 'q', query: 'SELECT pg_sleep(60)', expect: 'rows', timeoutSeconds: 1}]",
        "sql q was ended; it may take 1 s:"),
    error(
        "sql: [{name: 'q', query: 'SELECT 1) q; COMMIT; SELECT (1', expect: 'rows'}]",
        "query must be one statement"),
  };

  @ParameterizedTest
  @MethodSource("majors")
  void whatDoesNotHoldIsSaidInWords(int major) throws EngineException {
    for (Case c : CASES) {
      VerificationReport report;
      try {
        report = verify(major, "{" + c.json() + "}");
      } catch (EngineException e) {
        assertThat(e).as(c.json()).hasMessageContaining(c.message());
        continue;
      }
      assertThat(report.ok()).as(c.json()).isFalse();
      CheckResult result = report.results().getFirst();
      assertThat(result.message()).as(c.json()).contains(c.message());
      assertThat(result.outcome()).as(c.json()).isEqualTo(c.outcome());
      assertThat(result.found()).as(c.json()).isEqualTo(c.found());
    }
  }

  @ParameterizedTest
  @MethodSource("majors")
  void oneThatFailsDoesNotHideTheOthers(int major) throws EngineException {
    VerificationReport report =
        verify(
            major,
            """
            {tables: ['users', 'nope'],
             sql: [{name: 'broken', query: 'SELECT 1/0', expect: 'rows'},
                   {name: 'slow', query: 'SELECT pg_sleep(60)', expect: 'rows', timeoutSeconds: 1},
                   {name: 'fine', query: 'SELECT count(*) FROM users', expect: 'value', value: 5}]}\
            """);
    assertThat(report.results())
        .extracting(CheckResult::outcome)
        .containsExactly(Outcome.ok, Outcome.failed, Outcome.error, Outcome.error, Outcome.ok);
    assertThat(report.summary())
        .isEqualTo("3 of 5 checks fail: table nope does not exist in schema public; and 2 more");
  }

  @Test
  void nothingIsWrittenEvenByWhatGotPast() throws SQLException {
    PostgresServer server = SharedPostgres.of(18);
    assertThatThrownBy(
            () ->
                verify(
                    18,
                    "{sql: [{name: 'q', query: 'SELECT 1; COMMIT; INSERT INTO users VALUES (78,"
                        + " \\'78@x\\')', expect: 'rows'}]}"))
        .isInstanceOf(EngineException.class);
    try (Connection connection = server.connect(database(18));
        var rows =
            connection.createStatement().executeQuery("SELECT count(*) FROM users WHERE id > 70")) {
      rows.next();
      assertThat(rows.getInt(1)).isZero();
    }
  }

  @Test
  void aRoleWithoutPrivilegesReadsTheCatalogueAndIsToldTheRest() throws EngineException {
    VerificationReport report =
        verify(
            18,
            "verify_" + database(18),
            "v",
            """
            {tables: ['users', {name: 'users', minRows: 1}], indexes: ['users_ref'],
             constraints: [{name: 'email_long', table: 'users'}], enums: [{name: 'status', labels: ['new', 'paid', 'sent']}],
             sql: [{name: 'q', query: 'TABLE users', expect: 'rows'}]}\
            """);
    assertThat(report.failed())
        .extracting(CheckResult::message)
        .containsExactly(
            "table users is not permitted for this role: permission denied for table users"
                + " (SQLSTATE 42501)",
            "sql q is not permitted for this role: permission denied for table users (SQLSTATE"
                + " 42501)");
    assertThat(report.failed()).extracting(CheckResult::outcome).containsOnly(Outcome.error);
  }

  @Test
  void aValueIsComparedAsAWholeAndShownInPart() throws EngineException {
    String spec =
        "{sql: [{name: 'q', query: 'SELECT repeat(\\'x\\', %d)', expect: 'value', value: '%s'}]}";
    assertThat(verify(18, spec.formatted(300, "x".repeat(300))).ok()).isTrue();
    VerificationReport report = verify(18, spec.formatted(301, "x".repeat(300)));
    assertThat(report.ok()).isFalse();
    assertThat(report.results().getFirst().found()).isEqualTo("x".repeat(200) + "…");
    VerificationReport huge = verify(18, spec.formatted(100_000_000, "x"));
    assertThat(huge.results().getFirst().found()).isEqualTo("x".repeat(200) + "…");
  }

  @Test
  void allAnswersAreAboutOneMoment() throws SQLException, EngineException {
    try (Connection connection = SharedPostgres.of(18).connect(database(18));
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE moments (id int)");
      statement.execute("SELECT pg_advisory_lock(4711)");
      Thread inserts =
          Thread.startVirtualThread(
              () -> {
                try {
                  awaitRow(
                      statement,
                      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
                  statement.execute("INSERT INTO moments VALUES (1)");
                  statement.execute("SELECT pg_advisory_unlock(4711)");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      VerificationReport report =
          verify(
              18,
              """
              {tables: ['moments'],
               sql: [{name: 'waits', query: 'SELECT pg_advisory_xact_lock(4711)', expect: 'rows'},
                     {name: 'count', query: 'SELECT count(*) FROM moments', expect: 'value', value: 0}]}\
              """);
      inserts.join();
      assertThat(report.failed()).isEmpty();
      assertThat(
              verify(
                      18,
                      "{sql: [{name: 'count', query: 'SELECT count(*) FROM moments', expect:"
                          + " 'value', value: 1}]}")
                  .ok())
          .isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitRow(Statement statement, String query) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              try (var rows = statement.executeQuery(query)) {
                return rows.next();
              }
            });
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsNoFailedCheck() {
    assertThatThrownBy(
            () ->
                Verification.run(
                    new Verification.Request(
                        Specs.read("{tables: ['users']}"),
                        SecretDirectory.parseUrl("postgresql://u:p@127.0.0.1:1/x", "test"),
                        null,
                        new HeaderValues(Map.of(), null, secret -> {}),
                        null),
                    new Cancellation()))
        .asInstanceOf(type(EngineException.class))
        .extracting(EngineException::reason)
        .isEqualTo(FailureReason.TargetUnreachable);
  }

  @Test
  void anEndedSessionIsNoFailedCheck() {
    assertThatThrownBy(
            () ->
                verify(
                    18,
                    "{sql: [{name: 'q', query: 'SELECT pg_terminate_backend(pg_backend_pid())',"
                        + " expect: 'rows'}]}"))
        .asInstanceOf(type(EngineException.class))
        .extracting(EngineException::reason)
        .isEqualTo(FailureReason.TargetUnreachable);
  }

  @Test
  void aRequestToStopEndsTheRunningQuery() throws InterruptedException {
    Cancellation cancellation = new Cancellation();
    Thread stops =
        Thread.startVirtualThread(
            () -> {
              PostgresServer server = SharedPostgres.of(16);
              try (Connection connection = server.connect(database(16));
                  Statement statement = connection.createStatement()) {
                awaitRow(
                    statement,
                    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'schemaward-verify'"
                        + " AND query LIKE 'FETCH%'");
                cancellation.cancel();
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThatThrownBy(
            () ->
                Verification.run(
                    new Verification.Request(
                        Specs.read(
                            "{sql: [{name: 'q', query: 'SELECT pg_sleep(100)', expect: 'rows',"
                                + " timeoutSeconds: 100}]}"),
                        SecretDirectory.parseUrl(SharedPostgres.of(16).url(database(16)), "test"),
                        null,
                        new HeaderValues(Map.of(), null, secret -> {}),
                        null),
                    cancellation))
        .asInstanceOf(type(EngineException.class))
        .extracting(EngineException::reason)
        .isEqualTo(FailureReason.Interrupted);
    stops.join();
  }
}
