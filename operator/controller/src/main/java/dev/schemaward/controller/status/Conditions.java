package dev.schemaward.controller.status;

import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DriftObject;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DriftStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.PlanStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.VerificationStatus;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.controller.decide.Check;
import dev.schemaward.controller.decide.Decision;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.run.Bytes;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Conditions by the rules of kstatus: Ready is True, False or Unknown; Reconciling and Stalled are
 * there only while they hold, never both. A condition's time moves only with its status.
 */
final class Conditions {
  private static final int MAX_MESSAGE_BYTES = 2048;

  private Conditions() {}

  static List<Condition> next(
      World world,
      Decision core,
      PlanStatus plan,
      ApprovalStatus approval,
      DriftStatus drift,
      VerificationStatus verification) {
    Situation situation = situation(core, world);
    if (situation.reason().kind() == Reason.Kind.SUSPENDED) {
      return suspended(world, situation);
    }
    List<Condition> conditions = new ArrayList<>();
    String ready =
        switch (situation.reason().kind()) {
          case DONE -> "True";
          case STALLED -> "False";
          default -> "Unknown";
        };
    conditions.add(
        condition(world, Condition.READY, ready, situation.reason(), situation.message()));
    switch (situation.reason().kind()) {
      case STALLED ->
          conditions.add(
              condition(world, Condition.STALLED, "True", situation.reason(), situation.message()));
      case WORKING, WAITING ->
          conditions.add(
              condition(
                  world, Condition.RECONCILING, "True", situation.reason(), situation.message()));
      default -> {}
    }
    planned(world, plan, conditions);
    approved(world, situation, approval, conditions);
    applied(world, situation, plan, conditions);
    drifted(world, drift, conditions);
    verified(world, verification, conditions);
    enforced(world, approval, conditions);
    return conditions;
  }

  private record Situation(Reason reason, String message) {}

  private static Situation situation(Decision core, World world) {
    return switch (core) {
      case Decision.RecordIntent intent -> starting(intent.run().kind(), intent.run().job());
      case Decision.StartJob start -> starting(start.run().kind(), start.run().job());
      case Decision.NotStarted not -> new Situation(not.reason(), not.message());
      case Decision.ShowPlan show ->
          new Situation(Reason.Planning, "plan " + show.plan().shortId() + " is made");
      case Decision.StorePlan store ->
          new Situation(
              Reason.Planning, "plan " + store.plan().shortId() + " is made and is being stored");
      case Decision.RecordApproval(ApprovalStatus a) ->
          a.decision().equals(ApprovalStatus.APPROVED)
              ? new Situation(
                  Reason.Applying, "approved by " + String.join(", ", a.by()) + ", about to start")
              : new Situation(Reason.AwaitingApproval, "rejected by " + String.join(", ", a.by()));
      case Decision.AwaitJob await -> new Situation(await.reason(), await.message());
      case Decision.Hold hold -> new Situation(hold.reason(), hold.message());
      case Decision.BackOff backOff -> new Situation(backOff.reason(), backOff.message());
      case Decision.Stall stall -> new Situation(stall.reason(), stall.message());
      case Decision.UpToDate done -> new Situation(Reason.UpToDate, done.message());
      case Decision.Gone() -> new Situation(Reason.Deleting, "being deleted");
      case Decision.Wait w -> new Situation(Reason.Verifying, "a check is due at " + w.until());
      case Decision.Checking c -> situation(c.standing(), world);
      case Decision.CleanUp c -> situation(c.then(), world);
      case Decision.Release r -> situation(r.then(), world);
    };
  }

  private static Situation starting(String kind, String job) {
    return switch (kind) {
      case "Plan" -> new Situation(Reason.Planning, "Job " + job + " is about to plan");
      case "Check" -> new Situation(Reason.Verifying, "Job " + job + " is about to check");
      case "Recover" -> new Situation(Reason.Recovering, "Job " + job + " is about to recover");
      default -> new Situation(Reason.Applying, "Job " + job + " is about to apply");
    };
  }

  /** As before; only whose generation it is and why nothing happens is new. */
  private static List<Condition> suspended(World world, Situation situation) {
    List<Condition> kept = new ArrayList<>();
    DatabaseMigrationStatus before = world.status();
    if (before.condition(Condition.READY) == null) {
      kept.add(
          condition(world, Condition.READY, "Unknown", situation.reason(), situation.message()));
    }
    for (Condition c : before.conditions()) {
      boolean ready = c.type().equals(Condition.READY);
      kept.add(
          new Condition(
              c.type(),
              c.status(),
              world.subject().generation(),
              c.lastTransitionTime(),
              c.reason(),
              ready && !c.reason().equals(situation.reason().name())
                  ? situation.message() + "; before that: " + c.reason()
                  : c.message()));
    }
    return kept;
  }

  private static void planned(World world, PlanStatus plan, List<Condition> conditions) {
    if (plan != null) {
      conditions.add(
          condition(
              world,
              Condition.PLANNED,
              "True",
              Reason.PlanReady,
              "plan %s: %s"
                  .formatted(
                      plan.shortId(),
                      plan.summary() == null ? plan.pendingCount() + " pending" : plan.summary())));
    }
  }

  /**
   * True when nothing that is asked for is missing in the database; False when a plan says that
   * something is.
   */
  private static void applied(
      World world, Situation situation, PlanStatus plan, List<Condition> conditions) {
    if (situation.reason() == Reason.UpToDate) {
      conditions.add(
          condition(world, Condition.APPLIED, "True", situation.reason(), situation.message()));
    } else if (plan != null && plan.pendingCount() != null && plan.pendingCount() > 0) {
      conditions.add(
          condition(world, Condition.APPLIED, "False", situation.reason(), situation.message()));
    }
  }

  private static void approved(
      World world, Situation situation, ApprovalStatus approval, List<Condition> conditions) {
    Reason reason = situation.reason();
    if (reason == Reason.AwaitingApproval || reason == Reason.ApprovalPolicyNotEnforced) {
      conditions.add(condition(world, Condition.APPROVED, "Unknown", reason, situation.message()));
    } else if (reason == Reason.ApprovalRejected || reason == Reason.ApprovalExpired) {
      conditions.add(condition(world, Condition.APPROVED, "False", reason, situation.message()));
    } else if (approval != null && ApprovalStatus.APPROVED.equals(approval.decision())) {
      conditions.add(
          condition(
              world,
              Condition.APPROVED,
              "True",
              Reason.Approved,
              "by %s at %s%s%s"
                  .formatted(
                      String.join(", ", approval.by()),
                      approval.at(),
                      approval.verified() ? "" : ", unverified",
                      approval.reason() == null ? "" : ": " + approval.reason())));
    }
  }

  /** Unknown when the last check could not be made, or none was made yet. */
  private static void drifted(World world, DriftStatus drift, List<Condition> conditions) {
    if (world.subject().spec().drift() == null) {
      return;
    }
    Optional<Check> check = Check.newest(world);
    if (fails(check)) {
      conditions.add(
          condition(
              world, Condition.DRIFTED, "Unknown", Reason.CheckFailed, check.get().message()));
    } else if (drift == null) {
      conditions.add(
          condition(world, Condition.DRIFTED, "Unknown", Reason.Verifying, "not compared yet"));
    } else if (drift.drifted()) {
      conditions.add(
          condition(world, Condition.DRIFTED, "True", Reason.DriftDetected, driftText(drift)));
    } else {
      conditions.add(
          condition(
              world,
              Condition.DRIFTED,
              "False",
              Reason.NoDrift,
              "the schema is what its applied migrations make"));
    }
  }

  private static String driftText(DriftStatus drift) {
    int count = drift.high() + drift.medium() + drift.low();
    return "%s (%d high, %d medium, %d low) since %s: %s%s; revert: %s; adopt: %s%s"
        .formatted(
            count == 1 ? "1 difference" : count + " differences",
            drift.high(),
            drift.medium(),
            drift.low(),
            drift.since(),
            drift.objects().stream()
                .limit(3)
                .map(DriftObject::difference)
                .collect(Collectors.joining("; ")),
            drift.objects().size() > 3 ? "; …" : "",
            drift.revert(),
            drift.adopt(),
            drift.documentRef() == null ? "" : "; SQL in ConfigMap " + drift.documentRef().name());
  }

  private static void verified(
      World world, VerificationStatus verification, List<Condition> conditions) {
    if (world.subject().spec().verify() == null
        || world.subject().spec().verify().asksForNothing()) {
      return;
    }
    Optional<Check> check = Check.newest(world);
    if (fails(check)) {
      conditions.add(
          condition(
              world, Condition.VERIFIED, "Unknown", Reason.CheckFailed, check.get().message()));
    } else if (verification == null) {
      conditions.add(
          condition(world, Condition.VERIFIED, "Unknown", Reason.Verifying, "not checked yet"));
    } else if (verification.ok()) {
      conditions.add(
          condition(
              world,
              Condition.VERIFIED,
              "True",
              Reason.Verified,
              "all %d checks hold".formatted(verification.checks())));
    } else {
      conditions.add(
          condition(
              world,
              Condition.VERIFIED,
              "False",
              Reason.VerificationFailed,
              "%d of %d checks fail: %s"
                  .formatted(
                      verification.failed(),
                      verification.checks(),
                      String.join("; ", verification.failures()))));
    }
  }

  /** One that fails for a moment unsays nothing; the third in a row does. */
  private static boolean fails(Optional<Check> check) {
    return check.filter(c -> !c.made() && (c.isFinal() || c.attempt() >= 3)).isPresent();
  }

  private static void enforced(World world, ApprovalStatus approval, List<Condition> conditions) {
    if (world.enforcement().isPresent()) {
      World.Enforcement enforcement = world.enforcement().get();
      conditions.add(
          enforcement.active()
              ? condition(
                  world,
                  Condition.APPROVAL_POLICY_ENFORCED,
                  "True",
                  Reason.Enforced,
                  "an approval without the right to approve is refused")
              : condition(
                  world,
                  Condition.APPROVAL_POLICY_ENFORCED,
                  "False",
                  Reason.ApprovalPolicyNotEnforced,
                  enforcement.why()));
    } else if (approval != null) {
      Condition before = world.status().condition(Condition.APPROVAL_POLICY_ENFORCED);
      if (before != null) {
        conditions.add(
            new Condition(
                before.type(),
                before.status(),
                world.subject().generation(),
                before.lastTransitionTime(),
                before.reason(),
                before.message()));
      }
    }
  }

  private static Condition condition(
      World world, String type, String status, Reason reason, String message) {
    Condition before = world.status().condition(type);
    boolean same = before != null && status.equals(before.status());
    return new Condition(
        type,
        status,
        world.subject().generation(),
        same && before.lastTransitionTime() != null
            ? before.lastTransitionTime()
            : world.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        reason.name(),
        Bytes.atMost(message, MAX_MESSAGE_BYTES));
  }
}
