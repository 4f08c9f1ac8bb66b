package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.drift.SchemaFingerprint;
import dev.schemaward.engine.drift.SchemaScope;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;

/**
 * The part of a run that needs no bundle: connects, takes the migration lock, reads the live
 * schema. It goes on in a thread of its own while the bundle is read, and nothing is written
 * meanwhile.
 */
public final class EarlyStart {
  private final ApplyRequest request;
  private final Progress progress;
  private final Cancellation cancellation;
  private final RandomGenerator random;
  private final FutureTask<Started> task = new FutureTask<>(this::start);
  private volatile Session.Backend backend;
  private boolean unwanted;
  private Session opened;

  /**
   * What it came to.
   *
   * @param session holds the migration lock
   * @param fingerprint of the live schema, read under that lock
   */
  record Started(Session session, String fingerprint) {}

  private EarlyStart(
      ApplyRequest request, Progress progress, Cancellation cancellation, RandomGenerator random) {
    this.request = request;
    this.progress = progress;
    this.cancellation = cancellation;
    this.random = random;
  }

  /**
   * Starts; returns at once.
   *
   * @param request its bundle is not looked at and may be null
   */
  public static EarlyStart begin(
      ApplyRequest request, Progress progress, Cancellation cancellation) {
    EarlyStart start =
        new EarlyStart(request, progress, cancellation, RandomGenerator.getDefault());
    Thread.ofPlatform().daemon().name("early-start").start(start.task);
    return start;
  }

  private Started start() throws EngineException {
    Session session = Applier.connect(request, "schemaward");
    try {
      keep(session);
      backend = session.backend();
      cancellation.watch(session);
      MigrationLock.acquire(session, request.policy().lockWait(), random, progress, cancellation);
      return new Started(session, SchemaFingerprint.of(session, SchemaScope.all()));
    } catch (SQLException e) {
      session.close();
      throw ServerErrors.whileWorking(e, "reading the catalogue");
    } catch (EngineException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** Closes at once what nobody waits for any more. */
  private synchronized void keep(Session session) throws EngineException {
    if (unwanted) {
      throw new EngineException(FailureReason.Interrupted, "the bundle cannot be applied");
    }
    opened = session;
  }

  /**
   * There will be no run: gives the lock up, without waiting for anything. What it does just then
   * on the server ends with the connection.
   */
  public synchronized void abandon() {
    unwanted = true;
    if (opened != null) {
      cancellation.watch(null);
      opened.abort();
    }
  }

  /**
   * Waits for the end of the beginning.
   *
   * @throws EngineException for every trouble with the server
   */
  Started await() throws EngineException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(FailureReason.Interrupted, "told to stop while connecting");
    }
  }

  /** The session as the server knows it, also when it was lost since; null when there was none. */
  Session.Backend backend() {
    return backend;
  }
}
