package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.plan.ExecutionPolicy;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows of the fault matrix that concern runner and database, each under its number. Rows that are
 * not here: 11 to 16 and 23 (network), 28 ({@link ApplyTest}), 33 and 34 (the controller's
 * JobReader), 48 and 49 ({@link KnownLedgerTest}), 50 (BundleReaderTest).
 */
class FaultMatrixTest {
  private static final String USERS = "create table users (id int primary key, email text);";
  private static final String PHONE = "alter table users add column phone text;";

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(15));
  @TempDir private Path work;

  private Path directory(String... namesAndSql) throws IOException {
    for (int i = 0; i < namesAndSql.length; i += 2) {
      Files.writeString(work.resolve(namesAndSql[i] + ".sql"), namesAndSql[i + 1]);
    }
    Files.writeString(work.resolve("migration_lock.toml"), "provider = \"postgresql\"\n");
    return work;
  }

  private void awaitRunning(String like) {
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () ->
                !db.query(
                        "select 1 from pg_stat_activity where state = 'active' and pid <>"
                            + " pg_backend_pid() and datname = current_database() and query ilike '"
                            + like
                            + "'")
                    .isEmpty());
  }

  private void awaitNoOtherSession() {
    Awaitility.await()
        .atMost(5, TimeUnit.SECONDS)
        .until(
            () ->
                db.query(
                        "select 1 from pg_stat_activity where application_name like 'schemaward%'"
                            + " and datname = current_database()")
                    .isEmpty());
  }

  @Test
  void row07aSecondRunnerWaitsAndFindsNothingToDo() throws Exception {
    Bundle bundle = prisma("20260101000000_init", USERS);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch seen = new CountDownLatch(1);
    CompletableFuture<ApplyOutcome> first =
        CompletableFuture.supplyAsync(
            () ->
                db.apply(
                    bundle,
                    new ApplyRequest.Gate.Always(),
                    RoundTrip.UNWATCHED,
                    event -> {
                      if (event instanceof Progress.StatementStarted) {
                        begun.countDown();
                        await(seen);
                      }
                    },
                    null));
    await(begun);
    ApplyOutcome second =
        db.apply(
            bundle,
            new ApplyRequest.Gate.Always(),
            RoundTrip.UNWATCHED,
            event -> {
              if (event instanceof Progress.WaitingForMigrationLock waiting) {
                assertThat(waiting.holders()).isNotEmpty();
                seen.countDown();
              }
            },
            null);
    assertThat(first.get(30, TimeUnit.SECONDS).applied()).hasSize(1);
    assertThat(second.failure()).isNull();
    assertThat(second.applied()).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void row08aKilledPodsStatementEndsAndNothingOfItStays() throws Exception {
    String slow =
        "create table orders (id int); select pg_sleep(60) where not exists (select from"
            + " pg_tables where tablename = 'go');";
    Path bundle = directory("20260101000000_init", USERS, "20260102000000_slow", slow);
    try (RunnerProcess runner = RunnerProcess.start(db, bundle)) {
      awaitRunning("select pg_sleep%");
      runner.kill();
    }
    awaitNoOtherSession();
    assertThat(db.tables()).containsExactly("users");
    db.sql("create table go (id int)");
    ApplyOutcome again =
        db.apply(prisma("20260101000000_init", USERS, "20260102000000_slow", slow));
    assertThat(again.failure()).isNull();
    assertThat(again.resumed()).isTrue();
    assertThat(db.tables()).containsExactly("go", "orders", "users");
  }

  @Test
  void row09aPodKilledInAConcurrentIndexLeavesNoInvalidOne() throws Exception {
    String index = "create index concurrently users_email on users (email);";
    Path bundle = directory("20260101000000_init", USERS, "20260102000000_index", index);
    db.apply(prisma("20260101000000_init", USERS));
    try (Connection reader = db.server().connect(db.name());
        RunnerProcess runner = RunnerProcess.start(db, bundle)) {
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      reader.setAutoCommit(false);
      reader.createStatement().executeQuery("select count(*) from users").close();
      awaitRunning("create index concurrently%");
      Awaitility.await()
          .until(() -> db.query("select 1 from pg_index where not indisvalid").size() == 1);
      runner.kill();
      reader.rollback();
    }
    awaitNoOtherSession();
    assertThat(db.history()).last().isEqualTo("20260102000000_index open");
    ApplyOutcome again =
        db.apply(prisma("20260101000000_init", USERS, "20260102000000_index", index));
    assertThat(again.failure()).isNull();
    assertThat(
            db.query(
                "select c.relname || ' ' || i.indisvalid from pg_index i join pg_class c on c.oid ="
                    + " i.indexrelid where c.relname like 'users_e%'"))
        .containsExactly("users_email true");
  }

  @Test
  void row10aRunnerThatStillLivesElsewhereKeepsTheNextOneOut() throws Exception {
    try (Connection old = db.server().connect(db.name());
        Statement statement = old.createStatement()) {
      statement.execute("set application_name = 'schemaward@7/shop/orders/run-7'");
      statement.execute("select pg_advisory_lock(72707369)");
      ApplyOutcome next = db.apply(prisma("20260101000000_init", USERS));
      assertThat(next.failure().reason()).isEqualTo(FailureReason.LockContention);
      assertThat(next.failure()).hasMessageContaining("schemaward@7/shop/orders/run-7");
      assertThat(next.failure().blockers()).hasSize(1);
      assertThat(db.tables()).isEmpty();
    }
  }

  @Test
  void row17aServerThatIsDownIsTriedAgainLater() throws Exception {
    try (PostgresServer server = PostgresServer.start(16)) {
      TargetDatabase away = new TargetDatabase(server);
      Bundle bundle = prisma("20260101000000_init", USERS);
      server.stopImmediate();
      assertThatThrownBy(() -> away.plan(bundle))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.reason()).isEqualTo(FailureReason.TargetUnreachable));
      assertThat(away.apply(bundle).failure().reason()).isEqualTo(FailureReason.TargetUnreachable);
      server.restart();
      assertThat(away.apply(bundle).failure()).isNull();
    }
  }

  @Test
  void row18theApplicationNeverQueuesBehindUsLongerThanARung() throws Exception {
    db.apply(prisma("20260101000000_init", USERS));
    db.sql("insert into users select i, 'x' from generate_series(1, 100) i");
    long[] longest = {0};
    CountDownLatch stop = new CountDownLatch(1);
    try (Connection report = db.server().connect(db.name())) {
      report.setAutoCommit(false);
      report.createStatement().executeQuery("select count(*) from users").close();
      CompletableFuture<Integer> traffic =
          CompletableFuture.supplyAsync(
              () -> {
                int queries = 0;
                try (Connection app = db.server().connect(db.name());
                    Statement statement = app.createStatement()) {
                  while (stop.getCount() > 0) {
                    long begun = System.nanoTime();
                    statement.execute("update users set email = 'y' where id = 7");
                    longest[0] = Math.max(longest[0], System.nanoTime() - begun);
                    queries++;
                  }
                } catch (java.sql.SQLException e) {
                  throw new IllegalStateException(e);
                }
                return queries;
              });
      List<Progress.SteppingBack> steps = new ArrayList<>();
      ApplyOutcome outcome =
          db.apply(
              prisma("20260101000000_init", USERS, "20260102000000_phone", PHONE),
              new ApplyRequest.Gate.Always(),
              RoundTrip.UNWATCHED,
              event -> {
                if (event instanceof Progress.SteppingBack step) {
                  steps.add(step);
                }
                if (steps.size() == 3) {
                  rollback(report);
                }
              },
              null);
      stop.countDown();
      assertThat(outcome.failure()).isNull();
      assertThat(steps).hasSizeGreaterThanOrEqualTo(3);
      assertThat(traffic.get(10, TimeUnit.SECONDS)).isGreaterThan(100);
      // Three rungs are 200 ms, 500 ms and 1 s; the top one is 2 s. Without them it is as long as
      // the report takes.
      assertThat(Duration.ofNanos(longest[0])).isLessThan(Duration.ofMillis(2500));
    }
  }

  private static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void row19aStatementThatTakesTooLongIsEndedAndTheLockIsFree() {
    ApplyOutcome outcome =
        apply(
            prisma("20260101000000_init", USERS + "select pg_sleep(60);"),
            new ExecutionPolicy(
                Duration.ofSeconds(3), Duration.ofMillis(700), Duration.ofMinutes(1)));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.TimedOut);
    assertThat(outcome.failure()).hasMessageContaining("spec.execution.statementTimeout");
    assertThat(db.tables()).isEmpty();
    assertThat(db.query("select count(*)::text from pg_locks where locktype = 'advisory'"))
        .containsExactly("0");
  }

  @Test
  void row19theDeadlineEndsAStatementToo() {
    long begun = System.nanoTime();
    ApplyOutcome outcome =
        apply(
            prisma("20260101000000_init", USERS + "select pg_sleep(60);"),
            new ExecutionPolicy(
                Duration.ofSeconds(3), Duration.ofMinutes(10), Duration.ofMillis(1500)));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.TimedOut);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
    assertThat(db.tables()).isEmpty();
  }

  private ApplyOutcome apply(Bundle bundle, ExecutionPolicy policy) {
    return new Applier(
            new ApplyRequest(
                bundle,
                db.credentials(),
                null,
                policy,
                new ApplyRequest.Gate.Always(),
                null,
                null,
                null,
                null,
                "run",
                TargetDatabase.BUILD,
                RoundTrip.UNWATCHED),
            Progress.SILENT,
            new Cancellation(),
            new java.util.Random(1))
        .apply();
  }

  @Test
  void row20aServerOutOfResourcesIsTriedAgainAndNothingStays() {
    for (String state : List.of("53100", "53200", "53300")) {
      ApplyOutcome outcome =
          db.apply(
              prisma(
                  "20260101000000_init",
                  USERS
                      + "do $$ begin raise exception 'full' using errcode = '"
                      + state
                      + "'; end $$;"));
      assertThat(outcome.failure().reason())
          .as(state)
          .isEqualTo(FailureReason.TargetOutOfResources);
      assertThat(db.tables()).isEmpty();
    }
  }

  @Test
  void row21theThirdOfFiveFails() {
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_one", "create table one (id int);",
                "20260102000000_two", "create table two (id int);",
                "20260103000000_three", "create table three (id int);\nselect 1/0;",
                "20260104000000_four", "create table four (id int);",
                "20260105000000_five", "create table five (id int);"));
    assertThat(outcome.applied()).containsExactly("20260101000000_one", "20260102000000_two");
    assertThat(outcome.pendingTotal()).isEqualTo(3);
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.MigrationFailed);
    assertThat(outcome.failure().failure().sqlState()).isEqualTo("22012");
    assertThat(outcome.failure().failure().migration()).isEqualTo("20260103000000_three");
    assertThat(outcome.failure().failure().line()).isEqualTo(2);
    assertThat(db.tables()).containsExactly("one", "two");
    assertThat(
            db.query(
                "select count(*)::text from _prisma_migrations where migration_name like '%three'"))
        .as("a deterministic error is not tried again")
        .containsExactly("1");
  }

  @Test
  void row22aSerializationFailureIsTriedAgainHere() {
    db.sql("create sequence tries");
    db.sql("create schema app");
    for (String state : List.of("40001", "40P01")) {
      db.sql("select setval('tries', 1, false)");
      db.sql("drop table if exists orders");
      ApplyOutcome outcome =
          db.apply(
              prisma(
                  "20260101000000_a" + state.toLowerCase(java.util.Locale.ROOT),
                  "create table orders (id int); do $$ begin if nextval('tries') < 3 then raise"
                      + " exception 'again' using errcode = '"
                      + state
                      + "'; end if; end $$;"));
      assertThat(outcome.failure()).as(state).isNull();
      assertThat(db.query("select last_value::text from tries")).containsExactly("3");
    }
  }

  @Test
  void row25anotherDatabaseBehindTheSecretVoidsTheApproval() throws Exception {
    Bundle bundle = prisma("20260101000000_init", USERS);
    Plan approved = db.plan(bundle);
    TargetDatabase swapped = new TargetDatabase(SharedPostgres.of(15));
    ApplyOutcome outcome = swapped.apply(bundle, new ApplyRequest.Gate.Expected(approved.hash()));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.PlanChanged);
    assertThat(swapped.tables()).isEmpty();
  }

  @Test
  void row26and27whatChangedAfterTheApprovalVoidsIt() throws Exception {
    Bundle bundle = prisma("20260101000000_init", USERS);
    Plan approved = db.plan(bundle);
    ApplyOutcome edited =
        db.apply(
            prisma("20260101000000_init", USERS + " -- edited"),
            new ApplyRequest.Gate.Expected(approved.hash()));
    assertThat(edited.failure().reason()).isEqualTo(FailureReason.PlanChanged);
    db.sql("create type by_hand as enum ('x')");
    ApplyOutcome changed = db.apply(bundle, new ApplyRequest.Gate.Expected(approved.hash()));
    assertThat(changed.failure().reason()).isEqualTo(FailureReason.PlanChanged);
    assertThat(db.tables()).isEmpty();
  }

  @Test
  void row52toldToStopItCancelsRollsBackAndGoesOnNextTime() throws Exception {
    Bundle bundle =
        prisma("20260101000000_init", USERS, "20260102000000_slow", PHONE + "select pg_sleep(60);");
    Cancellation cancellation = new Cancellation();
    CompletableFuture<ApplyOutcome> run =
        CompletableFuture.supplyAsync(
            () ->
                new Applier(
                        new ApplyRequest(
                            bundle,
                            db.credentials(),
                            null,
                            new ExecutionPolicy(
                                Duration.ofSeconds(3),
                                Duration.ofMinutes(2),
                                Duration.ofMinutes(3)),
                            new ApplyRequest.Gate.Always(),
                            null,
                            null,
                            null,
                            null,
                            "run",
                            TargetDatabase.BUILD,
                            RoundTrip.UNWATCHED),
                        Progress.SILENT,
                        cancellation,
                        new java.util.Random(1))
                    .apply());
    awaitRunning("select pg_sleep%");
    cancellation.cancel();
    ApplyOutcome outcome = run.get(20, TimeUnit.SECONDS);
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.Interrupted);
    assertThat(outcome.applied()).containsExactly("20260101000000_init");
    assertThat(db.query("select 1 from pg_attribute where attname = 'phone'")).isEmpty();
    assertThat(
            db.apply(prisma("20260101000000_init", USERS, "20260102000000_slow", PHONE)).failure())
        .isNull();
  }
}
