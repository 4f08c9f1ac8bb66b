package dev.schemaward.engine.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.testkit.postgres.PgBouncer;
import dev.schemaward.testkit.postgres.PgBouncer.PoolMode;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 14 of the fault matrix: a real PgBouncer between a run and its database. */
class PoolerTest {
  private static final Bundle BUNDLE =
      TargetDatabase.prisma(
          "20260101000000_init",
          "create table marks (what text); insert into marks values ('init');",
          "20260102000000_index",
          "create index concurrently marks_what on marks (what);");

  private final PostgresServer server = SharedPostgres.of(18);

  @BeforeAll
  static void needsPgBouncer() {
    Optional<String> missing = PgBouncer.missing();
    missing.ifPresent(why -> System.err.println("SKIPPED: PoolerTest because " + why));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  private static ApplyOutcome apply(TargetDatabase db) {
    return db.apply(
        BUNDLE, new ApplyRequest.Gate.Always(), RoundTrip.UNWATCHED, Progress.SILENT, "c/shop/x");
  }

  /** Clients of an application that keep the pool's sessions changing hands. */
  private static final class Application implements AutoCloseable {
    private final AtomicBoolean stop = new AtomicBoolean();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> clients = new ArrayList<>();

    Application(String url, int count) {
      String jdbc =
          "jdbc:" + url.replaceFirst("//[^@]*@", "//") + "?user=postgres&password=postgres";
      for (int i = 0; i < count; i++) {
        clients.add(executor.submit(() -> work(jdbc)));
      }
    }

    private Void work(String jdbc) throws SQLException {
      try (Connection connection = DriverManager.getConnection(jdbc);
          Statement statement = connection.createStatement()) {
        while (!stop.get()) {
          statement.execute("select pg_sleep(0.002)");
        }
      }
      return null;
    }

    @Override
    public void close() {
      stop.set(true);
      executor.close();
      assertThat(clients).allMatch(client -> client.state() == Future.State.SUCCESS);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // pool size, server_round_robin, other clients
    "1, 0, 0",
    "1, 1, 0",
    "8, 0, 0",
    "8, 1, 0",
    "8, 0, 4",
    "8, 1, 4",
    "8, 0, 12",
    "30, 1, 12"
  })
  void aTransactionPoolerIsRefusedBeforeAnythingIsSetOnItsSessions(
      int size, int roundRobin, int others) throws Exception {
    try (PgBouncer bouncer =
        PgBouncer.start(
            server,
            PoolMode.TRANSACTION,
            Map.of(
                "default_pool_size",
                Integer.toString(size),
                "min_pool_size",
                Integer.toString(size / 2),
                "server_round_robin",
                Integer.toString(roundRobin)))) {
      TargetDatabase db = new TargetDatabase(server);
      String url = bouncer.url(db.name());
      try (Application application = new Application(url, others)) {
        assertThat(application.clients).hasSize(others);
        for (int i = 0; i < 5; i++) {
          EngineException refused = apply(db.through(url)).failure();
          assertThat(refused).isNotNull();
          assertThat(refused.reason()).isEqualTo(FailureReason.PoolerUnsupported);
          assertThat(refused).hasMessageContaining("DIRECT_URL");
        }
        assertThat(
                db.query(
                    "select count(*) from pg_locks where locktype = 'advisory' and objid = "
                        + MigrationLock.KEY
                        + " and database = (select oid from pg_database where datname ="
                        + " current_database())"))
            .containsExactly("0");
      }
      assertThat(settingsThatStayed(url)).isEmpty();
      assertThat(db.tables()).isEmpty();
      assertThat(db.hasHistory()).isFalse();
      assertThat(db.query("select to_regnamespace('schemaward')::text"))
          .containsExactly((String) null);
    }
  }

  /** What an application would find changed on the pooler's server sessions. */
  private static List<String> settingsThatStayed(String url) throws SQLException {
    List<String> changed = new ArrayList<>();
    String jdbc = "jdbc:" + url.replaceFirst("//[^@]*@", "//") + "?user=postgres&password=postgres";
    for (int i = 0; i < 10; i++) {
      try (Connection connection = DriverManager.getConnection(jdbc);
          Statement statement = connection.createStatement();
          var rows =
              statement.executeQuery(
                  "select name || ' = ' || setting from pg_settings where source = 'session' and"
                      + " name in ('search_path', 'lock_timeout', 'statement_timeout',"
                      + " 'idle_session_timeout')")) {
        while (rows.next()) {
          changed.add(rows.getString(1));
        }
      }
    }
    return changed;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void aSessionPoolerIsAsGoodAsTheServer(int poolSize) {
    try (PgBouncer bouncer =
        PgBouncer.start(
            server,
            PoolMode.SESSION,
            Map.of("default_pool_size", Integer.toString(poolSize), "query_wait_timeout", "2"))) {
      TargetDatabase db = new TargetDatabase(server);
      ApplyOutcome outcome = apply(db.through(bouncer.url(db.name())));
      assertThat(outcome.failure()).isNull();
      assertThat(db.query("select what from marks")).containsExactly("init");
      assertThat(
              db.query("select indisvalid from pg_index where indexrelid = 'marks_what'::regclass"))
          .containsExactly("t");
    }
  }

  @Test
  void aPoolerThatRefusesTheDriversStartUpSaysWhatToChange() {
    try (PgBouncer bouncer =
        PgBouncer.start(server, PoolMode.SESSION, Map.of("ignore_startup_parameters", "x"))) {
      TargetDatabase db = new TargetDatabase(server);
      EngineException refused =
          apply(db.through(bouncer.url(db.name()) + "?options=-c%20geqo%3Doff")).failure();
      assertThat(refused.reason()).isEqualTo(FailureReason.PoolerUnsupported);
      assertThat(refused).hasMessageContainingAll("startup parameter", "ignore_startup_parameters");
    }
  }
}
