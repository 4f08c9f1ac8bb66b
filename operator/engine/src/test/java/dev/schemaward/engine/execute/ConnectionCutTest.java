package dev.schemaward.engine.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.testkit.postgres.CuttingProxy;
import dev.schemaward.testkit.postgres.CuttingProxy.Harm;
import dev.schemaward.testkit.postgres.PostgresServer;
import dev.schemaward.testkit.postgres.SharedPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rows 11 to 13 of the fault matrix: the connection breaks at each query of the mixed scenario in
 * turn, and every migration takes effect exactly once all the same. Some kinds of harm are done at
 * every second place or so; {@code -Dschemaward.everyPlace=true} spares none.
 */
class ConnectionCutTest {
  /** Each run mostly waits, so several share the machine. */
  private static final int AT_ONCE = 6;

  private final PostgresServer server = SharedPostgres.of(18);
  private final Bundle bundle = TargetDatabase.prisma(InterruptedAnywhereTest.MIGRATIONS);

  @ParameterizedTest
  @CsvSource({"RESET_BEFORE_QUERY, 3", "RESET_DURING_QUERY, 2", "RESET_BEFORE_ANSWER, 1"})
  void everyMigrationTakesEffectOnceWhereverTheConnectionIsReset(Harm harm, int step)
      throws Exception {
    everyPlace(harm, step, "");
  }

  @ParameterizedTest
  @CsvSource({"SILENCE_BEFORE_QUERY, 5", "SILENCE_BEFORE_ANSWER, 5"})
  void norDoesASilentNetworkKeepTheRunWaiting(Harm harm, int step) throws Exception {
    everyPlace(harm, step, "&socket_timeout=1");
  }

  private void everyPlace(Harm harm, int usualStep, String parameters) throws Exception {
    int step = Boolean.getBoolean("schemaward.everyPlace") ? 1 : usualStep;
    TargetDatabase calm = new TargetDatabase(server);
    int queries;
    try (CuttingProxy proxy = new CuttingProxy(server.port(), Harm.NONE, -1)) {
      assertThat(run(calm, proxy, calm.plan(bundle), parameters).failure()).isNull();
      queries = proxy.queries();
    }
    assertThat(queries).isGreaterThan(30);
    List<String> expected = InterruptedAnywhereTest.facts(calm);
    List<Future<String>> outcomes = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int i = 0; i <= queries; i += step) {
        int place = i;
        outcomes.add(executor.submit(() -> wrong(harm, place, parameters, expected)));
      }
    }
    List<String> wrong = new ArrayList<>();
    for (Future<String> outcome : outcomes) {
      if (outcome.get() != null) {
        wrong.add(outcome.get());
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** What went wrong when the connection was harmed at this place; null when nothing did. */
  private String wrong(Harm harm, int place, String parameters, List<String> expected)
      throws EngineException {
    TargetDatabase db = new TargetDatabase(server);
    Plan approved = db.plan(bundle);
    try (CuttingProxy proxy = new CuttingProxy(server.port(), harm, place)) {
      ApplyOutcome outcome = run(db, proxy, approved, parameters);
      boolean beforeTheSession = outcome.failure() != null && outcome.plan() == null && place < 4;
      if (beforeTheSession) {
        outcome = run(db, proxy, approved, parameters);
      }
      if (outcome.failure() != null) {
        return place + ": " + outcome.failure().getMessage();
      }
      List<String> facts = InterruptedAnywhereTest.facts(db);
      if (!facts.equals(expected)) {
        return place + ": " + facts;
      }
    }
    server.execute("postgres", "drop database " + db.name() + " with (force)");
    return null;
  }

  private static ApplyOutcome run(
      TargetDatabase db, CuttingProxy proxy, Plan approved, String parameters) {
    return db.through(
            "postgresql://postgres:postgres@127.0.0.1:"
                + proxy.port()
                + "/"
                + db.name()
                + "?schema=public&sslmode=disable"
                + parameters)
        .apply(
            TargetDatabase.prisma(InterruptedAnywhereTest.MIGRATIONS),
            new ApplyRequest.Gate.Expected(approved.hash()),
            RoundTrip.UNWATCHED,
            Progress.SILENT,
            "cluster/shop/orders");
  }
}
