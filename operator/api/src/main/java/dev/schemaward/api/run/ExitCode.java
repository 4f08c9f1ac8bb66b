package dev.schemaward.api.run;

/** Exit codes of the {@code schemaward} command; an interface that does not change. */
public enum ExitCode {
  /** Done, or nothing to do. */
  OK(0),
  /**
   * {@code drift}, {@code validate} and {@code verify}: a difference or a fault was found, or
   * something does not hold.
   */
  DIFFERENT(1),
  /** The command line or the request is wrong. */
  INVALID_REQUEST(2),
  /** The plan is not the expected one; nothing was executed. */
  PLAN_CHANGED(64),
  /** The bundle is invalid. */
  BUNDLE_INVALID(65),
  /** The migration failed; the result says what took effect. */
  MIGRATION_FAILED(66),
  /** A person is needed: unknown outcome, failed history. */
  NEEDS_ATTENTION(67),
  /** Try again: lock busy, database away, interrupted. */
  TRY_AGAIN(75),
  /** Credentials or privileges. */
  ACCESS(77);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The process exit code, 0 to 255. */
  public int code() {
    return code;
  }
}
