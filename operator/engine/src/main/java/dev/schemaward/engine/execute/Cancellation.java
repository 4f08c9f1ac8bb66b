package dev.schemaward.engine.execute;

import dev.schemaward.engine.connect.Session;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A request to stop, from another thread: the running statement is cancelled, no further one is
 * begun.
 */
public final class Cancellation {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final AtomicReference<Session> session = new AtomicReference<>();

  /** Asks for an early end. Idempotent; returns at once. */
  public void cancel() {
    requested.countDown();
    Session current = session.get();
    if (current != null) {
      current.cancelRunning();
    }
  }

  public boolean requested() {
    return requested.getCount() == 0;
  }

  /** Whose running statement a cancellation ends; null for none any more. */
  public void watch(Session current) {
    session.set(current);
    if (requested() && current != null) {
      current.cancelRunning();
    }
  }

  /** Waits, but no longer than until a cancellation; returns true when there was one. */
  public boolean pause(Duration duration) {
    try {
      return requested.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      requested.countDown();
      return true;
    }
  }
}
