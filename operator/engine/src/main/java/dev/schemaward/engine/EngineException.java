package dev.schemaward.engine;

import java.util.List;

/**
 * The one way in which the engine says that something went wrong. Its message is for a person and
 * holds no secret.
 *
 * @see FailureReason
 */
public final class EngineException extends Exception {
  private static final long serialVersionUID = 1L;

  private final FailureReason reason;
  private final transient StatementFailure failure;
  private final transient List<Blocker> blockers;

  public EngineException(FailureReason reason, String message) {
    this(reason, message, null, List.of(), null);
  }

  public EngineException(FailureReason reason, String message, Throwable cause) {
    this(reason, message, null, List.of(), cause);
  }

  /**
   * With detail.
   *
   * @param failure which statement failed; null when it is not about one
   * @param blockers sessions that were in the way; may be empty
   * @param cause null when there is none
   */
  public EngineException(
      FailureReason reason,
      String message,
      StatementFailure failure,
      List<Blocker> blockers,
      Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.failure = failure;
    this.blockers = List.copyOf(blockers);
  }

  public FailureReason reason() {
    return reason;
  }

  /** Which statement failed; null when it is not about one. */
  public StatementFailure failure() {
    return failure;
  }

  /** Sessions that were in the way; may be empty. */
  public List<Blocker> blockers() {
    return blockers;
  }

  /**
   * A statement that failed.
   *
   * @param migration name of its migration
   * @param statement number in the file, from 1; 0 when it is about the file as a whole
   * @param line line in the file, from 1; 0 when unknown
   * @param sqlState five characters; null when the server said nothing
   * @param error the server's message without row data
   * @param tookEffect what of the migration is in the database now
   * @param advice what to do next
   */
  public record StatementFailure(
      String migration,
      int statement,
      int line,
      String sqlState,
      String error,
      String tookEffect,
      String advice) {}

  /**
   * A session that is in the way.
   *
   * @param pid process id on the server
   * @param application its {@code application_name}; may be empty
   * @param client address, or {@code local}
   * @param state state in {@code pg_stat_activity}; null when not visible
   * @param ageSeconds age of its transaction or, without one, of its session, in seconds
   */
  public record Blocker(
      int pid, String application, String client, String state, long ageSeconds) {}
}
