package dev.schemaward.controller.reconcile;

import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.HistoryEntry;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.controller.act.Events;
import dev.schemaward.controller.act.Events.News;
import dev.schemaward.controller.decide.RunKind;
import java.util.ArrayList;
import java.util.List;

/** Which news a change of status is. Pure; the same status twice is no news. */
final class Announcements {
  private Announcements() {}

  static List<News> between(DatabaseMigrationStatus before, DatabaseMigrationStatus now) {
    List<News> news = new ArrayList<>();
    plan(before, now, news);
    if (now.approval() != null && !now.approval().equals(before.approval())) {
      approval(now.approval(), news);
    }
    if (now.run() != null
        && !RunKind.Check.name().equals(now.run().kind())
        && (before.run() == null || !now.run().id().equals(before.run().id()))) {
      news.add(
          new News(
              Events.Type.Normal,
              "RunStarted",
              "run %s (%s, attempt %d)"
                  .formatted(now.run().id(), now.run().kind(), now.run().attempt())));
    }
    ended(before, now, news);
    ready(before, now, news);
    turned(before, now, Condition.DRIFTED, "False", "DriftResolved", "DriftDetected", news);
    turned(before, now, Condition.VERIFIED, "True", "Verified", "VerificationFailed", news);
    return news;
  }

  /** News only when a condition turns from what it last was for sure. */
  private static void turned(
      DatabaseMigrationStatus before,
      DatabaseMigrationStatus now,
      String type,
      String good,
      String better,
      String worse,
      List<News> news) {
    Condition condition = now.condition(type);
    Condition was = before.condition(type);
    if (condition == null || (was != null && was.status().equals(condition.status()))) {
      return;
    }
    if (condition.status().equals("Unknown")) {
      if (was != null && condition.reason().equals(Reason.CheckFailed.name())) {
        news.add(new News(Events.Type.Warning, "CheckFailed", condition.message()));
      }
    } else if (!condition.status().equals(good)) {
      news.add(new News(Events.Type.Warning, worse, condition.message()));
    } else if (was != null && !Reason.Verifying.name().equals(was.reason())) {
      news.add(new News(Events.Type.Normal, better, condition.message()));
    }
  }

  private static void plan(
      DatabaseMigrationStatus before, DatabaseMigrationStatus now, List<News> news) {
    boolean isNew =
        now.plan() != null
            && (before.plan() == null || !now.plan().hash().equals(before.plan().hash()));
    if (isNew) {
      news.add(
          new News(
              Events.Type.Normal,
              "PlanReady",
              "plan %s: %s".formatted(now.plan().shortId(), now.plan().summary())));
    }
  }

  private static void approval(ApprovalStatus approval, List<News> news) {
    if (!approval.decision().equals(ApprovalStatus.APPROVED)) {
      return; // the reason of Ready says it
    }
    String by = String.join(", ", approval.by());
    news.add(
        new News(
            Events.Type.Normal, "Approved", "plan %s by %s".formatted(approval.planHash(), by)));
    if (!approval.verified()) {
      news.add(
          new News(
              Events.Type.Warning,
              "UnverifiedApproval",
              "nobody checked that %s may approve plan %s: no admission policy is in force"
                  .formatted(by, approval.planHash())));
    }
  }

  private static void ended(
      DatabaseMigrationStatus before, DatabaseMigrationStatus now, List<News> news) {
    if (now.history().isEmpty()) {
      return;
    }
    HistoryEntry last = now.history().get(0);
    if (!before.history().isEmpty() && before.history().get(0).id().equals(last.id())) {
      return;
    }
    if (last.appliedCount() != null) {
      news.add(
          new News(
              Events.Type.Normal,
              "MigrationApplied",
              "%d migrations, now at %s".formatted(last.appliedCount(), last.version())));
    }
    if ("PlanChanged".equals(last.reason())) {
      news.add(new News(Events.Type.Warning, "PlanChanged", now.lastResult().message()));
    }
  }

  private static void ready(
      DatabaseMigrationStatus before, DatabaseMigrationStatus now, List<News> news) {
    Condition ready = now.condition(Condition.READY);
    Condition was = before.condition(Condition.READY);
    if (ready == null || (was != null && ready.reason().equals(was.reason()))) {
      return;
    }
    Reason reason = Reason.valueOf(ready.reason());
    switch (reason.kind()) {
      case DONE -> news.add(new News(Events.Type.Normal, "RunSucceeded", ready.message()));
      case WAITING -> news.add(new News(Events.Type.Normal, "ApprovalRequired", ready.message()));
      case SUSPENDED -> news.add(new News(Events.Type.Normal, "Suspended", ready.message()));
      case STALLED -> news.add(new News(Events.Type.Warning, stalled(reason), ready.message()));
      case WORKING -> working(reason, ready.message(), news);
      case EXTRA -> {}
    }
  }

  private static void working(Reason reason, String message, List<News> news) {
    switch (reason) {
      case Planning, Applying, Recovering, Verifying, Deleting -> {} // RunStarted says it
      case LockContention -> news.add(new News(Events.Type.Warning, "LockContention", message));
      default -> news.add(new News(Events.Type.Warning, "RetryScheduled", message));
    }
  }

  private static String stalled(Reason reason) {
    return switch (reason) {
      case ApprovalRejected -> "Rejected";
      case ApprovalExpired -> "ApprovalExpired";
      case ApprovalPolicyNotEnforced -> "PolicyNotEnforced";
      case DriftDetected, DriftUnknown -> "RunBlocked";
      case VerificationFailed -> "NotVerified";
      default -> "RunFailed";
    };
  }
}
