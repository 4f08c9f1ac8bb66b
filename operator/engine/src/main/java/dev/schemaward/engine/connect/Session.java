package dev.schemaward.engine.connect;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * One PostgreSQL session, set up as execution.md says. It takes the lock and runs every statement:
 * losing it is losing the lock, which is the point.
 *
 * <p>The driver speaks the simple protocol, one text a call: {@code ?} stays an operator, nothing
 * is prepared, and several bookkeeping statements may travel in one message. Transactions are
 * explicit BEGIN and COMMIT texts; the driver is in autocommit mode throughout.
 */
public final class Session implements AutoCloseable {
  private static final int MINIMUM_VERSION = 13;
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration LONGEST_ANSWER = Duration.ofHours(1);

  private final Connection connection;
  private final Settings settings;
  private final RoundTrip roundTrip;
  private final Duration answerTimeout;
  private final AtomicReference<Statement> running = new AtomicReference<>();
  private final int majorVersion;
  private final String serverVersion;
  private final Backend backend;
  private final String schema;
  private String applicationName;

  /**
   * What a session is set up with.
   *
   * @param applicationName at most 63 bytes count
   * @param schema target schema; null for the URL's, else the first of the role's search_path
   * @param statementTimeout zero for none
   */
  public record Settings(String applicationName, String schema, Duration statementTimeout) {}

  /**
   * A session as the server knows it.
   *
   * @param pid process id on the server
   * @param start seconds since the epoch: a process id alone is used again
   */
  public record Backend(int pid, String start) {}

  private Session(
      Connection connection,
      Settings settings,
      Duration answerTimeout,
      RoundTrip roundTrip,
      PoolerProbe.Opener opener)
      throws SQLException, EngineException {
    this.connection = connection;
    this.settings = settings;
    this.answerTimeout = answerTimeout;
    this.roundTrip = roundTrip;
    this.majorVersion = connection.getMetaData().getDatabaseMajorVersion();
    this.serverVersion = connection.getMetaData().getDatabaseProductVersion().split(" ", 2)[0];
    if (majorVersion < MINIMUM_VERSION) {
      throw new EngineException(
          FailureReason.ServerUnsupported,
          "the server is PostgreSQL " + serverVersion + "; Schemaward needs 13 or newer");
    }
    String[] facts =
        row(
            "SELECT pg_backend_pid()::text, coalesce(current_schema(), 'public'),"
                + " pg_is_in_recovery()::text, current_setting('default_transaction_read_only'),"
                + " (SELECT extract(epoch FROM backend_start)::text FROM pg_stat_activity WHERE pid"
                + " = pg_backend_pid())");
    this.backend = new Backend(Integer.parseInt(facts[0]), facts[4]);
    this.schema = settings.schema() == null ? facts[1] : settings.schema();
    PoolerProbe.refuseTransactionPooler(connection, backend.pid(), opener);
    if (facts[2].equals("true") || facts[2].equals("t")) {
      throw new EngineException(
          FailureReason.TargetReadOnly,
          "this server is a standby in recovery; migrations need the primary. Waiting for it to"
              + " become one");
    }
    if (facts[3].equals("on")) {
      throw new EngineException(
          FailureReason.TargetReadOnly,
          "default_transaction_read_only is on for this role or database. Waiting for it to be"
              + " switched off");
    }
    execute(settings());
  }

  /**
   * Connects and sets the session up. Credentials that the server refuses are read again once: they
   * may have been rotated since.
   *
   * @throws EngineException TargetUnreachable, CredentialsRejected, TargetOutOfResources,
   *     TargetReadOnly, ServerUnsupported, PoolerUnsupported
   */
  public static Session open(Credentials credentials, Settings settings, RoundTrip roundTrip)
      throws EngineException {
    try {
      return connect(credentials, settings, roundTrip);
    } catch (EngineException refused) {
      if (refused.reason() != FailureReason.CredentialsRejected || credentials.again() == null) {
        throw refused;
      }
      Credentials fresh = credentials.again().read();
      if (fresh.sameAs(credentials)) {
        throw refused;
      }
      return connect(fresh, settings, roundTrip);
    }
  }

  private static Session connect(Credentials credentials, Settings settings, RoundTrip roundTrip)
      throws EngineException {
    Settings resolved =
        settings.schema() != null
            ? settings
            : new Settings(
                settings.applicationName(), credentials.schema(), settings.statementTimeout());
    PoolerProbe.Opener opener =
        () -> DriverManager.getConnection(url(credentials), properties(credentials, resolved));
    Connection connection = null;
    try {
      connection = opener.open();
      return new Session(
          connection, resolved, answerTimeout(credentials, resolved), roundTrip, opener);
    } catch (SQLException e) {
      abandon(connection);
      throw ServerErrors.whileConnecting(e, credentials);
    } catch (EngineException e) {
      abandon(connection);
      throw e;
    }
  }

  private static String url(Credentials credentials) {
    String host = credentials.host();
    return "jdbc:postgresql://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + credentials.port()
        + "/"
        + java.net.URLEncoder.encode(
            credentials.database(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static Properties properties(Credentials credentials, Settings settings) {
    Properties properties = new Properties();
    if (credentials.user() != null) {
      properties.setProperty("user", credentials.user());
    }
    if (credentials.password() != null) {
      properties.setProperty("password", credentials.password());
    }
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("ApplicationName", settings.applicationName());
    properties.setProperty("assumeMinServerVersion", "9.4");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("socketFactory", TcpSocketFactory.class.getName());
    long connectSeconds = credentials.connectTimeout().toSeconds();
    properties.setProperty("connectTimeout", Long.toString(connectSeconds));
    properties.setProperty("loginTimeout", Long.toString(connectSeconds));
    properties.setProperty(
        "socketTimeout",
        Long.toString(Math.max(1, answerTimeout(credentials, settings).toSeconds())));
    TlsSocketFactory.configure(properties, credentials.tls());
    set(properties, "options", credentials.options());
    return properties;
  }

  /**
   * How long to wait for an answer: a little longer than the server may take, else a connection
   * that died without a word is waited on for ever.
   */
  private static Duration answerTimeout(Credentials credentials, Settings settings) {
    if (!credentials.socketTimeout().isZero()) {
      return credentials.socketTimeout();
    }
    return settings.statementTimeout().isZero()
        ? LONGEST_ANSWER
        : settings.statementTimeout().plus(GRACE);
  }

  private static void set(Properties properties, String name, String value) {
    if (value != null) {
      properties.setProperty(name, value);
    }
  }

  /**
   * SQL that sets every session setting that matters. Also after a migration: {@link #reset()}
   * undoes what its script set.
   */
  private String settings() {
    StringBuilder sql = new StringBuilder();
    if (settings.schema() != null) {
      sql.append("SET search_path = ").append(Sql.identifier(settings.schema())).append("; ");
    }
    sql.append(
        "SET TimeZone = 'UTC'; SET standard_conforming_strings = on; SET lock_timeout = '2s'; ");
    sql.append("SET statement_timeout = ").append(settings.statementTimeout().toMillis());
    sql.append("; SET idle_in_transaction_session_timeout = '10min'; ");
    if (applicationName != null) {
      sql.append("SET application_name = ").append(Sql.literal(applicationName)).append("; ");
    }
    sql.append(
        "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count ="
            + " 3; ");
    sql.append("SET tcp_user_timeout = '60s'");
    if (majorVersion >= 14) {
      // A runner that was killed must not leave its statement running and committing behind it.
      sql.append("; SET client_connection_check_interval = '1s'");
      // Nor must the lock stay with a session that nobody will ever speak to again.
      sql.append("; SET idle_session_timeout = '10min'");
    }
    return sql.toString();
  }

  /** Undoes whatever a script did to the session; must not be in a transaction. */
  public void reset() throws SQLException {
    execute(resetting());
  }

  /** SQL of {@link #reset()}, to be sent together with what follows it. */
  public String resetting() {
    return "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; UNLISTEN *; " + settings();
  }

  /**
   * From now on the session goes by this name, also after {@link #reset()}.
   *
   * @param name at most 63 bytes count
   */
  public void rename(String name) throws SQLException {
    execute("SET application_name = " + Sql.literal(name));
    applicationName = name;
  }

  /** Sends this text as one message. */
  public void execute(String sql) throws SQLException {
    roundTrip.before(sql);
    try (Statement statement = statement()) {
      running.set(statement);
      try {
        statement.execute(sql);
      } finally {
        running.set(null);
      }
    }
    roundTrip.after(sql);
  }

  /** Sends this statement and returns how many rows it changed. */
  public long update(String sql) throws SQLException {
    roundTrip.before(sql);
    long count;
    try (Statement statement = statement()) {
      running.set(statement);
      try {
        count = statement.executeLargeUpdate(sql);
      } finally {
        running.set(null);
      }
    }
    roundTrip.after(sql);
    return count;
  }

  /** All rows of a query, every column as text, null for NULL. */
  public List<String[]> rows(String sql) throws SQLException {
    try (Statement statement = statement()) {
      return rows(statement, sql);
    }
  }

  /** The same for a query that is not ours and may take long: {@link #cancelRunning} ends it. */
  public List<String[]> cancellableRows(String sql) throws SQLException {
    try (Statement statement = statement()) {
      running.set(statement);
      try {
        return rows(statement, sql);
      } finally {
        running.set(null);
      }
    }
  }

  private List<String[]> rows(Statement statement, String sql) throws SQLException {
    roundTrip.before(sql);
    List<String[]> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        String[] row = new String[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = result.getString(i + 1);
        }
        rows.add(row);
      }
    }
    roundTrip.after(sql);
    return rows;
  }

  /** The first row of a query that returns at least one. */
  public String[] row(String sql) throws SQLException {
    return firstRow(sql).orElseThrow(() -> new SQLException("no row: " + sql, "02000"));
  }

  /** The first row of a query, if any. */
  public Optional<String[]> firstRow(String sql) throws SQLException {
    return rows(sql).stream().findFirst();
  }

  private Statement statement() throws SQLException {
    Statement statement = connection.createStatement();
    statement.setEscapeProcessing(false);
    return statement;
  }

  /**
   * Asks the server to cancel what runs now; from another thread, through a connection of its own.
   */
  public void cancelRunning() {
    Statement statement = running.get();
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        // The statement has just ended, or the connection has: either way nothing is left to
        // cancel.
        return;
      }
    }
  }

  /** True inside a transaction block that a script opened, also an aborted one. */
  public boolean inTransaction() {
    return ((BaseConnection) connection).getTransactionState() != TransactionState.IDLE;
  }

  /** For example {@code 18}. */
  public int majorVersion() {
    return majorVersion;
  }

  /** For example {@code 18.6}. */
  public String serverVersion() {
    return serverVersion;
  }

  /** Process id of this session on the server. */
  public int pid() {
    return backend.pid();
  }

  /** This session as the server knows it. */
  public Backend backend() {
    return backend;
  }

  /** Ends another session of the same role, if it is still there. */
  public void terminate(Backend other) throws SQLException {
    rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = "
            + other.pid()
            + " AND extract(epoch FROM backend_start)::text = "
            + Sql.literal(other.start()));
  }

  /** False when the server says that this other session has nothing to do, or is gone. */
  public boolean isWorking(Backend other) throws SQLException {
    // With track_activities off the state is 'disabled' and nobody can tell.
    return firstRow(
            "SELECT 1 FROM pg_stat_activity WHERE pid = "
                + other.pid()
                + " AND extract(epoch FROM backend_start)::text = "
                + Sql.literal(other.start())
                + " AND coalesce(state, '') NOT LIKE 'idle%'")
        .isPresent();
  }

  /**
   * For a statement that may take as long as it likes, because somebody else watches whether the
   * server still works on it.
   */
  public void waitWithoutLimit(boolean unlimited) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, unlimited ? 0 : (int) answerTimeout.toMillis());
  }

  /** Gives the connection up, from any thread: whoever waits for an answer stops waiting. */
  public void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      return; // it was broken already
    }
  }

  /**
   * Refuses to go on: what was set on this session did not stay on it.
   *
   * @return PoolerUnsupported
   */
  public static EngineException transactionPooler() {
    return PoolerProbe.transactionPooler();
  }

  /** The resolved target schema. */
  public String schema() {
    return schema;
  }

  @Override
  public void close() {
    abandon(connection);
  }

  private static void abandon(Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        return; // it was broken already; the server cleans up
      }
    }
  }
}
