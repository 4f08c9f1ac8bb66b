package dev.schemaward.engine.execute;

import static dev.schemaward.engine.execute.TargetDatabase.prisma;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What is begun while the bundle is read is the beginning of the same run, or of none. */
class EarlyStartTest {
  private static final Bundle BUNDLE = prisma("20260101000000_a", "create table a (id int);");

  private final TargetDatabase db = new TargetDatabase(SharedPostgres.of(18));

  @Test
  void theRunGoesOnInTheSameSessionUnderTheSamePlan() throws EngineException {
    db.sql("create schema app; create table app.old (id int)");
    Plan approved = db.plan(BUNDLE);
    ApplyRequest request = db.request(BUNDLE, new ApplyRequest.Gate.Expected(approved.hash()));
    EarlyStart early = EarlyStart.begin(request, Progress.SILENT, new Cancellation());
    int pid = early.await().session().pid();
    ApplyOutcome outcome = Schemaward.apply(request, early, Progress.SILENT, new Cancellation());
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.plan().hash()).isEqualTo(approved.hash());
    assertThat(early.backend().pid()).isEqualTo(pid);
    assertThat(db.tables()).containsExactly("a");
  }

  @Test
  void withTheFormatOfAToolThatHasALockOfItsOwnTheSchemaIsReadUnderThatLock()
      throws EngineException {
    Bundle first = TargetDatabase.bundle(Format.FLYWAY, "V1__a", "create table a (id int);");
    db.apply(first);
    Bundle both =
        TargetDatabase.bundle(
            Format.FLYWAY,
            "V1__a",
            "create table a (id int);",
            "V2__b",
            "create table b (id int);");
    Plan approved = db.plan(both);
    ApplyRequest request = db.request(both, new ApplyRequest.Gate.Expected(approved.hash()));
    EarlyStart early = EarlyStart.begin(request, Progress.SILENT, new Cancellation());
    early.await();
    db.sql("create table by_a_hand_run_tool (id int)");
    ApplyOutcome outcome = Schemaward.apply(request, early, Progress.SILENT, new Cancellation());
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.PlanChanged);
    assertThat(outcome.plan().hash()).isEqualTo(db.plan(both).hash());
  }

  @Test
  void abandonedItGivesTheLockUp() throws SQLException, EngineException {
    EarlyStart early =
        EarlyStart.begin(
            db.request(null, new ApplyRequest.Gate.Always()), Progress.SILENT, new Cancellation());
    early.await();
    early.abandon();
    long deadline = System.nanoTime() + 10_000_000_000L;
    try (Connection other = db.server().connect(db.name());
        Statement statement = other.createStatement()) {
      while (System.nanoTime() < deadline
          && !isTrue(statement, "select pg_try_advisory_lock(" + MigrationLock.KEY + ")")) {
        LockSupport.parkNanos(10_000_000);
      }
      assertThat(
              isTrue(
                  statement,
                  "select count(*) = 1 from pg_locks where locktype = 'advisory' and database ="
                      + " (select oid from pg_database where datname = current_database())"))
          .isTrue();
    }
  }

  @Test
  void aServerThatIsAwayIsTheRunsFailure() {
    List<Progress.Event> events = new ArrayList<>();
    TargetDatabase away = db.through("postgresql://postgres:postgres@127.0.0.1:1/postgres");
    ApplyRequest request = away.request(BUNDLE, new ApplyRequest.Gate.Always());
    EarlyStart early = EarlyStart.begin(request, events::add, new Cancellation());
    ApplyOutcome outcome = Schemaward.apply(request, early, events::add, new Cancellation());
    assertThat(outcome.failure().reason()).isEqualTo(FailureReason.TargetUnreachable);
    assertThat(events).isEmpty();
  }

  private static boolean isTrue(Statement statement, String query) throws SQLException {
    try (var row = statement.executeQuery(query)) {
      return row.next() && row.getBoolean(1);
    }
  }
}
