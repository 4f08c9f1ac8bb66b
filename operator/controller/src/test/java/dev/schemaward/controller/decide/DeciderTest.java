package dev.schemaward.controller.decide;

import static dev.schemaward.controller.decide.Worlds.HASH;
import static dev.schemaward.controller.decide.Worlds.NOW;
import static dev.schemaward.controller.decide.Worlds.OTHER;
import static dev.schemaward.controller.decide.Worlds.died;
import static dev.schemaward.controller.decide.Worlds.ended;
import static dev.schemaward.controller.decide.Worlds.endedAt;
import static dev.schemaward.controller.decide.Worlds.pending;
import static dev.schemaward.controller.decide.Worlds.production;
import static dev.schemaward.controller.decide.Worlds.running;
import static dev.schemaward.controller.decide.Worlds.stuck;
import static dev.schemaward.controller.decide.Worlds.world;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.api.run.ExitCode;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec.ApprovalRule;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of decisions: a line says a world and what is done in it. */
class DeciderTest {
  private static final Duration DAY = Duration.ofHours(24);

  private record Row(String situation, Worlds world, String decision) {}

  private static Stream<Row> rows() {
    return Stream.of(
        // what starts, and as what
        new Row("new in development", world(), "RecordIntent ApplyIfAllowed 1.1"),
        new Row("new in production", production(), "RecordIntent Plan 1.1"),
        new Row("new, Always", world().rule(ApprovalRule.Always), "RecordIntent Plan 1.1"),
        new Row("new, Never", world().rule(ApprovalRule.Never), "RecordIntent ApplyIfAllowed 1.1"),
        new Row(
            "new, Never, but in production",
            production().rule(ApprovalRule.Never),
            "RecordIntent Plan 1.1"),
        new Row("intent recorded", world().settle(), "StartJob ApplyIfAllowed 1.1"),
        new Row(
            "intent of an older spec",
            world().settle().generation(2),
            "RecordIntent ApplyIfAllowed 1.1"),
        new Row(
            "intent, then the namespace became production",
            world().settle().inProduction(),
            "RecordIntent Plan 1.1"),
        // gates before everything
        new Row("suspended", world().suspended(), "Hold Suspended"),
        new Row("suspended with an intent", world().settle().suspended(), "Hold Suspended"),
        new Row("no bundle", world().bundle(null), "Hold DependencyMissing"),
        new Row(
            "suspended comes before a missing bundle",
            world().suspended().bundle(null),
            "Hold Suspended"),
        // Jobs that go on
        new Row("planning", production().run(RunKind.Plan, null, running()), "AwaitJob Planning"),
        new Row("applying", production().run(RunKind.Apply, HASH, running()), "AwaitJob Applying"),
        new Row(
            "pod without Secret",
            world().run(RunKind.ApplyIfAllowed, null, stuck(Reason.DependencyMissing)),
            "AwaitJob DependencyMissing"),
        new Row(
            "plan goes on for an older spec",
            production().run(RunKind.Plan, null, running()).generation(2),
            "CleanUp orders-1 > AwaitJob Planning"),
        new Row(
            "plan goes on for older content",
            production().run(RunKind.Plan, null, running()).bundle("sha256:new"),
            "CleanUp orders-1 > AwaitJob Planning"),
        new Row(
            "apply runs for an older spec: it is let end",
            world().run(RunKind.Apply, HASH, running()).generation(2),
            "AwaitJob Applying"),
        new Row(
            "apply of an older spec that has not started is taken back",
            world().run(RunKind.Apply, HASH, pending()).generation(2),
            "CleanUp orders-1 > AwaitJob Applying"),
        new Row(
            "apply that has not started and is rejected is taken back",
            production().run(RunKind.Apply, HASH, pending()).annotation(Annotations.REJECT, HASH),
            "CleanUp orders-1 > AwaitJob Applying"),
        new Row(
            "apply runs and is rejected: too late",
            production().run(RunKind.Apply, HASH, running()).annotation(Annotations.REJECT, HASH),
            "AwaitJob Applying"),
        // results
        new Row(
            "applied",
            world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied)),
            "UpToDate"),
        new Row(
            "nothing to do",
            production().run(RunKind.Plan, null, ended(RunReason.UpToDate)),
            "UpToDate"),
        new Row(
            "planned nothing",
            production().run(RunKind.Plan, null, ended(RunReason.Planned, HASH, 0, 0)),
            "UpToDate"),
        new Row(
            "up to date, then another spec",
            world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied)).generation(2),
            "RecordIntent ApplyIfAllowed 1.1"),
        new Row(
            "up to date, then other content",
            world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied)).bundle("sha256:n"),
            "RecordIntent ApplyIfAllowed 1.1"),
        new Row(
            "up to date, then asked to look again",
            world()
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied))
                .annotation(Annotations.RECONCILE_REQUESTED_AT, "1"),
            "RecordIntent ApplyIfAllowed 1.1"),
        new Row(
            "failed, then asked to try again",
            world()
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.MigrationFailed))
                .annotation(Annotations.RETRY_REQUESTED_AT, "1"),
            "RecordIntent ApplyIfAllowed 1.1"),
        new Row(
            "the plan changed under the lock",
            production().run(RunKind.Apply, HASH, ended(RunReason.PlanChanged)),
            "RecordIntent Plan 2.1"),
        // ways on
        new Row("ways on are offered", world().needsRecovery(HASH), "Stall NeedsAttention"),
        new Row(
            "a way on is shown before it is taken",
            world().needsRecovery(HASH).annotation(Annotations.APPROVE, HASH),
            "ShowPlan"),
        new Row(
            "a way on is chosen and nobody knows whether choosing is guarded",
            world()
                .needsRecovery(HASH)
                .settle()
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice"),
            "ShowPlan"),
        new Row(
            "a way on is chosen and choosing is not guarded",
            world()
                .needsRecovery(HASH)
                .settle()
                .notEnforced()
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice"),
            "Stall ApprovalPolicyNotEnforced"),
        new Row(
            "a way on is chosen: recorded",
            world()
                .needsRecovery(HASH)
                .settle()
                .enforced()
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice"),
            "RecordApproval Approved"),
        new Row(
            "a way on is chosen and recorded: performed, also when the annotation is gone",
            world()
                .needsRecovery(HASH)
                .settle()
                .approval(HASH, "Approved", NOW, Duration.ofHours(1)),
            "RecordIntent Recover 2.1"),
        new Row(
            "the same when the Job that found it is gone",
            world()
                .needsRecovery(HASH)
                .settle()
                .clearRuns()
                .approval(HASH, "Approved", NOW, Duration.ofHours(1)),
            "RecordIntent Recover 2.1"),
        new Row(
            "another way on than the offered ones is not taken",
            world()
                .needsRecovery(HASH)
                .settle()
                .approval(OTHER, "Approved", NOW, Duration.ofHours(1)),
            "Stall NeedsAttention"),
        new Row(
            "a choice that was not used in time",
            world()
                .needsRecovery(HASH)
                .settle()
                .approval(HASH, "Approved", NOW.minus(Duration.ofHours(2)), Duration.ofHours(1)),
            "Stall ApprovalExpired"),
        new Row(
            "a rejection wins over a choice",
            world()
                .needsRecovery(HASH)
                .settle()
                .approval(HASH, "Approved", NOW, Duration.ofHours(1))
                .annotation(Annotations.REJECT, HASH),
            "RecordApproval Rejected"),
        new Row(
            "recovering",
            world().needsRecovery(HASH).run(RunKind.Recover, HASH, running()),
            "AwaitJob Recovering"),
        new Row(
            "recovered: planned anew",
            production().needsRecovery(HASH).run(RunKind.Recover, HASH, ended(RunReason.Recovered)),
            "RecordIntent Plan 3.1"),
        new Row(
            "the situation changed before it was recovered",
            world().needsRecovery(HASH).run(RunKind.Recover, HASH, ended(RunReason.PlanChanged)),
            "RecordIntent Plan 3.1"),
        // without a result
        new Row(
            "died just now",
            world().run(RunKind.ApplyIfAllowed, null, died(NOW.minusSeconds(1))),
            "BackOff BackingOff"),
        new Row(
            "died a while ago",
            world().run(RunKind.ApplyIfAllowed, null, died(NOW.minusSeconds(6))),
            "RecordIntent ApplyIfAllowed 2.2"),
        new Row(
            "died too often",
            world()
                .maxAttempts(3)
                .run(RunKind.ApplyIfAllowed, null, 3, died(NOW.minusSeconds(600))),
            "Stall RunnerFailed"),
        // from plan to approval
        new Row("planned: status first", production().planned(), "ShowPlan"),
        new Row(
            "planned, all else in place, but status shows no plan",
            production().planned().stored().enforced(),
            "ShowPlan"),
        new Row(
            "then the document",
            production()
                .planned()
                .settle()
                .document(new World.Fetched(new World.PlanBytes(new byte[] {1}))),
            "StorePlan"),
        new Row(
            "the document is lost",
            production().planned().settle().document(new World.Lost("gone")),
            "RecordIntent Plan 2.2"),
        new Row(
            "nobody knows whether the policy is in force",
            production().planned().settle().stored(),
            "ShowPlan"),
        new Row("then people are asked", production().asked(), "Hold AwaitingApproval"),
        new Row(
            "policy not in force",
            production().planned().settle().stored().notEnforced(),
            "Stall ApprovalPolicyNotEnforced"),
        new Row(
            "policy not in force, best effort",
            production().planned().settle().stored().notEnforced().bestEffort(),
            "Hold AwaitingApproval"),
        new Row(
            "policy not in force, annotation there",
            production()
                .planned()
                .settle()
                .stored()
                .notEnforced()
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice"),
            "Stall ApprovalPolicyNotEnforced"),
        new Row(
            "approved",
            production()
                .asked()
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice"),
            "RecordApproval Approved"),
        new Row(
            "approved by nobody",
            production().asked().annotation(Annotations.APPROVE, HASH),
            "Hold AwaitingApproval"),
        new Row(
            "another plan approved",
            production()
                .asked()
                .annotation(Annotations.APPROVE, OTHER)
                .annotation(Annotations.BY, "alice"),
            "Hold AwaitingApproval"),
        new Row(
            "part of the hash approved",
            production()
                .asked()
                .annotation(Annotations.APPROVE, HASH.substring(0, 20))
                .annotation(Annotations.BY, "alice"),
            "Hold AwaitingApproval"),
        new Row(
            "recorded approval",
            production().asked().approval(HASH, "Approved", NOW.minusSeconds(60), DAY),
            "RecordIntent Apply 2.1"),
        new Row(
            "recorded approval stays valid when the policy is gone",
            production()
                .planned()
                .settle()
                .stored()
                .notEnforced()
                .approval(HASH, "Approved", NOW.minusSeconds(60), DAY),
            "RecordIntent Apply 2.1"),
        new Row(
            "recorded approval of another plan",
            production().asked().approval(OTHER, "Approved", NOW.minusSeconds(60), DAY),
            "Hold AwaitingApproval"),
        new Row(
            "recorded approval, expired",
            production().asked().approval(HASH, "Approved", NOW.minus(DAY), DAY),
            "Stall ApprovalExpired"),
        new Row(
            "expired, the old annotation is still there",
            production()
                .asked()
                .approval(HASH, "Approved", NOW.minus(DAY), DAY)
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice"),
            "Stall ApprovalExpired"),
        new Row(
            "expired, approved anew",
            production()
                .asked()
                .approval(HASH, "Approved", NOW.minus(DAY), DAY)
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice")
                .annotation(Annotations.REASON, "again"),
            "RecordApproval Approved"),
        new Row(
            "approved and suspended",
            production().asked().approval(HASH, "Approved", NOW.minusSeconds(60), DAY).suspended(),
            "Hold Suspended"),
        new Row(
            "rejected",
            production()
                .asked()
                .annotation(Annotations.REJECT, HASH)
                .annotation(Annotations.BY, "bob"),
            "RecordApproval Rejected"),
        new Row(
            "rejected and approved: rejected",
            production()
                .asked()
                .annotation(Annotations.REJECT, HASH)
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "bob"),
            "RecordApproval Rejected"),
        new Row(
            "another plan rejected",
            production().asked().annotation(Annotations.REJECT, OTHER),
            "Hold AwaitingApproval"),
        new Row(
            "rejection recorded, annotation taken off",
            production().asked().approval(HASH, "Rejected", NOW, DAY),
            "Stall ApprovalRejected"),
        new Row(
            "rejection recorded, old approval still there",
            production()
                .asked()
                .approval(HASH, "Rejected", NOW, DAY)
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "alice"),
            "Stall ApprovalRejected"),
        new Row(
            "rejection recorded, then approved by another",
            production()
                .asked()
                .approval(HASH, "Rejected", NOW, DAY)
                .annotation(Annotations.APPROVE, HASH)
                .annotation(Annotations.BY, "carol"),
            "RecordApproval Approved"),
        new Row(
            "the operator has another runner: the plan is made again",
            production().asked().operatorImage("runner@sha256:2"),
            "RecordIntent Plan 2.1"),
        // development with hazards
        new Row(
            "the runner declined",
            world()
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.ApprovalRequired, HASH, 1, 0)),
            "ShowPlan"),
        new Row(
            "planned, then the rule was loosened",
            world().run(RunKind.Plan, null, ended(RunReason.Planned, HASH, 1, 0)),
            "RecordIntent ApplyIfAllowed 2.1"),
        new Row(
            "planned with a hazard in development",
            world().run(RunKind.Plan, null, ended(RunReason.Planned, HASH, 1, 1)),
            "ShowPlan"),
        new Row(
            "a hazard does not matter with Never",
            world()
                .rule(ApprovalRule.Never)
                .run(RunKind.Plan, null, ended(RunReason.Planned, HASH, 1, 1)),
            "RecordIntent ApplyIfAllowed 2.1"),
        // deletion
        new Row("deleting", world().deleting(), "Gone"),
        new Row("deleting with finalizer", world().deleting().finalizer(), "Release > Gone"),
        new Row(
            "deleting while applying",
            world().run(RunKind.Apply, HASH, running()).deleting().finalizer(),
            "AwaitJob Deleting"),
        new Row(
            "deleting while planning",
            production().run(RunKind.Plan, null, running()).deleting(),
            "Gone"),
        new Row(
            "deleting before the apply has started",
            world().run(RunKind.Apply, HASH, pending()).deleting().finalizer(),
            "Release > Gone"),
        new Row(
            "deleting while applying for too long",
            world()
                .run(RunKind.Apply, HASH, running())
                .deleting()
                .finalizer()
                .now(NOW.plus(Duration.ofHours(2))),
            "Release > Gone"),
        // housekeeping
        new Row(
            "the finalizer goes when nothing executes",
            world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied)).finalizer(),
            "Release > UpToDate"),
        new Row(
            "old Jobs go",
            world()
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied))
                .generation(2)
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied))
                .generation(3)
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.LockContention))
                .run(RunKind.ApplyIfAllowed, null, 2, ended(RunReason.LockContention))
                .run(RunKind.ApplyIfAllowed, null, 3, ended(RunReason.Applied)),
            "CleanUp orders-2,orders-1 > UpToDate"));
  }

  @TestFactory
  Stream<DynamicTest> table() {
    return rows()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.situation(),
                    () -> assertThat(describe(row.world().next())).isEqualTo(row.decision())));
  }

  /** A fresh status gives the same decision, but where only the status knows an approval. */
  @TestFactory
  Stream<DynamicTest> withoutStatus() {
    return rows()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.situation(),
                    () -> {
                      World kept = row.world().build();
                      Decision with = converge(row.world());
                      row.world().status(DatabaseMigrationStatus.EMPTY);
                      Decision converged = converge(row.world());
                      if (kept.status().approval() == null) {
                        assertThat(describe(converged)).isEqualTo(describe(with));
                      } else {
                        assertThat(describe(converged))
                            .as("never more than with it")
                            .doesNotContain("Apply 2");
                      }
                    }));
  }

  /** Lets the status writes of the reconciler happen that are decisions of their own. */
  private static Decision converge(Worlds worlds) {
    Decision decision = Decider.next(worlds.build());
    for (int i = 0; i < 3 && onlyWrites(decision); i++) {
      worlds.settle();
      decision = Decider.next(worlds.build());
    }
    return settled(decision);
  }

  private static boolean onlyWrites(Decision decision) {
    return decision instanceof Decision.ShowPlan;
  }

  /** An intent and its Job are the same decision, before and after it was written down. */
  private static Decision settled(Decision decision) {
    return decision instanceof Decision.StartJob(var run)
        ? new Decision.RecordIntent(run)
        : decision;
  }

  @Test
  void everyReasonOfARunLeadsSomewhere() {
    for (RunReason reason : RunReason.values()) {
      Decision decision =
          world().run(RunKind.ApplyIfAllowed, null, endedAt(NOW, ended(reason))).next();
      switch (reason) {
        case UpToDate, Applied -> assertThat(decision).isInstanceOf(Decision.UpToDate.class);
        case Planned, ApprovalRequired ->
            assertThat(decision).isInstanceOf(Decision.BackOff.class); // a plan without a plan
        case PlanChanged -> assertThat(describe(decision)).isEqualTo("RecordIntent Plan 2.1");
        case Recovered, RecoveryShown, Verified, Checked ->
            assertThat(describe(decision)).isEqualTo("RecordIntent ApplyIfAllowed 2.1");
        default -> {
          String expected =
              reason.exitCode() == ExitCode.TRY_AGAIN ? "BackOff " + reason : "Stall " + reason;
          assertThat(describe(decision)).isEqualTo(expected);
          Reason.Kind kind = Reason.valueOf(reason.name()).kind();
          assertThat(kind)
              .isEqualTo(
                  reason.exitCode() == ExitCode.TRY_AGAIN
                      ? Reason.Kind.WORKING
                      : Reason.Kind.STALLED);
        }
      }
    }
  }

  @Test
  void timeHealsForEverAndNeverFasterThanItShould() {
    Instant ended = NOW;
    Duration longest = Duration.ZERO;
    for (int attempt = 1; attempt < 1000; attempt++) {
      Worlds worlds =
          world()
              .maxAttempts(1)
              .run(
                  RunKind.ApplyIfAllowed,
                  null,
                  attempt,
                  endedAt(ended, ended(RunReason.TargetUnreachable)));
      Decision.BackOff backOff = (Decision.BackOff) worlds.next();
      Duration delay = Duration.between(ended, backOff.until());
      assertThat(delay).isBetween(Duration.ofSeconds(4), Duration.ofMinutes(5));
      longest = delay.compareTo(longest) > 0 ? delay : longest;
      assertThat(describe(worlds.now(backOff.until()).next()))
          .isEqualTo("RecordIntent ApplyIfAllowed 2." + (attempt + 1));
    }
    assertThat(longest).isGreaterThan(Duration.ofMinutes(4));
  }

  @Test
  void aRetriedApplyNeedsItsApprovalStill() {
    Run.Finished busy = endedAt(NOW.minusSeconds(60), ended(RunReason.LockContention));
    Worlds approved =
        production()
            .asked()
            .approval(HASH, "Approved", NOW.minusSeconds(600), DAY)
            .run(RunKind.Apply, HASH, busy);
    assertThat(describe(approved.next())).isEqualTo("RecordIntent Apply 3.2");
    assertThat(describe(approved.approval(HASH, "Approved", NOW.minus(DAY), DAY).next()))
        .isEqualTo("Stall ApprovalExpired");
    assertThat(describe(approved.annotation(Annotations.REJECT, HASH).next()))
        .isEqualTo("RecordApproval Rejected");
  }

  @Test
  void namesOfJobsFitAndDifferByRequestAndNumber() {
    Worlds worlds = world();
    var first = ((Decision.RecordIntent) worlds.next()).run();
    var again = ((Decision.RecordIntent) worlds.next()).run();
    assertThat(again).isEqualTo(first);
    var other = ((Decision.RecordIntent) worlds.generation(2).next()).run();
    assertThat(other.job()).isNotEqualTo(first.job());
    assertThat(first.job().length() - "orders".length() + 52).isLessThanOrEqualTo(63 - 2);
  }

  @Test
  void whatBlocksInProductionIsNotTheAuthorsToLoosen() {
    assertThat(production().productionLintBlock("destructive", "drop-index").build().lint().block())
        .containsExactly("destructive", "drop-index");
    assertThat(world().productionLintBlock("destructive").build().lint().block()).isEmpty();
  }

  static String describe(Decision decision) {
    return switch (decision) {
      case Decision.RecordIntent(var run) ->
          "RecordIntent %s %d.%d".formatted(run.kind(), run.sequence(), run.attempt());
      case Decision.StartJob(var run) ->
          "StartJob %s %d.%d".formatted(run.kind(), run.sequence(), run.attempt());
      case Decision.NotStarted n -> "NotStarted";
      case Decision.ShowPlan s -> "ShowPlan";
      case Decision.StorePlan s -> "StorePlan";
      case Decision.RecordApproval(var approval) -> "RecordApproval " + approval.decision();
      case Decision.AwaitJob a -> "AwaitJob " + a.reason();
      case Decision.Hold h -> "Hold " + h.reason();
      case Decision.BackOff b -> "BackOff " + b.reason();
      case Decision.Stall s -> "Stall " + s.reason();
      case Decision.UpToDate u -> "UpToDate";
      case Decision.CleanUp(var jobs, var then) ->
          "CleanUp %s > %s".formatted(String.join(",", jobs), describe(then));
      case Decision.Release(var then) -> "Release > " + describe(then);
      case Decision.Wait w -> "Wait";
      case Decision.Checking(var check, var standing) ->
          "Checking %s | %s".formatted(describe(check), describe(standing));
      case Decision.Gone g -> "Gone";
    };
  }
}
