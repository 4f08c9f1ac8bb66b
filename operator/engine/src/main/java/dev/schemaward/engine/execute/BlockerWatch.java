package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.EngineException.Blocker;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.plan.BlockerPolicy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sees, from a connection of its own, who blocks a statement while it waits: afterwards nobody can
 * tell. Also sees when the server has long been done with the statement, or cannot be reached at
 * all, while its answer is still waited for: then it gives the connection up, which otherwise
 * nobody would do for hours. Opens its connection only for a statement that is still running after
 * a moment. One thread watches all statements of a run, one after the other: most are over before
 * it wakes, and cost nothing.
 */
final class BlockerWatch implements AutoCloseable {
  private static final long SECOND = 1_000_000_000L;
  private static final Duration MOMENT = Duration.ofMillis(120);

  /** After the server has been done with a statement for so long, its answer will not come. */
  private static final Duration LOST = Duration.ofSeconds(5);

  /** After so long without any contact the server is not there any more. */
  private static final Duration SILENT = Duration.ofSeconds(60);

  /** How long a statement's end waits for a look that is under way. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Credentials credentials;
  private final Session.Settings settings;
  private final Session watched;
  private final Duration lostAfter;
  private final Duration silentAfter;
  private final BlockerPolicy policy;
  private final Progress progress;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Watch current;
  private Thread thread;
  private Session observer;

  /**
   * @param watched the session that executes
   * @param policy whom it may end
   * @param progress hears about once a second how a statement goes on
   */
  BlockerWatch(
      Credentials credentials,
      Session.Settings settings,
      Session watched,
      BlockerPolicy policy,
      Progress progress) {
    this.policy = policy;
    this.progress = progress;
    this.credentials = credentials;
    this.settings = settings;
    this.watched = watched;
    Duration own = credentials.socketTimeout();
    this.lostAfter = own.isZero() || own.compareTo(LOST) > 0 ? LOST : own;
    this.silentAfter = own.isZero() || own.compareTo(SILENT) > 0 ? SILENT : own;
  }

  /** Watches the session {@code pid} until the returned watch is ended. */
  Watch begin(int pid) {
    Watch watch = new Watch(pid);
    unlimited(true);
    current = watch;
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("blocker-watch").start(this::run);
    }
    return watch;
  }

  private void unlimited(boolean unlimited) {
    try {
      watched.waitWithoutLimit(unlimited);
    } catch (SQLException e) {
      return; // the connection is broken; whoever uses it next hears of it
    }
  }

  private void run() {
    try {
      for (long pause = MOMENT.toNanos(); !closed.await(pause, TimeUnit.NANOSECONDS); ) {
        Watch watch = current;
        // Never longer: meanwhile another statement may begin.
        pause = Math.min(MOMENT.toNanos(), watch == null ? Long.MAX_VALUE : watch.lookIfDue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One statement's watch. */
  final class Watch {
    private final int pid;
    private final ReentrantLock looking = new ReentrantLock();
    private final List<Progress.BlockerEnded> ended = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private volatile List<Blocker> seen = List.of();
    private long due = System.nanoTime() + MOMENT.toNanos();
    private long told = System.nanoTime();
    private long notWorkingSince;
    private long silentSince;

    private Watch(int pid) {
      this.pid = pid;
    }

    private void tell(List<Blocker> blockers) throws SQLException {
      if (System.nanoTime() - told < SECOND) {
        return;
      }
      told = System.nanoTime();
      progress.on(stillRunning(pid, blockers));
    }

    /** Looks when it is time to, and returns how long it is until the next time, in nanoseconds. */
    private long lookIfDue() {
      long early = due - System.nanoTime();
      if (early > 0) {
        return early;
      }
      looking.lock();
      try {
        if (over) {
          return MOMENT.toNanos();
        }
        Duration pause = look();
        if (!over && (longer(notWorkingSince, lostAfter) || longer(silentSince, silentAfter))) {
          watched.abort();
          over = true;
        }
        due = System.nanoTime() + pause.toNanos();
        return pause.toNanos();
      } finally {
        looking.unlock();
      }
    }

    private Duration look() {
      try {
        List<Blocker> now = inTheWayOf(pid);
        if (!now.isEmpty()) {
          seen = now;
          if (!policy.none()) {
            ended.addAll(intervene(pid));
          }
        }
        tell(now);
        silentSince = 0;
        notWorkingSince = isWorking() ? 0 : first(notWorkingSince);
      } catch (SQLException e) {
        disconnect();
        silentSince = first(silentSince);
      } catch (EngineException e) {
        // A server that answers, if only to refuse, is there.
        silentSince = e.reason() == FailureReason.TargetUnreachable ? first(silentSince) : 0;
        return MOMENT.plus(lostAfter.dividedBy(5));
      }
      return MOMENT;
    }

    private static long first(long since) {
      return since == 0 ? System.nanoTime() : since;
    }

    private static boolean longer(long since, Duration than) {
      return since != 0 && System.nanoTime() - since > than.toNanos();
    }

    /** Whom it ended, because policy says so; after {@link #end}. */
    List<Progress.BlockerEnded> ended() {
      return ended;
    }

    /** Ends the watch and returns who was seen last; empty when nobody was. */
    List<Blocker> end() {
      over = true;
      unlimited(false);
      try {
        // What it is just finding out belongs to this statement.
        if (looking.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          looking.unlock();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return seen;
    }
  }

  private synchronized Progress.StillRunning stillRunning(int pid, List<Blocker> blockers)
      throws SQLException {
    return observer
        .firstRow(
            "SELECT phase, CASE WHEN blocks_total > 0 THEN 100 * blocks_done / blocks_total WHEN"
                + " tuples_total > 0 THEN 100 * tuples_done / tuples_total ELSE -1 END::text FROM"
                + " pg_catalog.pg_stat_progress_create_index WHERE pid = "
                + pid
                + " UNION ALL SELECT phase, CASE WHEN heap_blks_total > 0 THEN 100 *"
                + " heap_blks_scanned / heap_blks_total ELSE -1 END::text FROM"
                + " pg_catalog.pg_stat_progress_cluster WHERE pid = "
                + pid
                + " UNION ALL SELECT phase, CASE WHEN heap_blks_total > 0 THEN 100 *"
                + " heap_blks_scanned / heap_blks_total ELSE -1 END::text FROM"
                + " pg_catalog.pg_stat_progress_vacuum WHERE pid = "
                + pid)
        .map(row -> new Progress.StillRunning(row[0], Integer.parseInt(row[1]), blockers))
        .orElseGet(() -> new Progress.StillRunning(null, -1, blockers));
  }

  private synchronized boolean isWorking() throws SQLException {
    return observer.isWorking(watched.backend());
  }

  private synchronized List<Blocker> inTheWayOf(int pid) throws SQLException, EngineException {
    if (observer == null) {
      observer = Session.open(credentials, settings, RoundTrip.UNWATCHED);
    }
    return MigrationLock.blockers(
        observer,
        "SELECT a.pid::text, a.application_name, coalesce(host(a.client_addr), 'local'), a.state,"
            + " extract(epoch FROM now() - coalesce(a.xact_start, a.state_change,"
            + " a.backend_start))::bigint::text FROM unnest(pg_catalog.pg_blocking_pids("
            + pid
            + ")) b(pid) JOIN pg_catalog.pg_stat_activity a USING (pid)");
  }

  /** Ends those in the way of {@code pid} whom policy names. */
  private synchronized List<Progress.BlockerEnded> intervene(int pid) throws SQLException {
    List<Progress.BlockerEnded> done = new ArrayList<>();
    for (String[] row :
        observer.rows(
            "SELECT a.pid::text, a.application_name, a.state LIKE 'idle in transaction%',"
                + " extract(epoch FROM now() - a.state_change)::bigint::text FROM"
                + " unnest(pg_catalog.pg_blocking_pids("
                + pid
                + ")) b(pid) JOIN pg_catalog.pg_stat_activity a USING (pid) JOIN"
                + " pg_catalog.pg_roles r ON r.oid = a.usesysid WHERE a.backend_type = 'client"
                + " backend' AND NOT r.rolsuper AND a.application_name !~ '^(pg_dump|pg_basebackup|"
                + "pgbackrest|barman|wal-g|schemaward)' AND a.query !~* '^\\s*vacuum' AND ("
                + named()
                + ")")) {
      boolean idle = row[2].equals("t");
      try {
        observer.row(
            "SELECT pg_catalog."
                + (idle ? "pg_terminate_backend" : "pg_cancel_backend")
                + "("
                + row[0]
                + ")");
        done.add(
            new Progress.BlockerEnded(
                Integer.parseInt(row[0]), row[1], idle, Long.parseLong(row[3])));
      } catch (SQLException e) {
        if (!"42501".equals(e.getSQLState())) {
          throw e;
        } // not ours to end: it stays in the way, and is named
      }
    }
    return done;
  }

  private String named() {
    List<String> conditions = new ArrayList<>();
    if (policy.idleInTransactionFor() != null) {
      conditions.add(
          "a.state LIKE 'idle in transaction%' AND a.state_change < now() - interval '"
              + policy.idleInTransactionFor().toSeconds()
              + " s'");
    }
    if (policy.application() != null) {
      conditions.add("a.application_name ~ " + Sql.literal(policy.application()));
    }
    return String.join(" OR ", conditions);
  }

  private synchronized void disconnect() {
    if (observer != null) {
      observer.close();
      observer = null;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    if (thread != null) {
      try {
        thread.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    disconnect();
  }
}
