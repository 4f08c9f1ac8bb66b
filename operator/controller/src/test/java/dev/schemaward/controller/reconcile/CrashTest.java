package dev.schemaward.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The operator dies before and after each thing that it does to the cluster, and a fresh one takes
 * over: every scenario ends in the same state, with each migration applied once, under the approval
 * that was given.
 */
class CrashTest {

  /** Lets so many side effects pass and then, before or after one more, nothing ever again. */
  private static final class Death implements Interceptor {
    private final int effects;
    private final boolean afterwards;
    private final AtomicInteger seen = new AtomicInteger();
    private volatile boolean dead;

    Death(int effects, boolean afterwards) {
      this.effects = effects;
      this.afterwards = afterwards;
    }

    int seen() {
      return seen.get();
    }

    boolean isDead() {
      return dead;
    }

    private static boolean isEffect(HttpRequest request) {
      return !request.method().equals("GET")
          && !request.uri().toString().contains("dryRun=All")
          && !request.uri().getPath().contains("/selfsubjectaccessreviews");
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      if (dead) {
        throw new IllegalStateException("dead");
      }
      if (isEffect(request) && seen.incrementAndGet() == effects + 1 && !afterwards) {
        dead = true;
        throw new IllegalStateException("dies before " + request.method() + " " + request.uri());
      }
    }

    @Override
    public void after(
        HttpRequest request,
        HttpResponse<?> response,
        AsyncBody.Consumer<List<java.nio.ByteBuffer>> consumer) {
      if (isEffect(request) && seen.get() == effects + 1 && afterwards) {
        dead = true;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "drift: {onDrift: Block}"})
  void everyDeathEndsInTheSameState(String spec) throws Exception {
    int effects = scenario(spec, Integer.MAX_VALUE, false);
    assertThat(effects).isBetween(10, 60);
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<Integer>> scenarios = new ArrayList<>();
      for (int i = 0; i < effects; i++) {
        int effect = i;
        scenarios.add(threads.submit(() -> scenario(spec, effect, false)));
        scenarios.add(threads.submit(() -> scenario(spec, effect, true)));
      }
      for (Future<Integer> scenario : scenarios) {
        scenario.get();
      }
    }
  }

  /** Returns how many side effects the first operator had. */
  private static int scenario(String spec, int effects, boolean afterwards) {
    String name =
        "death %s effect %d, %s".formatted(afterwards ? "after" : "before", effects, spec);
    boolean checked = !spec.isEmpty();
    try (Bench bench = new Bench(true)) {
      Death death = new Death(effects, afterwards);
      bench.bundle("1_init", "create table a ()");
      bench.migration(spec);
      bench.operator(death);
      if (effects < Integer.MAX_VALUE) {
        bench.approveWhenAsked("alice", death::isDead);
        bench.operator();
      }
      bench.approveWhenAsked("alice", () -> false);
      DatabaseMigration done = bench.await("UpToDate");
      bench.await("no finalizer", m -> m.getMetadata().getFinalizers().isEmpty());
      assertThat(bench.runner.executed()).as(name).hasSize(1);
      FakeRunner.Executed executed = bench.runner.executed().getFirst();
      assertThat(executed.approved()).as(name).isTrue();
      assertThat(executed.planHash()).as(name).isEqualTo(done.getStatus().approval().planHash());
      assertThat(bench.jobs("plan")).as(name).hasSize(1);
      assertThat(bench.jobs("apply")).as(name).hasSize(1);
      // An ended check may still be there; it is tidied away some time later.
      assertThat(
              bench.jobs().stream()
                  .map(Job::getMetadata)
                  .map(m -> m.getName())
                  .filter(job -> !job.matches("orders-c[0-9a-z]+"))
                  .distinct())
          .as(name)
          .hasSize(2);
      if (checked) {
        assertThat(done.getStatus().condition(Condition.DRIFTED).status())
            .as(name)
            .isEqualTo("False");
        assertThat(done.getStatus().drift().after())
            .as(name)
            .isEqualTo(done.getStatus().lastResult().id());
      }
      return death.seen();
    }
  }
}
