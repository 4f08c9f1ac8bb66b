package dev.schemaward.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a session begins, and how it says that it cannot. */
class SessionTest {
  private final PostgresServer server = SharedPostgres.of(18);

  private Session open(String url) throws EngineException {
    return Session.open(
        SecretDirectory.parseUrl(url, "test"),
        new Session.Settings("schemaward/test", null, Duration.ofSeconds(7)),
        RoundTrip.UNWATCHED);
  }

  private static void assertReason(ThrowingOpen open, FailureReason reason, String says) {
    assertThatThrownBy(open::run)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(says);
  }

  @FunctionalInterface
  private interface ThrowingOpen {
    void run() throws EngineException;
  }

  @Test
  void settingsAreThoseOfTheProtocolAndComeBackAfterAScript() throws Exception {
    String database = server.createDatabase("session_" + System.nanoTime());
    server.execute(database, "create schema app");
    try (Session session = open(server.url(database) + "?schema=app")) {
      for (int round = 0; round < 2; round++) {
        assertThat(session.schema()).isEqualTo("app");
        assertThat(session.row("select current_setting('search_path')")[0]).isEqualTo("app");
        assertThat(session.row("select current_setting('statement_timeout')")[0]).isEqualTo("7s");
        assertThat(session.row("select current_setting('TimeZone')")[0]).isEqualTo("UTC");
        assertThat(session.row("select current_setting('client_connection_check_interval')")[0])
            .isEqualTo("1s");
        session.execute(
            "set search_path = pg_catalog; set statement_timeout = 0; set timezone = 'Asia/Tokyo'");
        session.reset();
      }
    }
  }

  @Test
  void withoutASchemaTheRolesOwnSearchPathDecides() throws Exception {
    String database = server.createDatabase("path_" + System.nanoTime());
    server.execute(
        database,
        "create schema tenant; alter role postgres in database "
            + database
            + " set search_path = tenant, public");
    try (Session session = open(server.url(database))) {
      assertThat(session.schema()).isEqualTo("tenant");
    }
  }

  @Test
  void whatIsInTheWayIsNamed() {
    String database = server.createDatabase("trouble_" + System.nanoTime());
    assertReason(
        () -> open(server.url("absent_database")),
        FailureReason.DependencyMissing,
        "no such database");
    assertReason(
        () -> open(server.url(database, "postgres", "wrong")),
        FailureReason.CredentialsRejected,
        "28P01");
    assertReason(
        () -> open("postgresql://u:p@127.0.0.1:1/x"),
        FailureReason.TargetUnreachable,
        "127.0.0.1:1");
    assertReason(
        () -> open("postgresql://u:p@no-such-host.invalid/x"),
        FailureReason.TargetUnreachable,
        "not known");
    assertReason(
        () -> open(server.url(database) + "?sslmode=require"),
        FailureReason.CredentialsRejected,
        "does not support SSL");
    server.execute(
        "postgres", "alter database " + database + " set default_transaction_read_only = on");
    assertReason(() -> open(server.url(database)), FailureReason.TargetReadOnly, "read_only");
  }

  @Test
  void aStandbyIsRefusedAndWaitedFor() throws Exception {
    try (PostgresServer standby = PostgresServer.start(18)) {
      standby.stopImmediate();
      java.nio.file.Files.createFile(standby.data().resolve("standby.signal"));
      standby.restart();
      assertReason(() -> open(standby.url("postgres")), FailureReason.TargetReadOnly, "standby");
    }
  }
}
