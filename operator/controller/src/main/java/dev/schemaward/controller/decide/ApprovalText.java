package dev.schemaward.controller.decide;

import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RecoveryStatus;
import java.util.List;

/** What people read when a plan waits for them: what waits, how to read it, what to type. */
final class ApprovalText {
  private ApprovalText() {}

  static String awaiting(World world, Plan plan, String remark) {
    return "waiting for approval of plan %s (%s)%s; read it: %s; approve it: %s"
        .formatted(
            plan.shortId(), plan.headline(), remark, read(world, plan), approve(world, plan));
  }

  static String otherHash(String named) {
    return ", not of plan %s, which the annotation names".formatted(Plan.shortId(named));
  }

  static String nobody() {
    return ", and the annotation %s must name who approves".formatted(Annotations.BY);
  }

  static String rejected(Plan plan, ApprovalStatus rejection) {
    return "plan %s (%s) was rejected by %s at %s%s; change the bundle or the spec, or approve the plan after all"
        .formatted(
            plan.shortId(),
            plan.headline(),
            who(rejection),
            rejection.at(),
            rejection.reason() == null ? "" : ": " + rejection.reason());
  }

  static String expired(World world, Plan plan, ApprovalStatus approval) {
    return ("the approval of plan %s by %s was valid until %s and was not used; approve it anew,"
            + " with a new reason: %s %s=…")
        .formatted(
            plan.shortId(),
            who(approval),
            approval.expiresAt(),
            approve(world, plan),
            Annotations.REASON);
  }

  static String policyMissing(Plan plan, String why) {
    return ("plan %s (%s) needs an approval, but %s; install the admission policy (chart value"
            + " approval.policy=true, or its manifest approval-policy.yaml), or start the operator"
            + " with --approval-enforcement=BestEffort")
        .formatted(plan.shortId(), plan.headline(), why);
  }

  static String read(World world, Plan plan) {
    return "kubectl get configmap -n %s %s-plan-%s -o jsonpath='{.data.plan\\.txt}'"
        .formatted(world.subject().namespace(), world.subject().name(), plan.shortId());
  }

  /** One request, under the approver's own name; Flux strips what a manager "kubectl…" set. */
  static String approve(World world, Plan plan) {
    return ("kubectl annotate -n %s dbm/%s --overwrite --field-manager=schemaward-approval %s=%s"
            + " %s=\"$(kubectl auth whoami -o jsonpath='{.status.userInfo.username}')\"")
        .formatted(
            world.subject().namespace(),
            world.subject().name(),
            Annotations.APPROVE,
            plan.hash(),
            Annotations.BY);
  }

  /** The ways on: the recommended one with what to type, the others by name. */
  static String ways(World world, List<RecoveryStatus> ways) {
    RecoveryStatus first = ways.getFirst();
    StringBuilder text = new StringBuilder("ways on: ");
    for (RecoveryStatus way : ways) {
      text.append(way.shortId()).append(" ").append(way.title());
      text.append(way.recommended() ? " (recommended); " : "; ");
    }
    return text.append("approve the hash of one, as in .status.recovery, for example: ")
        .append(approve(world, new Plan(first.hash(), 1, 0, 0, first.title(), null, true)))
        .toString();
  }

  private static String who(ApprovalStatus approval) {
    return approval.by() == null || approval.by().isEmpty()
        ? "somebody"
        : String.join(", ", approval.by());
  }
}
