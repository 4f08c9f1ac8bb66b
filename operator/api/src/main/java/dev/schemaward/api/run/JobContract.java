package dev.schemaward.api.run;

/** Paths and markers that the controller puts into a Job and the runner relies on. */
public final class JobContract {
  /** Where the bundle is mounted, read-only. */
  public static final String BUNDLE_DIRECTORY = "/var/run/schemaward/bundle";

  /** Where the keys of the database Secret are mounted as files, read-only. */
  public static final String SECRET_DIRECTORY = "/var/run/schemaward/database";

  /** Where the runner writes its {@link RunResult}: the container's termination message. */
  public static final String RESULT_FILE = "/dev/termination-log";

  /**
   * Upper bound of the encoded {@link RunResult}, in bytes; Kubernetes cuts a termination message
   * at 4096.
   */
  public static final int MAX_RESULT_BYTES = 4096;

  /** Name of the container whose termination message and log count. */
  public static final String CONTAINER = "schemaward";

  /**
   * First line of a framed {@link PlanDocument} in the log: this text, a space, the number of bytes
   * of the JSON, a space, its lower-case hex SHA-256. Lines of base64 (at most 4,000 characters) of
   * the gzipped JSON follow.
   */
  public static final String FRAME_BEGIN = "-----BEGIN SCHEMAWARD PLAN-----";

  /** Last line of a framed {@link PlanDocument}. */
  public static final String FRAME_END = "-----END SCHEMAWARD PLAN-----";

  private JobContract() {}
}
