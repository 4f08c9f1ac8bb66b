package dev.schemaward.engine.plan;

import dev.schemaward.engine.hazard.LintPolicy;
import java.time.Duration;

/**
 * Bounds of an execution.
 *
 * @param lockWait how long to wait for the migration lock, and how long to keep trying for table
 *     locks
 * @param statementTimeout after which the server ends a statement; zero for never
 * @param deadline after which no further statement is begun
 * @param lint which findings keep it from running
 * @param blockers which sessions may be ended when a statement waits for them
 */
public record ExecutionPolicy(
    Duration lockWait,
    Duration statementTimeout,
    Duration deadline,
    BlockerPolicy blockers,
    LintPolicy lint) {
  /** Nobody is ended, nothing is blocked. */
  public ExecutionPolicy(Duration lockWait, Duration statementTimeout, Duration deadline) {
    this(lockWait, statementTimeout, deadline, BlockerPolicy.NONE, LintPolicy.NONE);
  }

  public static final ExecutionPolicy DEFAULT =
      new ExecutionPolicy(Duration.ofMinutes(2), Duration.ofMinutes(15), Duration.ofHours(1));
}
