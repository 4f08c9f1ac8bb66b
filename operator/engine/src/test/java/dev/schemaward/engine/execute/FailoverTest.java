package dev.schemaward.engine.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.testkit.postgres.CuttingProxy;
import dev.schemaward.testkit.postgres.CuttingProxy.Harm;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows 15 and 16 of the fault matrix: a real streaming standby, refused and then promoted. */
class FailoverTest {
  private static final Bundle BUNDLE = TargetDatabase.prisma(InterruptedAnywhereTest.MIGRATIONS);

  @Test
  void aStandbyIsRefusedByPlanAndRunUntilItIsThePrimary() throws Exception {
    try (PostgresServer primary = PostgresServer.start(18);
        PostgresServer standby = primary.standby()) {
      TargetDatabase db = new TargetDatabase(primary);
      TargetDatabase replica = db.through(standby.url(db.name()) + "?schema=public");
      await(standby, "postgres", "select 1 from pg_database where datname = '" + db.name() + "'");
      assertThatThrownBy(() -> replica.plan(BUNDLE))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.reason()).isEqualTo(FailureReason.TargetReadOnly))
          .hasMessageContaining("standby");
      assertThat(apply(replica, RoundTrip.UNWATCHED).failure().reason())
          .isEqualTo(FailureReason.TargetReadOnly);
      standby.execute("postgres", "select pg_promote()");
      assertThat(apply(replica, RoundTrip.UNWATCHED).failure()).isNull();
    }
  }

  /** The primary dies at a message and the standby takes over, with or without the last commits. */
  private static final class FailOverAt implements RoundTrip {
    private final PostgresServer primary;
    private final PostgresServer standby;
    private final CuttingProxy service;
    private final int lastReplicated;
    private final int place;
    private final TargetDatabase db;
    private int count;
    private int lostRows;

    FailOverAt(
        TargetDatabase db,
        PostgresServer primary,
        PostgresServer standby,
        CuttingProxy service,
        int lastReplicated,
        int place) {
      this.db = db;
      this.primary = primary;
      this.standby = standby;
      this.service = service;
      this.lastReplicated = lastReplicated;
      this.place = place;
    }

    @Override
    public void before(String sql) {}

    @Override
    public void after(String sql) {
      count++;
      if (count == lastReplicated) {
        awaitReplay(primary, standby);
        standby.execute("postgres", "alter system set primary_conninfo = ''");
        standby.execute("postgres", "select pg_reload_conf()");
        await(primary, "postgres", "select 1 where not exists (select from pg_stat_replication)");
      }
      if (count == place) {
        if (lastReplicated > place) {
          awaitReplay(primary, standby);
        }
        lostRows = db.history().size() - db.on(standby).history().size();
        primary.stopImmediate();
        standby.execute("postgres", "select pg_promote()");
        service.forwardTo(standby.port());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // last message whose effects reach the standby, message at which the primary dies
    "999, 12",
    "999, 20",
    "999, 26",
    "14, 27",
    "18, 25"
  })
  void theRunGoesOnAtTheNewPrimaryFromWhatItHas(int lastReplicated, int place) throws Exception {
    TargetDatabase calm = new TargetDatabase(SharedPostgres.of(18));
    assertThat(apply(calm, RoundTrip.UNWATCHED).failure()).isNull();
    try (PostgresServer primary = PostgresServer.start(18);
        PostgresServer standby = primary.standby();
        CuttingProxy service = new CuttingProxy(primary.port(), Harm.NONE, -1)) {
      TargetDatabase db = new TargetDatabase(primary);
      String url =
          "postgresql://postgres:postgres@127.0.0.1:"
              + service.port()
              + "/"
              + db.name()
              + "?schema=public&sslmode=disable";
      FailOverAt failover = new FailOverAt(db, primary, standby, service, lastReplicated, place);
      ApplyOutcome outcome = apply(db.through(url), failover);
      assertThat(failover.count).isGreaterThan(place);
      assertThat(failover.lostRows > 0).isEqualTo(lastReplicated < place);
      assertThat(outcome.failure()).isNull();
      assertThat(InterruptedAnywhereTest.facts(db.on(standby)))
          .isEqualTo(InterruptedAnywhereTest.facts(calm));
    }
  }

  private static ApplyOutcome apply(TargetDatabase db, RoundTrip roundTrip) {
    return db.apply(
        BUNDLE, new ApplyRequest.Gate.Always(), roundTrip, Progress.SILENT, "cluster/shop/orders");
  }

  private static void awaitReplay(PostgresServer primary, PostgresServer standby) {
    String written = one(primary, "postgres", "select pg_current_wal_insert_lsn()").getFirst();
    primary.execute("postgres", "select pg_switch_wal()");
    await(standby, "postgres", "select 1 where pg_last_wal_replay_lsn() >= '" + written + "'");
  }

  private static void await(PostgresServer server, String database, String query) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (one(server, database, query).isEmpty()) {
      assertThat(System.nanoTime()).as(query).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static List<String> one(PostgresServer server, String database, String query) {
    return TargetDatabase.query(server, database, query);
  }
}
