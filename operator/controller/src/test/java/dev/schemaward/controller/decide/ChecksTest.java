package dev.schemaward.controller.decide;

import static dev.schemaward.controller.decide.Worlds.NOW;
import static dev.schemaward.controller.decide.Worlds.ended;
import static dev.schemaward.controller.decide.Worlds.running;
import static dev.schemaward.controller.decide.Worlds.world;
import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec.Drift;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec.OnDrift;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.api.v1alpha1.VerifySpec;
import dev.schemaward.controller.status.StatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a check is due, what it gives way to, and what its answer means. */
class ChecksTest {
  private static final Drift HOURLY = new Drift("1h", OnDrift.Report, null);
  private static final Drift BLOCK = new Drift("1h", OnDrift.Block, null);
  private static final VerifySpec VERIFY =
      new VerifySpec(
          List.of(new VerifySpec.Table("orders", null, null, null)), null, null, null, null, null);
  private static final Duration TENTH = Duration.ofMinutes(6);

  private static Worlds applied() {
    return world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied));
  }

  private static RunResult result(RunReason reason) {
    return RunResult.bare("check", "id", reason, reason + " in words", "build", 5);
  }

  private static RunResult drifted(String... objects) {
    return result(RunReason.Checked)
        .with(
            new RunResult.Drift(
                objects.length > 0,
                objects.length,
                0,
                0,
                0,
                "sha256:d" + objects.length,
                List.of(objects),
                objects.length > 0 ? "exact" : null,
                objects.length > 0 ? "exact" : null));
  }

  private static RunResult verified(boolean ok) {
    return result(RunReason.Checked)
        .with(
            new VerificationDocument(
                ok,
                1,
                ok ? 0 : 1,
                "in words",
                List.of(
                    new VerificationDocument.Check(
                        "table",
                        "orders",
                        ok,
                        ok ? "ok" : "failed",
                        "exists",
                        ok ? "exists" : "missing",
                        "table orders is missing",
                        1))));
  }

  private static Decision check(Decision decision) {
    return switch (decision) {
      case Decision.Checking checking -> checking.check();
      case Decision.CleanUp cleanUp -> check(cleanUp.then());
      default -> decision;
    };
  }

  private static Condition condition(Worlds worlds, String type) {
    World world = worlds.build();
    return StatusBuilder.next(world, Decider.next(world)).condition(type);
  }

  @Test
  void nobodyAskedNobodyChecks() {
    assertThat(applied().next()).isInstanceOf(Decision.UpToDate.class);
  }

  @Test
  void afterARunTheSchemaIsCompared() {
    assertThat(check(applied().drift(HOURLY).next()))
        .isInstanceOfSatisfying(
            Decision.RecordIntent.class,
            intent -> {
              assertThat(intent.run().kind()).isEqualTo("Check");
              assertThat(intent.run().job()).startsWith("orders-c");
            });
  }

  @Test
  void twoChecksOfOneSecondHaveTwoNamesAndTheyFit() {
    Worlds worlds = applied().drift(HOURLY);
    String first = ((Decision.RecordIntent) check(worlds.next())).run().job();
    String second =
        ((Decision.RecordIntent) check(worlds.now(NOW.plusMillis(500)).next())).run().job();
    assertThat(second).isNotEqualTo(first);
    assertThat(first.length() - "orders".length() + 52).isLessThanOrEqualTo(63);
  }

  @Test
  void theIntentIsRecordedBeforeTheJobAndReadyStays() {
    Worlds worlds = applied().drift(HOURLY).settle();
    assertThat(check(worlds.next())).isInstanceOf(Decision.StartJob.class);
    assertThat(condition(worlds, Condition.READY).status()).isEqualTo("True");
    assertThat(condition(worlds, Condition.DRIFTED))
        .extracting(Condition::status, Condition::reason)
        .containsExactly("Unknown", "Verifying");
  }

  @Test
  void nothingIsDueBeforeTheIntervalAndSomethingAfterIt() {
    Worlds worlds = applied().drift(HOURLY).checked(NOW, drifted()).settle();
    assertThat(worlds.now(NOW.plus(Duration.ofMinutes(59))).next())
        .isInstanceOfSatisfying(
            Decision.Checking.class,
            checking ->
                assertThat(checking.check())
                    .isInstanceOfSatisfying(
                        Decision.Wait.class,
                        wait ->
                            assertThat(wait.until())
                                .isBetween(
                                    NOW.plus(Duration.ofHours(1)),
                                    NOW.plus(Duration.ofHours(1)).plus(TENTH))));
    assertThat(check(worlds.now(NOW.plus(Duration.ofHours(1)).plus(TENTH)).next()))
        .isInstanceOf(Decision.RecordIntent.class);
  }

  @Test
  void withoutTheJobTheStatusSaysTheSame() {
    Worlds worlds = applied().drift(HOURLY).checked(NOW, drifted("index a is missing")).settle();
    Decision withJob = worlds.next();
    DatabaseMigrationStatus status = worlds.build().status();
    worlds.clearRuns();
    assertThat(worlds.next()).isEqualTo(withJob);
    assertThat(condition(worlds, Condition.DRIFTED).status()).isEqualTo("True");
    assertThat(status.drift().objects()).hasSize(1);
  }

  @Test
  void aRequestIsAnsweredOnce() {
    Worlds worlds = applied().drift(HOURLY).checked(NOW, drifted()).settle();
    worlds.annotation(Annotations.CHECK_REQUESTED_AT, "1");
    assertThat(check(worlds.next())).isInstanceOf(Decision.RecordIntent.class);
    worlds.settle().checked(NOW.plusSeconds(5), drifted()).settle();
    assertThat(check(worlds.now(NOW.plusSeconds(6)).next())).isInstanceOf(Decision.Wait.class);
  }

  @Test
  void aRunOfAnotherRequestMakesTheCheckGiveWay() {
    Worlds worlds = applied().drift(HOURLY).check(1, running()).bundle("sha256:new");
    assertThat(worlds.next())
        .isInstanceOfSatisfying(
            Decision.CleanUp.class,
            cleanUp -> {
              assertThat(cleanUp.jobs()).containsExactly("orders-c2");
              assertThat(cleanUp.then()).isInstanceOf(Decision.RecordIntent.class);
            });
  }

  @Test
  void aCheckThatGoesOnIsWaitedForAndReadyStays() {
    Worlds worlds = applied().drift(HOURLY).check(1, running());
    assertThat(check(worlds.next())).isInstanceOf(Decision.AwaitJob.class);
    assertThat(condition(worlds, Condition.READY).status()).isEqualTo("True");
    assertThat(worlds.settle().build().status().run().kind()).isEqualTo("Check");
  }

  @Test
  void driftIsReportedAndRunsGoOn() {
    Worlds worlds = applied().drift(HOURLY).checked(NOW, drifted("index a is missing")).settle();
    assertThat(condition(worlds, Condition.DRIFTED))
        .extracting(Condition::status, Condition::reason)
        .containsExactly("True", "DriftDetected");
    assertThat(condition(worlds, Condition.READY).status()).isEqualTo("True");
  }

  @Test
  void aDifferenceKeepsTheTimeWhenItWasFirstSeen() {
    Worlds worlds = applied().drift(HOURLY).checked(NOW, drifted("index a is missing")).settle();
    Instant later = NOW.plus(Duration.ofHours(2));
    worlds.now(later).checked(later, drifted("index a is missing", "column b was added")).settle();
    var drift = worlds.build().status().drift();
    assertThat(drift.since()).isEqualTo(NOW.toString());
    assertThat(drift.objects())
        .extracting(DatabaseMigrationStatus.DriftObject::since)
        .containsExactly(NOW.toString(), later.toString());
  }

  @Test
  void aCheckThatFailsForAMomentUnsaysNothingAndIsTriedAgain() {
    Worlds worlds = applied().drift(HOURLY).checked(NOW, drifted("index a is missing")).settle();
    Instant later = NOW.plus(Duration.ofHours(2));
    worlds.now(later).checked(later, result(RunReason.TargetUnreachable)).settle();
    assertThat(condition(worlds, Condition.DRIFTED).status()).isEqualTo("True");
    assertThat(check(worlds.next()))
        .isInstanceOfSatisfying(
            Decision.Wait.class, wait -> assertThat(wait.until()).isBefore(later.plusSeconds(10)));
  }

  @Test
  void aCheckThatCannotBeMadeSaysUnknownAndWaitsForTheInterval() {
    Worlds worlds = applied().drift(HOURLY).checked(NOW, result(RunReason.NeedsAttention)).settle();
    assertThat(condition(worlds, Condition.DRIFTED))
        .extracting(Condition::status, Condition::reason)
        .containsExactly("Unknown", "CheckFailed");
    assertThat(condition(worlds, Condition.READY).status()).isEqualTo("True");
    assertThat(check(worlds.next()))
        .isInstanceOfSatisfying(
            Decision.Wait.class,
            wait -> assertThat(wait.until()).isAfter(NOW.plus(Duration.ofMinutes(50))));
  }

  @Test
  void blockHoldsAPlanUntilSomebodyHasLooked() {
    Worlds worlds = world().drift(BLOCK);
    assertThat(worlds.next())
        .isInstanceOfSatisfying(
            Decision.RecordIntent.class,
            intent -> assertThat(intent.run().kind()).isEqualTo("Plan"));
    worlds.planned().settle();
    assertThat(worlds.next())
        .isInstanceOfSatisfying(
            Decision.Checking.class,
            checking ->
                assertThat(checking.standing())
                    .isInstanceOfSatisfying(
                        Decision.Hold.class,
                        hold -> assertThat(hold.reason()).isEqualTo(Reason.Verifying)));
    worlds.checked(NOW, drifted("index a is missing")).settle();
    assertThat(condition(worlds, Condition.READY))
        .extracting(Condition::status, Condition::reason)
        .containsExactly("False", "DriftDetected");
  }

  @Test
  void blockLetsAPlanRunOnASchemaThatHasNotDrifted() {
    Worlds worlds = world().drift(BLOCK).planned().settle().checked(NOW, drifted()).settle();
    assertThat(worlds.next())
        .isInstanceOfSatisfying(
            Decision.StartJob.class,
            start -> assertThat(start.run().kind()).isEqualTo("ApplyIfAllowed"));
  }

  @Test
  void blockWithoutAnAnswerIsNoConsent() {
    Worlds worlds =
        world()
            .drift(BLOCK)
            .planned()
            .settle()
            .checked(NOW, result(RunReason.PrivilegeMissing))
            .settle();
    assertThat(condition(worlds, Condition.READY))
        .extracting(Condition::status, Condition::reason)
        .containsExactly("False", "DriftUnknown");
  }

  @Test
  void readyWaitsForWhatMustHold() {
    Worlds worlds = applied().verify(VERIFY).settle();
    assertThat(condition(worlds, Condition.READY))
        .extracting(Condition::status, Condition::reason)
        .containsExactly("Unknown", "Verifying");
    worlds.checked(NOW, verified(true)).settle();
    assertThat(condition(worlds, Condition.READY).status()).isEqualTo("True");
    assertThat(condition(worlds, Condition.VERIFIED).status()).isEqualTo("True");
    assertThat(worlds.next()).isInstanceOf(Decision.UpToDate.class);
  }

  @Test
  void whatDoesNotHoldStallsAndIsAskedAgain() {
    Worlds worlds = applied().verify(VERIFY).checked(NOW, verified(false)).settle();
    Condition ready = condition(worlds, Condition.READY);
    assertThat(ready)
        .extracting(Condition::status, Condition::reason)
        .containsExactly("False", "VerificationFailed");
    assertThat(ready.message())
        .contains("table orders is missing")
        .contains("kubectl annotate -n shop dbm/orders")
        .contains(Annotations.CHECK_REQUESTED_AT);
    assertThat(check(worlds.now(NOW.plusSeconds(30)).next()))
        .isInstanceOf(Decision.RecordIntent.class);
  }

  @Test
  void aRunEntersWhatItsVerificationFound() {
    Worlds worlds = applied().settle().verify(VERIFY).checked(NOW, verified(false)).settle();
    assertThat(worlds.build().status().history().getFirst().verified()).isFalse();
  }

  @Test
  void checksNeverPushRunsOutOfTheHistory() {
    Worlds worlds = applied().drift(HOURLY).settle();
    for (int i = 1; i <= 20; i++) {
      Instant at = NOW.plus(Duration.ofHours(2L * i));
      worlds.now(at).checked(at, drifted()).settle();
    }
    assertThat(worlds.build().status().history()).hasSize(1);
    assertThat(worlds.build().status().lastResult().kind()).isEqualTo("ApplyIfAllowed");
  }
}
