package dev.schemaward.engine;

/** Why a run could not do what was asked; the words that users see as condition reasons. */
public enum FailureReason {
  InvalidRequest,
  PlanChanged,
  BundleInvalid,
  ChecksumMismatch,
  LintBlocked,
  MigrationFailed,
  TimedOut,
  NeedsAttention,
  NotBaselined,
  LedgerMismatch,
  PoolerUnsupported,
  ServerUnsupported,
  TargetBusy,
  LockContention,
  TargetReadOnly,
  TargetUnreachable,
  TargetOutOfResources,
  Interrupted,
  DependencyMissing,
  CredentialsRejected,
  PrivilegeMissing
}
