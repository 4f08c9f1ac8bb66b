package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Turns the driver's exceptions into what a person must know, without secrets and without row data.
 */
public final class ServerErrors {
  private static final String CONNECTION_REJECTED = "08004";

  private ServerErrors() {}

  /** Why connecting failed. */
  public static EngineException whileConnecting(SQLException e, Credentials credentials) {
    String where = credentials.display();
    String said = message(e);
    String state = e.getSQLState();
    Optional<EngineException> tls = TlsFailure.of(e, credentials);
    if (tls.isPresent()) {
      return tls.get();
    }
    if ("3D000".equals(state)) {
      return new EngineException(
          FailureReason.DependencyMissing,
          "the server "
              + where
              + " has no such database: "
              + said
              + ". Create it, or correct the Secret");
    }
    if ("08P01".equals(state) && said.contains("startup parameter")) {
      return new EngineException(
          FailureReason.PoolerUnsupported,
          "a pooler at "
              + where
              + " refused the connection: "
              + said
              + ". Put the server's own address into the Secret (DIRECT_URL), or let the pooler"
              + " ignore that parameter (PgBouncer: ignore_startup_parameters)");
    }
    if (CONNECTION_REJECTED.equals(state)) {
      // Raised by the driver: it will not connect on these terms, however often it is tried.
      return new EngineException(
          FailureReason.CredentialsRejected,
          "no connection to "
              + where
              + " on these terms (sslmode "
              + credentials.tls().mode()
              + "): "
              + said
              + " Correct the Secret or the server's settings, then ask for another attempt");
    }
    return switch (SqlStateClass.of(state)) {
      case CREDENTIALS ->
          new EngineException(
              FailureReason.CredentialsRejected,
              "the server at "
                  + where
                  + " refused the credentials (SQLSTATE "
                  + state
                  + "): "
                  + said
                  + ". Correct the Secret, then ask for another attempt");
      case RESOURCES ->
          new EngineException(
              FailureReason.TargetOutOfResources,
              "the server at "
                  + where
                  + " has no room for a connection (SQLSTATE "
                  + state
                  + "): "
                  + said);
      case PRIVILEGE ->
          new EngineException(
              FailureReason.PrivilegeMissing,
              "at " + where + ": " + said + " (SQLSTATE " + state + ")");
      default ->
          new EngineException(
              FailureReason.TargetUnreachable,
              "cannot reach PostgreSQL at "
                  + where
                  + ": "
                  + (has(e, UnknownHostException.class)
                      ? "the name " + credentials.host() + " is not known here"
                      : rootMessage(e))
                  + ". Trying again");
    };
  }

  /** Why a statement of Schemaward's own (not of a migration) failed. */
  public static EngineException whileWorking(SQLException e, String doing) {
    String state = e.getSQLState();
    String said = message(e) + (state == null ? "" : " (SQLSTATE " + state + ")");
    FailureReason reason =
        switch (SqlStateClass.of(state)) {
          case CONNECTION_LOST -> FailureReason.TargetUnreachable;
          case RESOURCES -> FailureReason.TargetOutOfResources;
          case CREDENTIALS -> FailureReason.CredentialsRejected;
          case PRIVILEGE -> FailureReason.PrivilegeMissing;
          case READ_ONLY -> FailureReason.TargetReadOnly;
          case CONTENTION -> FailureReason.LockContention;
          case CANCELLED -> FailureReason.Interrupted;
          case DETERMINISTIC -> FailureReason.NeedsAttention;
        };
    return new EngineException(reason, "while " + doing + ": " + said, e);
  }

  /**
   * The server's own words without its DETAIL, which can hold row data; for errors that the driver
   * raised, the driver's.
   */
  public static String message(SQLException e) {
    if (e instanceof PSQLException p && p.getServerErrorMessage() != null) {
      ServerErrorMessage server = p.getServerErrorMessage();
      String message = server.getMessage();
      String hint = server.getHint();
      return hint == null ? message : message + " (hint: " + hint + ")";
    }
    return rootMessage(e);
  }

  /**
   * Position in the statement that the server points at, in characters from 1; 0 when it points
   * nowhere.
   */
  public static int position(SQLException e) {
    return e instanceof PSQLException p && p.getServerErrorMessage() != null
        ? p.getServerErrorMessage().getPosition()
        : 0;
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    String text = message == null ? root.getClass().getSimpleName() : message;
    return text.split("\n", 2)[0];
  }

  private static boolean has(Throwable e, Class<? extends Throwable> type) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
      if (cause.getCause() == cause) {
        break;
      }
    }
    return false;
  }
}
