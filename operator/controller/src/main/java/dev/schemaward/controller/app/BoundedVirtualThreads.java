package dev.schemaward.controller.app;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A virtual thread for each reconciliation, but only so many at once: a reconciliation mostly waits
 * for the API server, and the API server is what must be spared.
 */
final class BoundedVirtualThreads extends AbstractExecutorService {
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("reconcile-", 0).factory());
  private final Semaphore permits;

  private BoundedVirtualThreads(int atOnce) {
    permits = new Semaphore(atOnce, true);
  }

  static ExecutorService of(int atOnce) {
    return new BoundedVirtualThreads(atOnce);
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(
        () -> {
          try {
            permits.acquire();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return; // shut down before its turn came
          }
          try {
            task.run();
          } finally {
            permits.release();
          }
        });
  }

  @Override
  public void shutdown() {
    threads.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return threads.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return threads.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return threads.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return threads.awaitTermination(timeout, unit);
  }
}
