package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * Finds out whether a connection is one server session from its begin to its end, before anything
 * is set on it: behind a transaction pooler our settings would stay on server sessions that belong
 * to the application, and our lock with them.
 *
 * <p>A pooler gives itself away by the key that it hands out for cancel requests: the process id in
 * it is not the server's. Whether it pools transactions is then tried: while our connection is idle
 * and open, its server session must be given to nobody else, and it must stay the same one. Each
 * try has its chance to find it, whichever idle session the pooler prefers: the one used last is
 * given to the second connection; with the one used least, ours changes.
 */
final class PoolerProbe {
  private static final int TRIES = 12;
  private static final int PATIENCE_MILLIS = 3_000;
  private static final String PID = "SELECT pg_catalog.pg_backend_pid()";

  private PoolerProbe() {}

  /** Opens another connection of the same kind. */
  @FunctionalInterface
  interface Opener {
    Connection open() throws SQLException;
  }

  /**
   * Proves that transactions of one connection run on several server sessions.
   *
   * @param first the process id that the server told on {@code ours}
   * @throws EngineException PoolerUnsupported
   */
  static void refuseTransactionPooler(Connection ours, int first, Opener opener)
      throws SQLException, EngineException {
    if (ours.unwrap(PGConnection.class).getBackendPID() == first) {
      return; // the server itself answered
    }
    for (int i = 0; i < TRIES; i++) {
      try (Connection other = opener.open()) {
        other.setNetworkTimeout(Runnable::run, PATIENCE_MILLIS);
        if (pid(ours) != first || taken(other, first) || pid(ours) != first) {
          throw transactionPooler();
        }
      }
    }
  }

  /** What to say about one. */
  static EngineException transactionPooler() {
    return new EngineException(
        FailureReason.PoolerUnsupported,
        "this connection goes through a transaction pooler: its statements run on server sessions"
            + " that it shares with others, so none of them can hold the migration lock. Nothing"
            + " was executed. Put the server's own address into the Secret (DIRECT_URL), or the"
            + " address of a pooler in session mode");
  }

  /** True when the other connection's transaction runs on the session that is ours. */
  private static boolean taken(Connection other, int ours) throws SQLException {
    try (Statement statement = other.createStatement()) {
      statement.execute("BEGIN");
      boolean taken = pid(other) == ours;
      statement.execute("ROLLBACK");
      return taken;
    } catch (SQLException e) {
      if (SqlStateClass.of(e.getSQLState()) == SqlStateClass.CONNECTION_LOST) {
        // No session was free for it, although ours is idle: so ours is not shared.
        return false;
      }
      throw e;
    }
  }

  private static int pid(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(PID)) {
      result.next();
      return result.getInt(1);
    }
  }
}
