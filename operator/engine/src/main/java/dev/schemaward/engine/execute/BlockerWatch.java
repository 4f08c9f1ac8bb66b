package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.EngineException.Blocker;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sees, from a connection of its own, who blocks a statement while it waits: afterwards nobody can
 * tell. Opens that connection only for a statement that is still running after a moment; if it
 * cannot, it sees nobody.
 */
final class BlockerWatch implements AutoCloseable {
  private static final Duration MOMENT = Duration.ofMillis(120);

  private final Credentials credentials;
  private final Session.Settings settings;
  private Session observer;

  BlockerWatch(Credentials credentials, Session.Settings settings) {
    this.credentials = credentials;
    this.settings = settings;
  }

  /** Watches the session {@code pid} until the returned watch is ended. */
  Watch begin(int pid) {
    Watch watch = new Watch(pid);
    watch.thread = Thread.ofVirtual().start(watch::run);
    return watch;
  }

  /** One statement's watch. */
  final class Watch {
    private final int pid;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile List<Blocker> seen = List.of();
    private Thread thread;

    private Watch(int pid) {
      this.pid = pid;
    }

    private void run() {
      try {
        while (!ended.await(MOMENT.toMillis(), TimeUnit.MILLISECONDS)) {
          List<Blocker> now = look(pid);
          if (!now.isEmpty()) {
            seen = now;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (SQLException | EngineException e) {
        // Seeing nobody is an acceptable answer; failing the migration because of it is not.
        seen = List.of();
      }
    }

    /** Ends the watch and returns who was seen last; empty when nobody was. */
    List<Blocker> end() {
      ended.countDown();
      try {
        thread.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return seen;
    }
  }

  private synchronized List<Blocker> look(int pid) throws SQLException, EngineException {
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

  @Override
  public synchronized void close() {
    if (observer != null) {
      observer.close();
      observer = null;
    }
  }
}
