package dev.schemaward.controller.run;

/**
 * Labels and annotations on the objects that the operator makes: Jobs, their pods, plan ConfigMaps.
 * They tell what a Job was made for even when every status is gone. An interface: an operator of
 * another version reads them.
 */
public final class JobMarks {
  /** Label; value {@link #MANAGED_BY_VALUE}. */
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** Who manages. */
  public static final String MANAGED_BY_VALUE = "schemaward";

  /** Label; {@link #COMPONENT_RUN} or {@link #COMPONENT_PLAN}. */
  public static final String COMPONENT = "app.kubernetes.io/component";

  /** A Job or its pod. */
  public static final String COMPONENT_RUN = "run";

  /** A plan ConfigMap. */
  public static final String COMPONENT_PLAN = "plan";

  /** Label; name of the DatabaseMigration, which is at most 52 characters for this reason. */
  public static final String MIGRATION = "schemaward.dev/migration";

  /** Label; short id of a plan. */
  public static final String PLAN = "schemaward.dev/plan";

  /** Annotation; {@code sha256:…} of a plan. */
  public static final String PLAN_HASH = "schemaward.dev/plan-hash";

  /** Annotation; id of the run. */
  public static final String RUN = "schemaward.dev/run";

  /** Annotation; id of the run after which a check is made. */
  public static final String AFTER = "schemaward.dev/after-run";

  /** Annotation; value of the annotation that asked for a check. */
  public static final String REQUESTED_AT = "schemaward.dev/requested-at";

  /** A ConfigMap with a report of drift. */
  public static final String COMPONENT_DRIFT = "drift";

  /** Annotation; {@code Plan}, {@code Apply}, {@code ApplyIfAllowed}, … */
  public static final String KIND = "schemaward.dev/kind";

  /** Annotation; number of the Job among those of the same basis. */
  public static final String SEQUENCE = "schemaward.dev/sequence";

  /** Annotation; how often in a row this was tried. */
  public static final String ATTEMPT = "schemaward.dev/attempt";

  /** Annotation; digest of what was asked for when the Job was made. */
  public static final String BASIS = "schemaward.dev/basis";

  /** Annotation; image of the runner. */
  public static final String IMAGE = "schemaward.dev/runner-image";

  /** Finalizer of a DatabaseMigration while a run may be executing. */
  public static final String FINALIZER = "schemaward.dev/run-in-progress";

  /** Annotation; digest of everything in the Job that decides what it does. */
  public static final String REQUEST_HASH = "schemaward.dev/request-hash";

  /** Selects everything of {@link #COMPONENT_RUN}. */
  public static final String RUN_SELECTOR =
      MANAGED_BY + "=" + MANAGED_BY_VALUE + "," + COMPONENT + "=" + COMPONENT_RUN;

  /** Name of the ConfigMap with the report of drift about a DatabaseMigration of this name. */
  public static String driftReport(String migration) {
    return migration + "-drift";
  }

  private JobMarks() {}
}
