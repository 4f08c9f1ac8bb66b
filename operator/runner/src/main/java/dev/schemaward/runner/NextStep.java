package dev.schemaward.runner;

import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.execute.ApplyOutcome;

/** What a person reads at 3 a.m. when a run failed and no single statement is to blame. */
final class NextStep {
  private NextStep() {}

  /** What of the bundle is in the database because of this run. */
  static String tookEffect(ApplyOutcome outcome) {
    int applied = outcome.applied().size();
    String known =
        applied == 0
            ? "nothing"
            : applied
                + (applied == 1 ? " migration, " : " migrations, up to ")
                + outcome.applied().getLast();
    boolean unknown =
        outcome.plan() != null
            && outcome.failure() != null
            && outcome.failure().reason() == FailureReason.TargetUnreachable;
    return unknown ? known + "; of what came next the ledger knows" : known + " of this run";
  }

  /** What to do about it. */
  static String after(FailureReason reason) {
    return switch (reason) {
      case InvalidRequest -> "correct the command line or the request";
      case PlanChanged -> "look at the new plan and approve its hash";
      case BundleInvalid -> "correct the bundle: `schemaward validate` lists every fault";
      case ChecksumMismatch ->
          "restore the file as it was applied and put the change into a new migration";
      case LintBlocked ->
          "change the migration as the plan proposes, or accept the finding with a reason";
      case MigrationFailed -> "correct the file; the corrected file simply runs";
      case TimedOut -> "raise the timeout that the message names, or make the work cheaper";
      case NeedsAttention, NotBaselined, LedgerMismatch ->
          "look what is there, then choose the way on: `schemaward recover --show`";
      case PoolerUnsupported ->
          "put the server's own address into the Secret (DIRECT_URL), past the pooler";
      case ServerUnsupported -> "upgrade the server";
      case TargetBusy -> "find out whether the other owner is still in use";
      case LockContention, TargetReadOnly, TargetUnreachable, TargetOutOfResources ->
          "nothing, if it heals by itself: it is safe to run again at any time";
      case Interrupted -> "nothing: the next run goes on from there";
      case DependencyMissing -> "create or correct what the message names";
      case CredentialsRejected -> "correct the Secret, then run again";
      case PrivilegeMissing -> "grant the role what the message names, then run again";
    };
  }
}
