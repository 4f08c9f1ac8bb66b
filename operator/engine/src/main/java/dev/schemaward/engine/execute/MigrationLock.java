package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.EngineException.Blocker;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * The lock that makes one runner of all runners: Prisma's own advisory key (a hand-run {@code
 * prisma migrate deploy} and Schemaward exclude each other), session level, per database. Only ever
 * tried, never waited for in the server: a blocking waiter owns a snapshot, and CREATE INDEX
 * CONCURRENTLY of the holder would wait for it for ever (40P01, reproduced).
 */
final class MigrationLock {
  /** Prisma's key; {@code classid 0, objid 72707369, objsubid 1} in pg_locks. */
  static final long KEY = 72707369L;

  /**
   * Our own key, held as well: it keeps other runners out while {@link #letGo} lets Prisma's go.
   * {@code classid} and {@code objid} are its halves.
   */
  private static final int OWN_HIGH = 0x73636865;

  private static final int OWN_LOW = 0x6d617761;
  private static final long OWN_KEY = ((long) OWN_HIGH << 32) | OWN_LOW;

  /**
   * A scalar that fails with division_by_zero (22012) unless this very session holds the lock and
   * the epoch is still ours.
   */
  static String proof(long epoch) {
    return "SELECT 1 / count(*)::int FROM schemaward.meta WHERE epoch = " + epoch + " AND " + HELD;
  }

  /**
   * The same for the locks alone, at a fifth of the price (pg_locks shows every lock of the
   * server), for a transaction that begins right behind another one of this session: fails with
   * division_by_zero unless the session holds both. Each is held twice, so that what PostgreSQL
   * says when one of the two is given back tells, and nobody else gets the lock meanwhile.
   */
  static String stillHeld() {
    return "SELECT 1 / (CASE WHEN "
        + unlocked(OWN_KEY)
        + " AND "
        + unlocked(KEY)
        + " THEN "
        + locked(OWN_KEY)
        + " AND "
        + locked(KEY)
        + " ELSE false END)::int";
  }

  private static String locked(long key) {
    return "pg_catalog.pg_try_advisory_lock(" + key + ")";
  }

  private static String unlocked(long key) {
    return "pg_catalog.pg_advisory_unlock(" + key + ")";
  }

  private static final String HELD =
      "(SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND (classid, objid)"
          + " IN ((0, "
          + KEY
          + "), ("
          + OWN_HIGH
          + ", "
          + OWN_LOW
          + ")) AND objsubid = 1 AND pid = pg_catalog.pg_backend_pid() AND granted) = 2";

  private MigrationLock() {}

  /** True when {@link #proof} would succeed. */
  static boolean isProved(Session session, long epoch) throws SQLException {
    return session
        .firstRow("SELECT 1 FROM schemaward.meta WHERE epoch = " + epoch + " AND " + HELD)
        .isPresent();
  }

  /**
   * Takes the lock, polling with jitter.
   *
   * @throws EngineException LockContention when {@code patience} ran out, Interrupted,
   *     PoolerUnsupported
   */
  static void acquire(
      Session session,
      Duration patience,
      RandomGenerator random,
      Progress progress,
      Cancellation cancellation)
      throws EngineException {
    long begun = System.nanoTime();
    try {
      while (true) {
        if (tryBoth(session)) {
          break;
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - begun);
        List<Blocker> holders = holders(session);
        if (waited.compareTo(patience) >= 0) {
          throw new EngineException(
              FailureReason.LockContention,
              "another session holds the migration lock of this database"
                  + describe(holders)
                  + "; waited "
                  + patience.toSeconds()
                  + " s, nothing was executed. Trying again later",
              null,
              holders,
              null);
        }
        progress.on(new Progress.WaitingForMigrationLock(holders, waited));
        if (cancellation.pause(Duration.ofMillis(100 + random.nextInt(200)))) {
          throw new EngineException(
              FailureReason.Interrupted, "told to stop while waiting for the migration lock");
        }
      }
      // Through a transaction pooler the next transaction may run on another server session.
      session.execute("BEGIN");
      boolean held =
          session
              .row(
                  "SELECT CASE WHEN "
                      + HELD
                      + " THEN "
                      + locked(OWN_KEY)
                      + " AND "
                      + locked(KEY)
                      + " ELSE false END")[0]
              .equals("t");
      session.execute("COMMIT");
      if (!held) {
        throw Session.transactionPooler();
      }
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "taking the migration lock");
    }
  }

  private static boolean tryBoth(Session session) throws SQLException {
    if (!session.row("SELECT " + locked(OWN_KEY))[0].equals("t")) {
      return false;
    }
    if (session.row("SELECT " + locked(KEY))[0].equals("t")) {
      return true;
    }
    session.row("SELECT " + unlocked(OWN_KEY));
    return false;
  }

  /**
   * Lets Prisma's key go while a statement runs that waits for every older snapshot: a Prisma CLI
   * that waits for the key in the server has one, and each would wait for the other (40P01, or for
   * ever after the CLI is gone). With the key it sees the row of the migration that is under way
   * and stops by itself (P3009). Other runners stay out.
   */
  static void letGo(Session session) throws SQLException {
    session.row("SELECT " + unlocked(KEY) + ", " + unlocked(KEY));
  }

  /**
   * Takes Prisma's key again.
   *
   * @return false when somebody kept it longer than {@code patience}
   */
  static boolean retake(Session session, Duration patience, RandomGenerator random)
      throws SQLException {
    long begun = System.nanoTime();
    String twice = "SELECT CASE WHEN " + locked(KEY) + " THEN " + locked(KEY) + " ELSE false END";
    while (!session.row(twice)[0].equals("t")) {
      if (System.nanoTime() - begun > patience.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(Duration.ofMillis(50 + random.nextInt(50)).toNanos());
    }
    return true;
  }

  /** Who holds it now. */
  static List<Blocker> holders(Session session) throws SQLException {
    return blockers(
        session,
        "SELECT DISTINCT a.pid::text, a.application_name, coalesce(host(a.client_addr), 'local'),"
            + " a.state, extract(epoch FROM now() - coalesce(a.xact_start, a.state_change,"
            + " a.backend_start))::bigint::text FROM pg_catalog.pg_locks l JOIN"
            + " pg_catalog.pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND"
            + " (l.classid, l.objid) IN ((0, "
            + KEY
            + "), ("
            + OWN_HIGH
            + ", "
            + OWN_LOW
            + ")) AND l.objsubid = 1 AND l.granted AND l.database ="
            + " (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())");
  }

  static List<Blocker> blockers(Session session, String query) throws SQLException {
    List<Blocker> blockers = new ArrayList<>();
    for (String[] row : session.rows(query)) {
      blockers.add(
          new Blocker(
              Integer.parseInt(row[0]),
              row[1] == null ? "" : row[1],
              row[2],
              row[3],
              row[4] == null ? 0 : Long.parseLong(row[4])));
    }
    return blockers;
  }

  static String describe(List<Blocker> blockers) {
    if (blockers.isEmpty()) {
      return "";
    }
    Blocker first = blockers.getFirst();
    return " (pid "
        + first.pid()
        + (first.application().isEmpty() ? "" : ", " + first.application())
        + ", from "
        + first.client()
        + (first.state() == null ? "" : ", " + first.state())
        + ", "
        + first.ageSeconds()
        + " s"
        + (blockers.size() > 1 ? "; and " + (blockers.size() - 1) + " more" : "")
        + ")";
  }
}
