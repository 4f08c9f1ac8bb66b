package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * One message ends a migration and begins the next one: each must have its own outcome all the
 * same.
 */
class HandoverTest {
  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));

  private static ApplyRequest.Gate any() {
    return new ApplyRequest.Gate.Always();
  }

  @Test
  void oneThatIsCommittedCountsAlthoughTheNextOneFindsTheLockLost() {
    List<Progress.Event> events = new ArrayList<>();
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_a",
                "create table a (id int); select pg_advisory_unlock_all();",
                "20260102000000_b",
                "create table b (id int);"),
            any(),
            RoundTrip.UNWATCHED,
            events::add,
            null);
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.applied()).containsExactly("20260101000000_a", "20260102000000_b");
    assertThat(db.history())
        .containsExactly("20260101000000_a finished", "20260102000000_b finished");
    // A new session has the lock, and what is left ran there.
    assertThat(events).hasAtLeastOneElementOfType(Progress.Reconnecting.class);
  }

  @Test
  void aNewerRunKeepsThisOneFromCommitting() {
    RoundTrip newerRun =
        new RoundTrip() {
          private boolean ran;

          @Override
          public void before(String sql) {
            if (!ran && sql.contains("INSERT INTO schemaward.attempt")) {
              ran = true;
              db.sql("update schemaward.meta set epoch = epoch + 1");
            }
          }

          @Override
          public void after(String sql) {}
        };
    List<Progress.Event> events = new ArrayList<>();
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_a",
                "create table a (id int);",
                "20260102000000_b",
                "create table b (id int);"),
            any(),
            newerRun,
            events::add,
            null);
    assertThat(outcome.failure()).isNull();
    assertThat(events)
        .filteredOn(Progress.Reconnecting.class::isInstance)
        .singleElement()
        .asString()
        .contains("20260101000000_a", "no longer holds the migration lock");
    assertThat(db.history())
        .containsExactly("20260101000000_a finished", "20260102000000_b finished");
  }

  @Test
  void aCommitThatFailsIsTheFailureOfThatMigration() {
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_a",
                "create table a (id int primary key, up int references a deferrable initially"
                    + " deferred); insert into a values (1, 2);",
                "20260102000000_b",
                "create table b (id int);"));
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.MigrationFailed);
    assertThat(outcome.failure().failure().migration()).isEqualTo("20260101000000_a");
    assertThat(outcome.failure().failure().sqlState()).isEqualTo("23503");
    assertThat(db.tables()).isEmpty();
    assertThat(db.history()).containsExactly("20260101000000_a rolled back");
  }

  @Test
  void aStatementThatOnlyTheClientRefusesIsNotCommittedBehindItsBack() {
    ApplyOutcome outcome =
        db.apply(prisma("20260101000000_a", "create table a (id int); copy a to stdout;"));
    assertThat(outcome.failure().failure().statement()).isEqualTo(2);
    assertThat(db.tables()).isEmpty();
    assertThat(db.history()).containsExactly("20260101000000_a rolled back");
  }

  @Test
  void aLastStatementWithRowsAndAnErrorInItsThirdLineKeepsItsPlace() {
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_a",
                "create table a (id int);\nselect i from generate_series(1, 9) i;",
                "20260102000000_b",
                "create table b (id int);\n\nselect\n  1,\n  nowhere from b -- no semicolon"));
    assertThat(outcome.applied()).containsExactly("20260101000000_a");
    assertThat(outcome.failure().failure().statement()).isEqualTo(2);
    assertThat(outcome.failure().failure().line()).isEqualTo(5);
    assertThat(outcome.failure().failure().sqlState()).isEqualTo("42703");
  }

  @Test
  void whatAScriptSetDoesNotComeBackWhenTheNextOneIsRolledBack() throws SQLException {
    db.sql("create schema elsewhere");
    db.apply(prisma("20260101000000_a", "create table a (id int);"), any());
    try (Connection application = db.server().connect(db.name())) {
      application.setAutoCommit(false);
      application.createStatement().execute("select from a");
      CountDownLatch stepped = new CountDownLatch(1);
      ApplyOutcome outcome =
          db.apply(
              prisma(
                  "20260101000000_a",
                  "create table a (id int);",
                  "20260102000000_b",
                  "set search_path = elsewhere; create table b (id int);",
                  "20260103000000_c",
                  "lock table public.a; create table c (id int);"),
              any(),
              RoundTrip.UNWATCHED,
              event -> {
                if (event instanceof Progress.SteppingBack) {
                  stepped.countDown();
                  rollback(application);
                }
              },
              null);
      assertThat(outcome.failure()).isNull();
      assertThat(stepped.getCount()).isZero();
    }
    assertThat(
            db.query("select relnamespace::regnamespace::text from pg_class where relname = 'b'"))
        .containsExactly("elsewhere");
    assertThat(
            db.query("select relnamespace::regnamespace::text from pg_class where relname = 'c'"))
        .containsExactly("public");
  }

  @Test
  void aRequestToStopBetweenTwoLeavesNothingOpen() {
    Cancellation cancellation = new Cancellation();
    ApplyOutcome outcome =
        db.apply(
            prisma(
                "20260101000000_a",
                "create table a (id int);",
                "20260102000000_b",
                "create table b (id int);"),
            cancellation,
            event -> {
              if (event instanceof Progress.MigrationApplied) {
                cancellation.cancel();
              }
            });
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.Interrupted);
    assertThat(db.history()).containsExactly("20260101000000_a finished");
    assertThat(db.query("select outcome from schemaward.run")).containsExactly("Interrupted");
    assertThat(db.query("select end_fingerprint is not null from schemaward.run"))
        .containsExactly("t");
  }

  private static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
