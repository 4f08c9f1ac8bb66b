package dev.schemaward.api.run;

/**
 * Why a run ended as it did, in one word. A closed list; the controller shows these words as
 * condition reasons, so they don't change.
 */
public enum RunReason {
  /** A plan was made and something is pending. */
  Planned(ExitCode.OK),
  /** Migrations were applied; the database is at the target. */
  Applied(ExitCode.OK),
  /** Nothing is pending. */
  UpToDate(ExitCode.OK),
  /** {@code recover --show}: what stands in the way, and the ways on. */
  RecoveryShown(ExitCode.OK),
  /**
   * {@code recover --apply}: a recovery plan was performed; history and ledger are usable again.
   */
  Recovered(ExitCode.OK),
  /** {@code verify}: everything that was asked for holds. */
  Verified(ExitCode.OK),
  /** {@code check}: drift and verification say what was found, good or bad. */
  Checked(ExitCode.OK),
  /** {@code apply --if-allowed}: the plan needs an approval; nothing was executed. */
  ApprovalRequired(ExitCode.OK),
  /** The command line or the request is wrong. */
  InvalidRequest(ExitCode.INVALID_REQUEST),
  /** The plan under the lock is not the expected one; nothing was executed. */
  PlanChanged(ExitCode.PLAN_CHANGED),
  /** The bundle cannot be used; every fault is listed in the log. */
  BundleInvalid(ExitCode.BUNDLE_INVALID),
  /** An applied migration's file was edited, or is missing, or the order is wrong. */
  ChecksumMismatch(ExitCode.BUNDLE_INVALID),
  /** The lint policy keeps the plan from running; nothing was executed. */
  LintBlocked(ExitCode.BUNDLE_INVALID),
  /** {@code verify}: something does not hold, or could not be checked. */
  VerificationFailed(ExitCode.DIFFERENT),
  /** A statement failed for a reason that will not go away by itself. */
  MigrationFailed(ExitCode.MIGRATION_FAILED),
  /** A timeout that policy set ended a statement; it was rolled back or its state is reported. */
  TimedOut(ExitCode.MIGRATION_FAILED),
  /** The history says failed or interrupted and nobody can know what took effect. */
  NeedsAttention(ExitCode.NEEDS_ATTENTION),
  /** The database has tables but no history of this format (Prisma's P3005). */
  NotBaselined(ExitCode.NEEDS_ATTENTION),
  /** The ledger in the database is gone, older than known, or newer than this build. */
  LedgerMismatch(ExitCode.NEEDS_ATTENTION),
  /** The connection goes through a transaction pooler, which cannot hold a session lock. */
  PoolerUnsupported(ExitCode.NEEDS_ATTENTION),
  /** The server is older than PostgreSQL 13. */
  ServerUnsupported(ExitCode.NEEDS_ATTENTION),
  /** Another DatabaseMigration owns this database and schema. */
  TargetBusy(ExitCode.TRY_AGAIN),
  /** Another session holds the migration lock, or tables stayed locked by the application. */
  LockContention(ExitCode.TRY_AGAIN),
  /** A standby or a read-only database. */
  TargetReadOnly(ExitCode.TRY_AGAIN),
  /** The database does not answer, or the connection was lost. */
  TargetUnreachable(ExitCode.TRY_AGAIN),
  /** Disk full, out of memory, too many connections. */
  TargetOutOfResources(ExitCode.TRY_AGAIN),
  /** The runner was told to stop. */
  Interrupted(ExitCode.TRY_AGAIN),
  /** A mounted Secret lacks a usable key; it may still be filled. */
  DependencyMissing(ExitCode.TRY_AGAIN),
  /** The server refused the user name or password, or the certificate. */
  CredentialsRejected(ExitCode.ACCESS),
  /** The role may not do what the plan needs; the message has the GRANT to run. */
  PrivilegeMissing(ExitCode.ACCESS);

  private final ExitCode exitCode;

  RunReason(ExitCode exitCode) {
    this.exitCode = exitCode;
  }

  /** The exit code that goes with this reason. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
