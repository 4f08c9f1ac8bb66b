package dev.schemaward.controller.app;

/** What the operator does where the admission policy for approvals is not in force. */
public enum ApprovalEnforcement {
  /** Nothing that needs an approval runs. */
  Enforced,
  /** An approval counts, is recorded as unverified, and is announced loudly each time. */
  BestEffort
}
