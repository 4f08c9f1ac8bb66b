package dev.schemaward.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.api.v1alpha1.DatabaseMigration;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What must not happen: twice, for ever, or by the wrong one. */
@Execution(ExecutionMode.CONCURRENT)
class TwoOperatorsTest {
  private static final class Requests implements Interceptor {
    final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      // renewing a watch is the client's business
      if (!request.uri().toString().contains("watch=true")) {
        seen.add(request.method() + " " + request.uri());
      }
    }
  }

  @Test
  void twoOperatorsAtOnceDoEverythingOnce() {
    try (Bench bench = new Bench(true)) {
      bench.operator();
      bench.operator();
      bench.bundle("1_init", "create table a ()");
      bench.migration();
      DatabaseMigration waiting = bench.await("AwaitingApproval");
      bench.approve("alice", waiting.getStatus().plan().hash());
      bench.await("UpToDate");
      bench.bundle("1_init", "create table a ()", "2_more", "create table b ()");
      DatabaseMigration more = bench.await("AwaitingApproval");
      bench.approve("alice", more.getStatus().plan().hash());
      bench.await("UpToDate");
      assertThat(bench.runner.executed()).hasSize(2);
      assertThat(bench.jobs("apply").stream().map(HasMetadata::getMetadata).map(m -> m.getName()))
          .doesNotHaveDuplicates()
          .hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void anIdleMigrationCostsNothing() {
    try (Bench bench = new Bench(false)) {
      Requests requests = new Requests();
      bench.operator(requests);
      bench.bundle("1_init", "create table a ()");
      bench.migration();
      bench.await("UpToDate");
      bench.await("no finalizer", m -> m.getMetadata().getFinalizers().isEmpty());
      Awaitility.await()
          .atMost(Bench.PATIENCE)
          .during(Duration.ofSeconds(3))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> silent(requests));
    }
  }

  @Test
  void waitingForAnApprovalCostsNothing() {
    try (Bench bench = new Bench(true)) {
      Requests requests = new Requests();
      bench.operator(requests);
      bench.bundle("1_init", "create table a ()");
      bench.migration();
      bench.await("AwaitingApproval");
      Awaitility.await()
          .atMost(Bench.PATIENCE)
          .during(Duration.ofSeconds(3))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> silent(requests));
      String version = bench.orders().get().getMetadata().getResourceVersion();
      bench.annotateAs("author", java.util.Map.of("unrelated", "x"));
      Awaitility.await().atMost(Bench.PATIENCE).until(() -> !requests.seen.isEmpty());
      bench.await("AwaitingApproval");
      assertThat(Long.parseLong(bench.orders().get().getMetadata().getResourceVersion()))
          .isGreaterThan(Long.parseLong(version));
      assertThat(requests.seen).noneMatch(request -> request.startsWith("PUT"));
    }
  }

  /** True when there was no request since the last call. */
  private static boolean silent(Requests requests) {
    boolean silent = requests.seen.isEmpty();
    requests.seen.clear();
    return silent;
  }

  @Test
  void onlyTheLeaderActsAndTheNextOneTakesOverAtOnce() {
    try (Bench bench = new Bench(false)) {
      Requests first = new Requests();
      Requests second = new Requests();
      var leader =
          bench.operator(
              java.util.List.of("--leader-election", "--namespace=" + bench.namespace), first);
      Awaitility.await().atMost(Bench.PATIENCE).until(() -> leads(bench, "operator-0"));
      bench.operator(
          java.util.List.of("--leader-election", "--namespace=" + bench.namespace), second);
      bench.bundle("1_init", "create table a ()");
      bench.migration();
      bench.await("UpToDate");
      assertThat(second.seen)
          .noneMatch(request -> request.contains("POST") && request.contains("/jobs"));

      leader.close();
      long closed = System.nanoTime();
      bench.bundle("1_init", "create table a ()", "2_more", "create table b ()");
      bench.await("two migrations", m -> Integer.valueOf(2).equals(m.getStatus().applied()));
      assertThat(leads(bench, "operator-1")).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - closed))
          .as("without waiting for the Lease to run out")
          .isLessThan(Duration.ofSeconds(14));
    }
  }

  private static boolean leads(Bench bench, String identity) {
    var lease =
        bench.client.leases().inNamespace(bench.namespace).withName("schemaward-operator").get();
    return lease != null && identity.equals(lease.getSpec().getHolderIdentity());
  }
}
