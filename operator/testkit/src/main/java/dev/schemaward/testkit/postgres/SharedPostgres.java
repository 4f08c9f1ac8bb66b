package dev.schemaward.testkit.postgres;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One server per major and JVM, for tests that need a database and no server of their own. Ends
 * with the JVM.
 */
public final class SharedPostgres {
  private static final Map<Integer, PostgresServer> SERVERS = new ConcurrentHashMap<>();

  private SharedPostgres() {}

  /** The shared server of this major (14 to 18); started at the first call. Do not close it. */
  public static PostgresServer of(int major) {
    return SERVERS.computeIfAbsent(major, PostgresServer::start);
  }
}
