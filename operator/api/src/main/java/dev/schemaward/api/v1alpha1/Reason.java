package dev.schemaward.api.v1alpha1;

/**
 * Reasons of conditions. A closed list and an interface: scripts and alerts compare these words.
 * Reasons that a run ended with have the names of {@link dev.schemaward.api.run.RunReason}.
 */
public enum Reason {
  /** Everything that is asked for is in the database. */
  UpToDate(Kind.DONE),

  /** A plan is being made. */
  Planning(Kind.WORKING),
  /** A plan is being applied. */
  Applying(Kind.WORKING),
  /** A recovery plan is being performed. */
  Recovering(Kind.WORKING),
  /** What must hold after a run, or the schema before one, is being checked. */
  Verifying(Kind.WORKING),
  /** A run ended without a result; it is started again after a while. */
  BackingOff(Kind.WORKING),
  /** The object is being deleted; a run that has started is let end. */
  Deleting(Kind.WORKING),
  /** A ConfigMap, a Secret or a key is not there. */
  DependencyMissing(Kind.WORKING),
  /** The runner image cannot be pulled. */
  RunnerImageUnavailable(Kind.WORKING),
  /** No node takes the Job's pod. */
  RunnerUnschedulable(Kind.WORKING),
  /** The API server refused the Job or its pod: quota, Pod Security, a webhook. */
  RunnerRefused(Kind.WORKING),
  /** The container of the Job cannot be started. */
  RunnerNotStarting(Kind.WORKING),
  /** Another DatabaseMigration owns the database and schema. */
  TargetBusy(Kind.WORKING),
  /** Somebody holds the migration lock, or tables stayed locked by the application. */
  LockContention(Kind.WORKING),
  /** The target is a standby or read-only. */
  TargetReadOnly(Kind.WORKING),
  /** The database does not answer. */
  TargetUnreachable(Kind.WORKING),
  /** The database is out of disk, memory or connections. */
  TargetOutOfResources(Kind.WORKING),
  /** The run was told to stop, for example because its node is drained. */
  Interrupted(Kind.WORKING),

  /** A person must approve the plan. */
  AwaitingApproval(Kind.WAITING),

  /** {@code spec.suspend} is true. */
  Suspended(Kind.SUSPENDED),

  /** The plan was rejected. */
  ApprovalRejected(Kind.STALLED),
  /** The approval was not used in time. */
  ApprovalExpired(Kind.STALLED),
  /** Nothing keeps people without the right from approving, so no approval counts. */
  ApprovalPolicyNotEnforced(Kind.STALLED),
  /** Runs keep ending without a result. */
  RunnerFailed(Kind.STALLED),
  /** The runner did not understand what it was asked. */
  InvalidRequest(Kind.STALLED),
  /** The bundle cannot be used. */
  BundleInvalid(Kind.STALLED),
  /** An applied migration was edited or is missing in the bundle. */
  ChecksumMismatch(Kind.STALLED),
  /** The lint policy keeps the plan from running. */
  LintBlocked(Kind.STALLED),
  /** The schema differs from its migrations, and the policy keeps plans from running then. */
  DriftDetected(Kind.STALLED),
  /** Nobody can say whether the schema has drifted, and the policy is to block. */
  DriftUnknown(Kind.STALLED),
  /** Something that spec.verify asks for does not hold. */
  VerificationFailed(Kind.STALLED),
  /** A statement failed for a reason that does not go away by itself. */
  MigrationFailed(Kind.STALLED),
  /** A statement or a run took longer than allowed. */
  TimedOut(Kind.STALLED),
  /** Nobody can know what took effect; a person must look. */
  NeedsAttention(Kind.STALLED),
  /** The database has tables but no history. */
  NotBaselined(Kind.STALLED),
  /** The ledger is gone, older than known, or newer than this build. */
  LedgerMismatch(Kind.STALLED),
  /** The connection goes through a transaction pooler. */
  PoolerUnsupported(Kind.STALLED),
  /** The server is older than PostgreSQL 13. */
  ServerUnsupported(Kind.STALLED),
  /** The server refused the credentials. */
  CredentialsRejected(Kind.STALLED),
  /** The role lacks a privilege. */
  PrivilegeMissing(Kind.STALLED),

  /** Condition Planned: there is a plan for what is asked for now. */
  PlanReady(Kind.EXTRA),
  /** Condition Approved: an approval is recorded. */
  Approved(Kind.EXTRA),
  /** Condition Drifted: the schema is what its migrations make. */
  NoDrift(Kind.EXTRA),
  /** Condition Verified: everything that spec.verify asks for holds. */
  Verified(Kind.EXTRA),
  /** Condition Drifted or Verified: the check could not be made; the message says why. */
  CheckFailed(Kind.EXTRA),
  /** Condition ApprovalPolicyEnforced: an attempt without the right was refused. */
  Enforced(Kind.EXTRA);

  /** What a reason means for {@code Ready}, {@code Reconciling} and {@code Stalled}. */
  public enum Kind {
    /** Ready=True. */
    DONE,
    /** Ready=Unknown, Reconciling=True: heals by itself. */
    WORKING,
    /** Ready=Unknown, Reconciling=True: people or time. */
    WAITING,
    /** Everything as it was. */
    SUSPENDED,
    /** Ready=False, Stalled=True: a person must change something. */
    STALLED,
    /** Only in other conditions. */
    EXTRA
  }

  private final Kind kind;

  Reason(Kind kind) {
    this.kind = kind;
  }

  /** What it means. */
  public Kind kind() {
    return kind;
  }
}
