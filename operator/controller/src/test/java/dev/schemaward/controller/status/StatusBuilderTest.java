package dev.schemaward.controller.status;

import static dev.schemaward.controller.decide.Worlds.HASH;
import static dev.schemaward.controller.decide.Worlds.NOW;
import static dev.schemaward.controller.decide.Worlds.ended;
import static dev.schemaward.controller.decide.Worlds.endedAt;
import static dev.schemaward.controller.decide.Worlds.production;
import static dev.schemaward.controller.decide.Worlds.running;
import static dev.schemaward.controller.decide.Worlds.stuck;
import static dev.schemaward.controller.decide.Worlds.world;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.controller.decide.Decider;
import dev.schemaward.controller.decide.Run;
import dev.schemaward.controller.decide.RunKind;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.decide.Worlds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The status contract, row by row, as kstatus reads it. */
class StatusBuilderTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private record Row(
      String situation, Worlds world, String ready, String reason, String extra, String kstatus) {}

  private static Stream<Row> rows() {
    return Stream.of(
        new Row("new", world(), "Unknown", "Applying", "Reconciling", "InProgress"),
        new Row(
            "planning",
            production().run(RunKind.Plan, null, running()),
            "Unknown",
            "Planning",
            "Reconciling",
            "InProgress"),
        new Row(
            "pod without Secret",
            production().run(RunKind.Plan, null, stuck(Reason.DependencyMissing)),
            "Unknown",
            "DependencyMissing",
            "Reconciling",
            "InProgress"),
        new Row(
            "backing off",
            world()
                .run(
                    RunKind.ApplyIfAllowed, null, endedAt(NOW, ended(RunReason.TargetUnreachable))),
            "Unknown",
            "TargetUnreachable",
            "Reconciling",
            "InProgress"),
        new Row(
            "waiting for people",
            production().asked(),
            "Unknown",
            "AwaitingApproval",
            "Reconciling",
            "InProgress"),
        new Row(
            "at target",
            world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied)),
            "True",
            "UpToDate",
            "",
            "Current"),
        new Row(
            "failed",
            world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.MigrationFailed)),
            "False",
            "MigrationFailed",
            "Stalled",
            "Failed"),
        new Row(
            "policy not in force",
            production().planned().settle().stored().notEnforced(),
            "False",
            "ApprovalPolicyNotEnforced",
            "Stalled",
            "Failed"),
        new Row(
            "rejected",
            production().asked().approval(HASH, "Rejected", NOW, Duration.ofHours(1)),
            "False",
            "ApprovalRejected",
            "Stalled",
            "Failed"),
        new Row(
            "suspended from the start",
            world().suspended(),
            "Unknown",
            "Suspended",
            "",
            "InProgress"),
        new Row(
            "suspended after success",
            world()
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied))
                .settle()
                .generation(2)
                .suspended(),
            "True",
            "UpToDate",
            "",
            "Current"),
        new Row(
            "suspended after failure",
            world()
                .run(RunKind.ApplyIfAllowed, null, ended(RunReason.MigrationFailed))
                .settle()
                .generation(2)
                .suspended(),
            "False",
            "MigrationFailed",
            "Stalled",
            "Failed"),
        new Row(
            "deleting while applying",
            world().run(RunKind.Apply, HASH, running()).deleting().finalizer(),
            "Unknown",
            "Deleting",
            "Reconciling",
            "InProgress"));
  }

  @TestFactory
  Stream<DynamicTest> contract() {
    return rows()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.situation(),
                    () -> {
                      World world = row.world().build();
                      DatabaseMigrationStatus status =
                          StatusBuilder.next(world, Decider.next(world));
                      Condition ready = status.condition(Condition.READY);
                      assertThat(ready.status()).isEqualTo(row.ready());
                      assertThat(ready.reason()).isEqualTo(row.reason());
                      assertThat(ready.message()).isNotBlank();
                      List<String> extra =
                          Stream.of(Condition.RECONCILING, Condition.STALLED)
                              .filter(type -> status.condition(type) != null)
                              .toList();
                      assertThat(String.join(",", extra)).isEqualTo(row.extra());
                      assertThat(kstatus(world, status)).isEqualTo(row.kstatus());
                      assertThat(status.observedGeneration())
                          .isEqualTo(world.subject().generation());
                      assertThat(status.conditions())
                          .allSatisfy(
                              c ->
                                  assertThat(c.observedGeneration())
                                      .isEqualTo(world.subject().generation()));
                    }));
  }

  @Test
  void whatIsPlannedAndNotAppliedIsSaidInConditionsOfTheirOwn() {
    World waiting = production().asked().build();
    DatabaseMigrationStatus status = StatusBuilder.next(waiting, Decider.next(waiting));
    assertThat(status.condition(Condition.PLANNED).status()).isEqualTo("True");
    assertThat(status.condition(Condition.PLANNED).message()).contains(status.plan().shortId());
    assertThat(status.condition(Condition.APPLIED).status()).isEqualTo("False");
    assertThat(status.condition(Condition.APPLIED).reason()).isEqualTo("AwaitingApproval");

    World done = world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.Applied)).build();
    DatabaseMigrationStatus after = StatusBuilder.next(done, Decider.next(done));
    assertThat(after.condition(Condition.APPLIED).status()).isEqualTo("True");

    World planning = production().run(RunKind.Plan, null, running()).build();
    DatabaseMigrationStatus before = StatusBuilder.next(planning, Decider.next(planning));
    assertThat(before.condition(Condition.PLANNED)).isNull();
    assertThat(before.condition(Condition.APPLIED)).isNull();
  }

  /** kstatus' own rules, in its own order (cli-utils, pkg/kstatus/status/generic.go). */
  private static String kstatus(World world, DatabaseMigrationStatus status) {
    if (status.observedGeneration() != null
        && status.observedGeneration() != world.subject().generation()) {
      return "InProgress";
    }
    for (Condition condition : status.conditions()) {
      if (condition.type().equals("Reconciling") && condition.status().equals("True")) {
        return "InProgress";
      }
      if (condition.type().equals("Stalled") && condition.status().equals("True")) {
        return "Failed";
      }
    }
    Condition ready = status.condition("Ready");
    return ready == null || ready.status().equals("True") ? "Current" : "InProgress";
  }

  @TestFactory
  Stream<DynamicTest> theSameWorldTwiceGivesTheSameStatus() {
    return rows()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.situation(),
                    () -> {
                      World world = row.world().build();
                      DatabaseMigrationStatus once = StatusBuilder.next(world, Decider.next(world));
                      World later = row.world().status(once).now(NOW.plusSeconds(1)).build();
                      // a status that was written and read again
                      DatabaseMigrationStatus read =
                          JSON.readValue(
                              JSON.writeValueAsString(once), DatabaseMigrationStatus.class);
                      DatabaseMigrationStatus twice =
                          StatusBuilder.next(
                              row.world().status(read).now(NOW.plusSeconds(1)).build(),
                              Decider.next(later));
                      assertThat(JSON.<com.fasterxml.jackson.databind.JsonNode>valueToTree(twice))
                          .isEqualTo(JSON.valueToTree(once));
                    }));
  }

  @Test
  void theTimeOfAConditionMovesOnlyWithItsStatus() {
    Worlds worlds = production().asked().settle();
    String since = ready(worlds.build()).lastTransitionTime();
    worlds.now(NOW.plusSeconds(100)).annotation(Annotations.APPROVE, "sha256:" + "c".repeat(64));
    worlds.settle();
    assertThat(ready(worlds.build()).lastTransitionTime()).isEqualTo(since);
    assertThat(ready(worlds.build()).message()).contains("not of plan cccccc");
    worlds.now(NOW.plusSeconds(200)).annotation(Annotations.REJECT, HASH).settle().settle();
    assertThat(ready(worlds.build()).reason()).isEqualTo("ApprovalRejected");
    assertThat(ready(worlds.build()).lastTransitionTime())
        .isEqualTo(NOW.plusSeconds(200).toString());
  }

  private static Condition ready(World world) {
    return world.status().condition(Condition.READY);
  }

  @Test
  void whatWaitsSaysWhatToReadAndWhatToType() {
    DatabaseMigrationStatus status = production().asked().settle().build().status();
    assertThat(status.condition(Condition.READY).message())
        .contains(
            "plan aaaaaa",
            "1 migrations",
            "kubectl get configmap -n shop orders-plan-aaaaaa",
            "kubectl annotate -n shop dbm/orders",
            "approval.schemaward.dev/approve=" + HASH,
            "--field-manager=schemaward-approval");
    assertThat(status.plan().documentRef().name()).isEqualTo("orders-plan-aaaaaa");
    assertThat(status.condition(Condition.APPROVED).status()).isEqualTo("Unknown");
  }

  @Test
  void aPlanThatIsNotAskedForAnyMoreIsNotShown() {
    Worlds worlds = production().asked().settle();
    assertThat(worlds.build().status().plan()).isNotNull();
    worlds.bundle("sha256:other").settle();
    assertThat(worlds.build().status().plan()).isNull();
    assertThat(worlds.build().status().approval()).isNull();
  }

  @Test
  void whatTheDatabaseSaidStays() {
    Worlds worlds = world().run(RunKind.ApplyIfAllowed, null, ended(RunReason.UpToDate)).settle();
    DatabaseMigrationStatus first = worlds.build().status();
    assertThat(first.version()).isEqualTo("0_base");
    assertThat(first.applied()).isEqualTo(1);
    assertThat(first.target().database()).isEqualTo("orders");
    DatabaseMigrationStatus later = worlds.clearRuns().generation(2).settle().build().status();
    assertThat(later.version()).isEqualTo("0_base");
    assertThat(later.target()).isEqualTo(first.target());
    assertThat(later.history()).hasSize(1);
  }

  @Test
  void aFailureIsToldWithFileLineAndSqlstate() {
    RunResult failed = ended(RunReason.MigrationFailed).result().orElseThrow();
    RunResult detailed =
        new RunResult(
            "apply",
            "id",
            RunReason.MigrationFailed,
            "2_broken failed at line 2: 42P01",
            "b",
            failed.target(),
            HASH,
            null,
            failed.history(),
            null,
            0,
            false,
            new RunResult.Failure(
                "2_broken",
                2,
                2,
                "42P01",
                "relation \"userz\" does not exist",
                "nothing",
                "fix it"),
            null,
            List.of(),
            null,
            null,
            5);
    DatabaseMigrationStatus status =
        world()
            .run(
                RunKind.ApplyIfAllowed,
                null,
                new Run.Finished(NOW, Optional.of(detailed), "message"))
            .settle()
            .build()
            .status();
    assertThat(status.lastResult().failure().line()).isEqualTo(2);
    assertThat(status.lastResult().failure().sqlState()).isEqualTo("42P01");
    assertThat(status.condition(Condition.READY).message()).contains("2_broken", "line 2");
    assertThat(status.history().get(0).reason()).isEqualTo("MigrationFailed");
  }

  @Test
  void repeatedAttemptsTakeOneLineOfHistory() {
    Worlds worlds = world();
    for (int attempt = 1; attempt <= 30; attempt++) {
      worlds
          .run(
              RunKind.ApplyIfAllowed,
              null,
              attempt,
              endedAt(NOW.plusSeconds(attempt), ended(RunReason.TargetUnreachable)))
          .now(NOW.plusSeconds(attempt))
          .settle();
    }
    assertThat(worlds.build().status().history()).hasSize(1);
    assertThat(worlds.build().status().history().get(0).times()).isEqualTo(30);
  }

  @Test
  void fiveThousandPendingMigrationsFit() throws JsonProcessingException {
    List<String> names =
        IntStream.range(0, 5000)
            .mapToObj(i -> "20260101%06d_".formatted(i) + "n".repeat(200))
            .toList();
    RunResult planned = ended(RunReason.Planned, HASH, 5000, 0).result().orElseThrow();
    RunResult huge =
        new RunResult(
            "plan",
            "id",
            RunReason.Planned,
            "m".repeat(5000),
            "b",
            planned.target(),
            HASH,
            new RunResult.PlanSummary(
                "sha256:b", "Sql", 5000, names, 5000, 5000, 5000, 5000, "h".repeat(5000)),
            new RunResult.History(null, 0, 5000),
            names,
            5000,
            false,
            null,
            null,
            List.of(),
            null,
            null,
            5);
    Worlds worlds = production();
    for (int i = 0; i < 20; i++) {
      worlds
          .run(RunKind.Plan, null, new Run.Finished(NOW.plusSeconds(i), Optional.of(huge), ""))
          .stored()
          .enforced()
          .now(NOW.plusSeconds(i))
          .settle();
    }
    String json = JSON.writeValueAsString(worlds.build().status());
    assertThat(json.getBytes(StandardCharsets.UTF_8).length).isLessThan(64 * 1024);
    assertThat(worlds.build().status().plan().pending()).hasSize(20);
    assertThat(worlds.build().status().history()).hasSize(10);
  }
}
