package dev.schemaward.api.v1alpha1;

/** Annotations that people and tools set on a DatabaseMigration; the operator never edits them. */
public final class Annotations {
  /** {@code sha256:<64 hex>} of the plan that is approved. */
  public static final String APPROVE = "approval.schemaward.dev/approve";

  /** {@code sha256:<64 hex>} of the plan that is rejected. */
  public static final String REJECT = "approval.schemaward.dev/reject";

  /** User name of whoever approves or rejects. */
  public static final String BY = "approval.schemaward.dev/by";

  /** Why, in words; optional. */
  public static final String REASON = "approval.schemaward.dev/reason";

  /** Any new token: plan anew; handled once. */
  public static final String RECONCILE_REQUESTED_AT = "schemaward.dev/reconcile-requested-at";

  /** Any new token: try again what is stalled; handled once. */
  public static final String RETRY_REQUESTED_AT = "schemaward.dev/retry-requested-at";

  /** Any new token: compare and verify now; handled once. */
  public static final String CHECK_REQUESTED_AT = "schemaward.dev/check-requested-at";

  /** {@code <clusterId>/<namespace>/<name>} of the owner whose database is taken over. */
  public static final String TAKE_OVER_FROM = "schemaward.dev/take-over-from";

  /** Label of a namespace; {@link #PRODUCTION} means that every plan needs an approval. */
  public static final String ENVIRONMENT = "schemaward.dev/environment";

  /** Value of {@link #ENVIRONMENT}. */
  public static final String PRODUCTION = "production";

  private Annotations() {}
}
