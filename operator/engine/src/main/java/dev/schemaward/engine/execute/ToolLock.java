package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.EngineException.Blocker;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The advisory locks under which the bundle's own tool works, held beside the {@link MigrationLock}
 * until the session ends: a hand-run tool and Schemaward exclude each other. Like that one they are
 * only ever tried, never waited for in the server.
 */
public final class ToolLock {
  private ToolLock() {}

  /**
   * Takes all of them, polling with jitter.
   *
   * @param keys none for a tool without a lock
   * @throws EngineException LockContention when {@code patience} ran out, Interrupted
   */
  static void acquire(
      Session session,
      List<Long> keys,
      Duration patience,
      RandomGenerator random,
      Progress progress,
      Cancellation cancellation)
      throws EngineException {
    long begun = System.nanoTime();
    try {
      for (long key : keys) {
        while (!session.row("SELECT pg_catalog.pg_try_advisory_lock(" + key + ")")[0].equals("t")) {
          Duration waited = Duration.ofNanos(System.nanoTime() - begun);
          List<Blocker> holders = holders(session, key);
          if (waited.compareTo(patience) >= 0) {
            throw atWork(holders, "waited " + patience.toSeconds() + " s, ");
          }
          progress.on(new Progress.WaitingForMigrationLock(holders, waited));
          if (cancellation.pause(Duration.ofMillis(100 + random.nextInt(200)))) {
            throw new EngineException(
                FailureReason.Interrupted, "told to stop while waiting for the tool's lock");
          }
        }
      }
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "taking the migration tool's lock");
    }
  }

  /**
   * What stands in the way, when a history looks as if a person were needed: while the tool is at
   * work, that is only how far it has come.
   *
   * @param failure what the history gave
   * @return {@code failure}, or LockContention
   */
  public static EngineException orAtWork(EngineException failure, Session session, List<Long> keys)
      throws EngineException {
    if (failure.reason() != FailureReason.NeedsAttention) {
      return failure;
    }
    try {
      for (long key : keys) {
        List<Blocker> holders = holders(session, key);
        if (!holders.isEmpty()) {
          return atWork(holders, "");
        }
      }
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "looking who holds the migration tool's lock");
    }
    return failure;
  }

  private static EngineException atWork(List<Blocker> holders, String waited) {
    return new EngineException(
        FailureReason.LockContention,
        "the bundle's own migration tool is at work on this schema"
            + MigrationLock.describe(holders)
            + "; "
            + waited
            + "nothing was executed. Trying again later",
        null,
        holders,
        null);
  }

  private static List<Blocker> holders(Session session, long key) throws SQLException {
    return MigrationLock.blockers(
        session,
        "SELECT a.pid::text, a.application_name, coalesce(host(a.client_addr), 'local'), a.state,"
            + " extract(epoch FROM now() - coalesce(a.xact_start, a.state_change,"
            + " a.backend_start))::bigint::text FROM pg_catalog.pg_locks l JOIN"
            + " pg_catalog.pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND"
            + " l.classid::bigint = "
            + (key >>> 32)
            + " AND l.objid::bigint = "
            + (key & 0xFFFFFFFFL)
            + " AND l.objsubid = 1 AND l.granted AND l.database ="
            + " (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())");
  }
}
