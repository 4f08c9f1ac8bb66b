package dev.schemaward.controller.decide;

import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.Durations;
import dev.schemaward.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What must hold before something runs, one small rule each, in the order in which they are asked.
 * A gate is silent when it is open; else it says what is to be done or waited for instead. No gate
 * opens because of something that it does not know.
 */
final class Gates {
  private static final Duration RECHECK_POLICY = Duration.ofSeconds(15);

  private Gates() {}

  /** Asked before any Job. */
  @FunctionalInterface
  interface BeforeAnyJob {
    Optional<Decision> check(World world);
  }

  /** Asked before a plan that needs an approval is executed. */
  @FunctionalInterface
  interface BeforeApply {
    Optional<Decision> check(World world, Plan plan);
  }

  static final List<BeforeAnyJob> BEFORE_ANY_JOB = List.of(Gates::notSuspended, Gates::bundleThere);

  static final List<BeforeApply> BEFORE_APPLY =
      List.of(
          // People approve what they can read, and admission compares with what status shows.
          Gates::planShown,
          Gates::planStored,
          // Any rejection wins, also over an approval that came first.
          Gates::notRejected,
          Gates::approvalRecorded,
          Gates::approvalInTime);

  /** A way on is shown in status as a whole; who may approve a plan may approve it. */
  static final List<BeforeApply> BEFORE_RECOVERY =
      List.of(Gates::wayShown, Gates::notRejected, Gates::approvalRecorded, Gates::approvalInTime);

  /** Admission compares a choice with what status shows. */
  static Optional<Decision> wayShown(World world, Plan way) {
    boolean shown =
        world.status().recovery().stream().anyMatch(offered -> offered.hash().equals(way.hash()));
    return shown ? Optional.empty() : Optional.of(new Decision.ShowPlan(way));
  }

  private static Optional<Decision> notSuspended(World world) {
    return world.subject().spec().suspend()
        ? Optional.of(
            new Decision.Hold(
                Reason.Suspended,
                "suspended: nothing is planned or applied until spec.suspend is false",
                Optional.empty()))
        : Optional.empty();
  }

  private static Optional<Decision> bundleThere(World world) {
    return world.bundle().isPresent()
        ? Optional.empty()
        : Optional.of(
            new Decision.Hold(
                Reason.DependencyMissing,
                "the ConfigMap %s with the bundle does not exist in namespace %s; it is picked up when it does"
                    .formatted(
                        world.subject().spec().source().configMap().name(),
                        world.subject().namespace()),
                Optional.empty()));
  }

  private static Optional<Decision> planShown(World world, Plan plan) {
    boolean shown =
        world.status().plan() != null && plan.hash().equals(world.status().plan().hash());
    return shown ? Optional.empty() : Optional.of(new Decision.ShowPlan(plan));
  }

  private static Optional<Decision> planStored(World world, Plan plan) {
    return switch (world.document()) {
      case World.Stored(String configMap) -> Optional.empty();
      case World.Fetched(World.PlanBytes bytes) -> Optional.of(new Decision.StorePlan(plan, bytes));
      // The caller makes the plan again where it is lost.
      case World.Lost(String why) ->
          Optional.of(new Decision.Hold(Reason.Planning, why, Optional.empty()));
      case World.NotNeeded() -> Optional.of(new Decision.ShowPlan(plan));
    };
  }

  private static Optional<Decision> notRejected(World world, Plan plan) {
    Optional<ApprovalStatus> recorded = recorded(world, plan);
    boolean rejectedNow =
        world.subject().annotation(Annotations.REJECT).filter(plan.hash()::equals).isPresent();
    boolean recordedAsRejected =
        recorded.filter(a -> ApprovalStatus.REJECTED.equals(a.decision())).isPresent();
    if (rejectedNow && !recordedAsRejected) {
      return Optional.of(
          new Decision.RecordApproval(decision(world, plan, ApprovalStatus.REJECTED)));
    }
    // Taking the annotation off is allowed to everybody, so it does not lift a rejection; a new
    // approval does, which only those with the right can give.
    if (rejectedNow || (recordedAsRejected && !approvedAnew(world, plan, recorded.get()))) {
      return Optional.of(
          new Decision.Stall(
              Reason.ApprovalRejected,
              ApprovalText.rejected(plan, recorded.get()),
              Optional.empty()));
    }
    return Optional.empty();
  }

  private static Optional<Decision> approvalRecorded(World world, Plan plan) {
    Optional<ApprovalStatus> recorded = recorded(world, plan);
    if (recorded.filter(a -> ApprovalStatus.APPROVED.equals(a.decision())).isPresent()
        && !(expired(world, recorded.get()) && approvedAnew(world, plan, recorded.get()))) {
      return Optional.empty();
    }
    Optional<World.Enforcement> enforcement = world.enforcement();
    if (enforcement.isEmpty()) {
      return Optional.of(new Decision.ShowPlan(plan)); // nobody asked yet: look again
    }
    if (!enforcement.get().active() && !world.settings().bestEffort()) {
      return Optional.of(
          new Decision.Stall(
              Reason.ApprovalPolicyNotEnforced,
              ApprovalText.policyMissing(plan, enforcement.get().why()),
              Optional.of(world.now().plus(RECHECK_POLICY))));
    }
    Optional<String> named = world.subject().annotation(Annotations.APPROVE);
    if (named.filter(plan.hash()::equals).isEmpty()) {
      return Optional.of(awaiting(world, plan, named.map(ApprovalText::otherHash).orElse("")));
    }
    if (world.subject().annotation(Annotations.BY).isEmpty()) {
      return Optional.of(awaiting(world, plan, ApprovalText.nobody()));
    }
    return Optional.of(new Decision.RecordApproval(decision(world, plan, ApprovalStatus.APPROVED)));
  }

  private static Optional<Decision> approvalInTime(World world, Plan plan) {
    ApprovalStatus approval = recorded(world, plan).orElseThrow();
    return expired(world, approval)
        ? Optional.of(
            new Decision.Stall(
                Reason.ApprovalExpired,
                ApprovalText.expired(world, plan, approval),
                Optional.empty()))
        : Optional.empty();
  }

  private static Decision awaiting(World world, Plan plan, String remark) {
    return new Decision.Hold(
        Reason.AwaitingApproval, ApprovalText.awaiting(world, plan, remark), Optional.empty());
  }

  private static Optional<ApprovalStatus> recorded(World world, Plan plan) {
    return Optional.ofNullable(world.status().approval())
        .filter(approval -> plan.hash().equals(approval.planHash()));
  }

  /** True when the annotations approve, and not in the words of the decision that is recorded. */
  private static boolean approvedAnew(World world, Plan plan, ApprovalStatus recorded) {
    boolean approves =
        world.subject().annotation(Annotations.APPROVE).filter(plan.hash()::equals).isPresent();
    List<String> by = world.subject().annotation(Annotations.BY).stream().toList();
    String reason = world.subject().annotation(Annotations.REASON).orElse(null);
    return approves
        && !by.isEmpty()
        && !(Objects.equals(recorded.by(), by) && Objects.equals(recorded.reason(), reason));
  }

  private static boolean expired(World world, ApprovalStatus approval) {
    if (approval.expiresAt() == null) {
      return true; // a time that nobody knows has passed
    }
    try {
      return !world.now().isBefore(Instant.parse(approval.expiresAt()));
    } catch (java.time.format.DateTimeParseException e) {
      return true;
    }
  }

  private static ApprovalStatus decision(World world, Plan plan, String decision) {
    Duration validFor = Durations.parse(world.subject().spec().approval().validFor());
    boolean approved = decision.equals(ApprovalStatus.APPROVED);
    return new ApprovalStatus(
        plan.hash(),
        decision,
        world.subject().annotation(Annotations.BY).stream().toList(),
        world.enforcement().filter(World.Enforcement::active).isPresent(),
        "Annotation",
        world.subject().annotation(Annotations.REASON).orElse(null),
        world.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        approved ? world.now().truncatedTo(ChronoUnit.SECONDS).plus(validFor).toString() : null);
  }
}
