package dev.schemaward.engine.plan;

import java.time.Duration;

/**
 * Which sessions may be ended when a statement waits for them. None by default. Whatever is said
 * here, a superuser's session, a walsender, a backup and a vacuum are left alone.
 *
 * @param idleInTransactionFor ends (terminates) sessions that have been idle in a transaction for
 *     longer; null for none
 * @param application regular expression (PostgreSQL's) for {@code application_name}: such a
 *     session's statement is cancelled, or, when it is idle in a transaction, it is ended; null for
 *     none
 */
public record BlockerPolicy(Duration idleInTransactionFor, String application) {
  /** Nobody is ended. */
  public static final BlockerPolicy NONE = new BlockerPolicy(null, null);

  /** True when nobody is ended. */
  public boolean none() {
    return idleInTransactionFor == null && application == null;
  }
}
