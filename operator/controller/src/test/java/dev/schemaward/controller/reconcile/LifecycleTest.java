package dev.schemaward.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import dev.schemaward.controller.reconcile.FakeKubelet.Fate;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** From a bundle to an applied one, through a real API server. */
@Execution(ExecutionMode.CONCURRENT)
class LifecycleTest {
  private static final String TABLE = "create table a ()";

  @Test
  void productionPlansWaitsAndAppliesWhatWasApproved() {
    try (Bench bench = new Bench(true)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration("approval: {required: Never}");
      DatabaseMigration waiting = bench.await("AwaitingApproval");
      assertThat(bench.jobs("apply")).isEmpty();
      String hash = waiting.getStatus().plan().hash();
      assertThat(Bench.ready(waiting).message()).contains(hash, "kubectl annotate", "1 migrations");
      assertThat(waiting.getStatus().condition(Condition.RECONCILING).status()).isEqualTo("True");
      assertThat(waiting.getStatus().condition(Condition.APPROVAL_POLICY_ENFORCED).status())
          .isEqualTo("True");
      Map<String, String> plan =
          bench
              .client
              .configMaps()
              .inNamespace(bench.namespace)
              .withName(waiting.getStatus().plan().documentRef().name())
              .get()
              .getData();
      assertThat(plan.get("plan.txt")).contains(TABLE);

      bench.approve("alice", hash);
      DatabaseMigration done = bench.await("UpToDate");
      assertThat(bench.runner.executed()).hasSize(1);
      assertThat(bench.runner.executed().getFirst().planHash()).isEqualTo(hash);
      assertThat(bench.runner.executed().getFirst().approved()).isTrue();
      assertThat(done.getStatus().version()).isEqualTo("1_init.sql");
      assertThat(done.getStatus().approval().by()).containsExactly("alice");
      assertThat(done.getStatus().approval().verified()).isTrue();
      assertThat(done.getStatus().history()).hasSize(2);
      assertThat(done.getStatus().history().getFirst().approvedBy()).containsExactly("alice");
      bench.await("the finalizer to be gone", m -> m.getMetadata().getFinalizers().isEmpty());
    }
  }

  @Test
  void aHarmlessBundleInDevelopmentNeedsOneJob() {
    try (Bench bench = new Bench(false)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      bench.await("UpToDate");
      assertThat(bench.jobs()).hasSize(1);
      assertThat(bench.runner.executed()).hasSize(1);
    }
  }

  @Test
  void aHazardInDevelopmentWaitsForApproval() {
    try (Bench bench = new Bench(false)) {
      bench.operator();
      bench.bundle("1_init", "drop table a");
      bench.migration();
      DatabaseMigration waiting = bench.await("AwaitingApproval");
      assertThat(bench.runner.executed()).isEmpty();
      bench.approve("alice", waiting.getStatus().plan().hash());
      bench.await("UpToDate");
      assertThat(bench.runner.executed()).hasSize(1);
    }
  }

  @Test
  void aChangeOfTheConfigMapPlansAnewAndVoidsTheApproval() {
    try (Bench bench = new Bench(true)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      String first = bench.await("AwaitingApproval").getStatus().plan().hash();
      bench.bundle("1_init", TABLE, "2_more", "create table b ()");
      DatabaseMigration second =
          bench.await(
              "another plan",
              m ->
                  "AwaitingApproval".equals(Bench.reason(m))
                      && !first.equals(m.getStatus().plan().hash()));
      assertThat(second.getMetadata().getGeneration()).isEqualTo(1);
      assertThat(second.getStatus().plan().pendingCount()).isEqualTo(2);
      assertThatThrownBy(() -> bench.approve("alice", first))
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("stale approval");
      assertThat(bench.runner.executed()).isEmpty();
    }
  }

  @Test
  void aDatabaseChangedAfterTheApprovalNeedsAnotherOne() {
    try (Bench bench = new Bench(true)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      String first = bench.await("AwaitingApproval").getStatus().plan().hash();
      bench.runner.changeByHand();
      bench.approve("alice", first);
      DatabaseMigration again =
          bench.await(
              "another plan",
              m ->
                  "AwaitingApproval".equals(Bench.reason(m))
                      && !first.equals(m.getStatus().plan().hash()));
      assertThat(bench.runner.executed()).isEmpty();
      assertThat(again.getStatus().approval()).isNull();
      bench.approve("alice", again.getStatus().plan().hash());
      bench.await("UpToDate");
      assertThat(bench.runner.executed()).hasSize(1);
    }
  }

  @Test
  void anApprovalOutlivesItsAnnotation() {
    try (Bench bench = new Bench(true)) {
      AtomicBoolean held = new AtomicBoolean(true);
      bench.operator();
      bench.kubelet.script(
          run ->
              run.kind().equals("apply") && held.get()
                  ? new Fate.Untouched()
                  : bench.runner.apply(run));
      bench.bundle("1_init", TABLE);
      bench.migration();
      bench.approve("alice", bench.await("AwaitingApproval").getStatus().plan().hash());
      bench.await("the approval to be recorded", m -> m.getStatus().approval() != null);
      bench
          .orders()
          .edit(
              m -> {
                m.getMetadata().getAnnotations().remove(Annotations.APPROVE);
                m.getMetadata().getAnnotations().remove(Annotations.BY);
                return m;
              });
      held.set(false);
      bench.await("UpToDate");
      assertThat(bench.runner.executed()).hasSize(1);
    }
  }

  @Test
  void aRejectedPlanNeverRuns() {
    try (Bench bench = new Bench(true)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      String hash = bench.await("AwaitingApproval").getStatus().plan().hash();
      bench.annotateAs(
          "bob",
          Map.of(Annotations.REJECT, hash, Annotations.BY, "bob", Annotations.REASON, "not today"));
      DatabaseMigration rejected = bench.await("ApprovalRejected");
      assertThat(rejected.getStatus().condition(Condition.STALLED).status()).isEqualTo("True");
      assertThat(Bench.ready(rejected).message()).contains("bob", "not today");
      assertThat(bench.jobs("apply")).isEmpty();

      bench.annotateAs("author", java.util.Collections.singletonMap(Annotations.REJECT, null));
      bench.annotateAs("author", Map.of("unrelated", "1"));
      assertThat(bench.await("ApprovalRejected").getStatus().approval().decision())
          .isEqualTo("Rejected");
      bench.approve("alice", hash);
      bench.await("UpToDate");
    }
  }

  @Test
  void theNextPlanCanBeRejectedWhileTheLastApprovalStillStands() {
    try (Bench bench = new Bench(true)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      bench.approve("alice", bench.await("AwaitingApproval").getStatus().plan().hash());
      bench.await("UpToDate");
      bench.bundle("1_init", TABLE, "2_more", "create table b ()");
      String second = bench.await("AwaitingApproval").getStatus().plan().hash();
      bench.annotateAs("bob", Map.of(Annotations.REJECT, second, Annotations.BY, "bob"));
      bench.await("ApprovalRejected");
      assertThat(bench.runner.executed()).hasSize(1);
    }
  }

  /** An operator with every right cannot find out whether others would be refused. */
  @Test
  void withoutProofOfThePolicyNoApprovalCounts() {
    try (Bench bench = new Bench(true)) {
      bench.operator(List.of(), bench.server.client());
      bench.bundle("1_init", TABLE);
      bench.migration();
      DatabaseMigration stalled = bench.await("ApprovalPolicyNotEnforced");
      assertThat(Bench.ready(stalled).message())
          .contains("holds the verb approve", "--approval-enforcement=BestEffort");
      bench.approve("alice", stalled.getStatus().plan().hash());
      assertThat(bench.await("ApprovalPolicyNotEnforced").getStatus().approval()).isNull();
      assertThat(bench.jobs("apply")).isEmpty();
    }
  }

  @Test
  void bestEffortCountsTheApprovalAndSaysThatNobodyCheckedIt() {
    try (Bench bench = new Bench(true)) {
      bench.operator(List.of("--approval-enforcement=BestEffort"), bench.server.client());
      bench.bundle("1_init", TABLE);
      bench.migration();
      bench.approve("alice", bench.await("AwaitingApproval").getStatus().plan().hash());
      DatabaseMigration done = bench.await("UpToDate");
      assertThat(done.getStatus().approval().verified()).isFalse();
      assertThat(done.getStatus().condition(Condition.APPROVAL_POLICY_ENFORCED).status())
          .isEqualTo("False");
      assertThat(bench.client.events().v1().events().inNamespace(bench.namespace).list().getItems())
          .anyMatch(event -> event.getReason().equals("UnverifiedApproval"));
    }
  }

  @Test
  void anAuthorCannotApprove() {
    try (Bench bench = new Bench(true)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      String hash = bench.await("AwaitingApproval").getStatus().plan().hash();
      assertThatThrownBy(() -> bench.approve("author", hash)).hasMessageContaining("lacks verb");
      assertThat(bench.jobs("apply")).isEmpty();
    }
  }

  @Test
  void aMissingBundleIsNamedAndItsArrivalHealsAll() {
    try (Bench bench = new Bench(false)) {
      bench.operator();
      bench.migration();
      DatabaseMigration missing = bench.await("DependencyMissing");
      assertThat(Bench.ready(missing).message()).contains("ConfigMap bundle");
      assertThat(bench.jobs()).isEmpty();
      bench.bundle("1_init", TABLE);
      bench.await("UpToDate");
    }
  }

  @Test
  void aMissingSecretIsReadFromThePodsEventsAndGoneWhenFixed() {
    try (Bench bench = new Bench(false)) {
      AtomicBoolean fixed = new AtomicBoolean();
      String words = "MountVolume.SetUp failed for volume \"database\" : secret \"db\" not found";
      bench.kubelet.script(
          run -> {
            if (fixed.get()) {
              return bench.runner.apply(run);
            }
            event(bench, run.pod().getMetadata().getUid(), "FailedMount", words);
            return new Fate.Waiting("ContainerCreating", null);
          });
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      DatabaseMigration missing = bench.await("DependencyMissing");
      assertThat(Bench.ready(missing).message()).contains("secret \"db\" not found");
      fixed.set(true);
      bench.await("UpToDate");
    }
  }

  @Test
  void anImageThatCannotBePulledIsNamedAndACorrectedSpecGetsAFreshJob() {
    try (Bench bench = new Bench(true)) {
      AtomicBoolean broken = new AtomicBoolean(true);
      bench.kubelet.script(
          run ->
              broken.get()
                  ? new Fate.Waiting("ErrImagePull", "pull access denied for runner")
                  : bench.runner.apply(run));
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      DatabaseMigration stuck = bench.await("RunnerImageUnavailable");
      assertThat(Bench.ready(stuck).message()).contains("pull access denied");
      broken.set(false);
      bench.migration("runner: {imagePullSecrets: [{name: registry}]}");
      bench.await("AwaitingApproval");
    }
  }

  @Test
  void aQuotaThatRefusesThePodIsNamedAndGoneWhenLifted() {
    try (Bench bench = new Bench(false)) {
      var quota =
          new ResourceQuotaBuilder()
              .withNewMetadata()
              .withName("none")
              .withNamespace(bench.namespace)
              .endMetadata()
              .withNewSpec()
              .addToHard("pods", new Quantity("0"))
              .endSpec()
              .build();
      bench.client.resource(quota).create();
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      DatabaseMigration refused = bench.await("RunnerRefused");
      assertThat(Bench.ready(refused).message()).contains("exceeded quota: none");
      bench.client.resource(quota).delete();
      // the Job controller tries again by itself, later and later
      bench.await("UpToDate");
    }
  }

  @Test
  void aRefusedJobIsNamedAndGoneWhenFixed() {
    try (Bench bench = new Bench(false)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration("runner: {nodeSelector: {\"not a label\": \"x\"}}");
      DatabaseMigration refused = bench.await("RunnerRefused");
      assertThat(Bench.ready(refused).message())
          .contains("the API server refused the Job", "label");
      bench.migration("runner: {nodeSelector: {disk: ssd}}");
      bench.await("UpToDate");
    }
  }

  @Test
  void aDatabaseThatIsAwayIsAskedAgain() {
    try (Bench bench = new Bench(false)) {
      AtomicBoolean away = new AtomicBoolean(true);
      bench.kubelet.script(
          run ->
              away.getAndSet(false)
                  ? new Fate.Result(
                      FakeKubelet.result(run, RunReason.TargetUnreachable, "no answer"), null)
                  : bench.runner.apply(run));
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      DatabaseMigration backingOff = bench.await("TargetUnreachable");
      assertThat(Bench.ready(backingOff).message()).contains("no answer", "attempt 1", "next at");
      DatabaseMigration done = bench.await("UpToDate");
      assertThat(bench.runner.executed()).hasSize(1);
      assertThat(done.getStatus().history()).hasSize(2);
    }
  }

  @Test
  void aPodThatDiesWithoutAWordIsFollowedByAnother() {
    try (Bench bench = new Bench(false)) {
      AtomicBoolean killed = new AtomicBoolean(true);
      bench.kubelet.script(
          run ->
              killed.getAndSet(false)
                  ? new Fate.Exit(137, "OOMKilled", null)
                  : bench.runner.apply(run));
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      DatabaseMigration backingOff = bench.await("BackingOff");
      assertThat(Bench.ready(backingOff).message()).contains("137", "OOMKilled");
      bench.await("UpToDate");
    }
  }

  @Test
  void aFailedMigrationStallsUntilTheBundleChangesOrSomebodyAsks() {
    try (Bench bench = new Bench(false)) {
      bench.kubelet.script(
          run ->
              new Fate.Result(
                  FakeKubelet.result(run, RunReason.MigrationFailed, "1_init, line 2: 42P01"),
                  null));
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      DatabaseMigration failed = bench.await("MigrationFailed");
      assertThat(Bench.ready(failed).message()).contains("line 2", "retry-requested-at");
      assertThat(failed.getStatus().condition(Condition.STALLED).status()).isEqualTo("True");
      assertThat(bench.jobs()).hasSize(1);
      bench.kubelet.script(bench.runner);
      bench.annotateAs("author", Map.of(Annotations.RETRY_REQUESTED_AT, "1"));
      DatabaseMigration done = bench.await("UpToDate");
      assertThat(done.getStatus().lastHandledRetryAt()).isEqualTo("1");
      assertThat(done.getStatus().condition(Condition.STALLED)).isNull();
    }
  }

  @Test
  void suspendedNothingStarts() {
    try (Bench bench = new Bench(false)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration("suspend: true");
      bench.await("Suspended");
      assertThat(bench.jobs()).isEmpty();
      bench.migration("suspend: false");
      bench.await("UpToDate");
    }
  }

  @Test
  void theProductionLabelCountsWhenItIsSet() {
    try (Bench bench = new Bench(false)) {
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      bench.await("UpToDate");
      bench
          .client
          .namespaces()
          .withName(bench.namespace)
          .edit(
              namespace -> {
                namespace
                    .getMetadata()
                    .getLabels()
                    .put(Annotations.ENVIRONMENT, Annotations.PRODUCTION);
                return namespace;
              });
      bench.bundle("1_init", TABLE, "2_more", "create table b ()");
      bench.await("AwaitingApproval");
      assertThat(bench.runner.executed()).hasSize(1);
    }
  }

  @Test
  void deletionWaitsForAnExecutingRunAndNotForAPlan() {
    try (Bench bench = new Bench(false)) {
      AtomicBoolean held = new AtomicBoolean(true);
      bench.kubelet.script(run -> held.get() ? new Fate.Running() : bench.runner.apply(run));
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      bench.await("the run to execute", m -> "Applying".equals(Bench.reason(m)) && podRuns(bench));
      bench.orders().delete();
      DatabaseMigration deleting = bench.await("Deleting");
      assertThat(deleting.getMetadata().getDeletionTimestamp()).isNotNull();
      assertThat(bench.jobs()).hasSize(1);
      held.set(false);
      org.awaitility.Awaitility.await()
          .atMost(Bench.PATIENCE)
          .until(() -> bench.orders().get() == null);
      assertThat(bench.runner.executed()).hasSize(1);
    }
  }

  @Test
  void theJobIsWhatRestrictedPodSecurityAccepts() {
    try (Bench bench = new Bench(false)) {
      bench
          .client
          .namespaces()
          .withName(bench.namespace)
          .edit(
              namespace -> {
                namespace
                    .getMetadata()
                    .getLabels()
                    .put("pod-security.kubernetes.io/enforce", "restricted");
                return namespace;
              });
      bench.operator();
      bench.bundle("1_init", TABLE);
      bench.migration();
      bench.await("UpToDate");
    }
  }

  private static boolean podRuns(Bench bench) {
    return bench.client.pods().inNamespace(bench.namespace).list().getItems().stream()
        .anyMatch(pod -> "Running".equals(pod.getStatus().getPhase()));
  }

  private static void event(Bench bench, String uid, String reason, String message) {
    try (KubernetesClient client = bench.server.client()) {
      client
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withName("e-" + uid)
                  .withNamespace(bench.namespace)
                  .endMetadata()
                  .withNewInvolvedObject()
                  .withKind("Pod")
                  .withNamespace(bench.namespace)
                  .withUid(uid)
                  .endInvolvedObject()
                  .withType("Warning")
                  .withReason(reason)
                  .withMessage(message)
                  .withLastTimestamp(Instant.now().toString())
                  .build())
          .createOr(io.fabric8.kubernetes.client.dsl.NonDeletingOperation::update);
    }
  }
}
