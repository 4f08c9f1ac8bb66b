package dev.schemaward.engine.shadow;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.connect.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A PostgreSQL server of our own for as long as a plan is made: from server programs on this
 * machine, on a free loopback port, without fsync, small. It ends with {@link #close()} or with the
 * JVM; what a killed JVM left behind is cleared by the next start in the same scratch directory.
 *
 * <p>Migrations run there as a plain role: a superuser could read files and start programs on the
 * machine that also holds the target's credentials, before anybody approved anything.
 */
public final class ShadowServer implements AutoCloseable {
  private static final Duration START_PATIENCE = Duration.ofSeconds(30);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(3);

  private final DataDirectory directory;
  private final int major;
  private final int port;
  private final Process process;
  private final Thread shutdownHook;
  private String password;
  private boolean closed;

  private ShadowServer(DataDirectory directory, int major, int port, Process process) {
    this.directory = directory;
    this.major = major;
    this.port = port;
    this.process = process;
    this.password = directory.password();
    this.shutdownHook = new Thread(this::kill, "stop shadow PostgreSQL " + port);
  }

  /**
   * Starts a server.
   *
   * @param installation directory with {@code bin/postgres}, {@code bin/initdb}, {@code lib},
   *     {@code share} of one major version; only read
   * @param scratch where the server's files go, about 25 MB; created when missing
   * @throws ShadowUnavailableException when there is no such installation, or it does not start
   */
  public static ShadowServer start(Path installation, Path scratch)
      throws ShadowUnavailableException {
    if (!Files.isExecutable(installation.resolve("bin/postgres"))) {
      throw new ShadowUnavailableException(
          "no PostgreSQL server programs in " + installation + " (bin/postgres is missing)");
    }
    DataDirectory directory = null;
    ShadowServer server = null;
    try {
      directory = DataDirectory.create(installation, scratch);
      int port = freePort();
      Process process = launch(installation, directory, port);
      server = new ShadowServer(directory, directory.major(), port, process);
      Runtime.getRuntime().addShutdownHook(server.shutdownHook);
      server.changePassword();
      return server;
    } catch (IOException | SQLException e) {
      if (server != null) {
        server.close();
      } else if (directory != null) {
        directory.delete();
      }
      throw new ShadowUnavailableException(
          "the shadow PostgreSQL in " + scratch + " did not start: " + e.getMessage(), e);
    }
  }

  /**
   * Prepares an installation that will be shipped, read-only, in an image: adds {@code template},
   * so that a server starts in a fifth of a second and as any user. Its password is no secret and
   * is changed at each start.
   */
  public static void shipTemplate(Path installation) throws IOException {
    DataDirectory.ship(installation);
  }

  /** For example 18. */
  public int major() {
    return major;
  }

  /** True while it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Process id of the postmaster, for tests that kill it. */
  long pid() {
    return process.pid();
  }

  /**
   * Creates a database that looks from inside like the target: its name, the role that migrates,
   * its schema.
   *
   * @throws ShadowUnavailableException when the server does not let it
   */
  public ShadowDatabase createDatabase(ShadowDatabase.Names names)
      throws ShadowUnavailableException {
    String rolePassword = DataDirectory.newPassword();
    String database =
        names.database().startsWith("template") ? "shadow_" + names.database() : names.database();
    String role = names.role().equals(DataDirectory.ADMIN) ? "shadow" : names.role();
    try (Session admin = open("template1")) {
      admin.execute(
          "CREATE ROLE "
              + Sql.identifier(role)
              + " LOGIN CREATEDB PASSWORD '"
              + rolePassword
              + "'");
      if (database.equals("postgres")) {
        admin.execute("ALTER DATABASE postgres OWNER TO " + Sql.identifier(role));
      } else {
        admin.execute(
            "CREATE DATABASE "
                + Sql.identifier(database)
                + " OWNER "
                + Sql.identifier(role)
                + (major >= 15 ? " STRATEGY file_copy" : ""));
      }
    } catch (SQLException | EngineException e) {
      throw new ShadowUnavailableException(
          "cannot create the shadow database: " + e.getMessage(), e);
    }
    ShadowDatabase made =
        new ShadowDatabase(
            credentials(database, role, rolePassword),
            credentials(database, DataDirectory.ADMIN, password),
            null,
            names.schema());
    made.prepareOwnServer();
    return made;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      return; // the JVM is ending: the hook does it
    }
    kill();
  }

  /**
   * Its data are worth nothing, so it need not stop in an orderly way; but a postmaster that ends
   * by itself frees its System V memory segment, which a killed one leaves to the machine.
   */
  private void kill() {
    try {
      if (process.isAlive()) {
        endSessions();
        process.destroy();
        if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    directory.delete();
  }

  /** SIGTERM is all that Java can send, and it lets a server wait for its sessions. */
  private void endSessions() {
    try (Session admin = open("template1")) {
      admin.rows(
          "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE"
              + " backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()");
    } catch (SQLException | EngineException e) {
      return; // it is ended by force, after a moment
    }
  }

  private Session open(String database) throws EngineException {
    return Session.open(
        credentials(database, DataDirectory.ADMIN, password),
        new Session.Settings("schemaward-shadow", null, Duration.ofMinutes(1)),
        RoundTrip.UNWATCHED);
  }

  private Credentials credentials(String database, String role, String rolePassword) {
    return new Credentials(
        "127.0.0.1",
        port,
        database,
        role,
        rolePassword,
        null,
        new TlsSettings("disable", null, null, null, null),
        Duration.ofSeconds(5),
        null,
        List.of());
  }

  /** A template's password is known to whoever has the template. */
  private void changePassword() throws IOException, SQLException {
    long deadline = System.nanoTime() + START_PATIENCE.toNanos();
    while (true) {
      try (Session admin = open("template1")) {
        String fresh = DataDirectory.newPassword();
        admin.execute("ALTER ROLE " + DataDirectory.ADMIN + " PASSWORD '" + fresh + "'");
        password = fresh;
        return;
      } catch (EngineException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException(
              e.getMessage() + "; its log: " + DataDirectory.lastLines(directory.log()), e);
        }
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      }
    }
  }

  private static Process launch(Path installation, DataDirectory directory, int port)
      throws IOException {
    List<String> command = new ArrayList<>(Unprivileged.prefix(directory.root()));
    command.add(installation.resolve("bin/postgres").toString());
    command.addAll(List.of("-D", directory.data().toString(), "-p", Integer.toString(port), "-F"));
    settings().forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.log().toFile()))
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .start();
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("listen_addresses", "127.0.0.1");
    settings.put("unix_socket_directories", "");
    settings.put("max_connections", "20");
    // A migration of many thousand tables locks them all in one transaction.
    settings.put("max_locks_per_transaction", "2048");
    settings.put("shared_buffers", "16MB");
    settings.put("huge_pages", "off");
    settings.put("dynamic_shared_memory_type", "mmap");
    settings.put("max_wal_size", "64MB");
    settings.put("min_wal_size", "2MB");
    settings.put("wal_level", "minimal");
    settings.put("max_wal_senders", "0");
    settings.put("full_page_writes", "off");
    settings.put("synchronous_commit", "off");
    // Whoever else takes locks or reads tables would be measured with the statement.
    settings.put("autovacuum", "off");
    settings.put("max_parallel_workers", "0");
    settings.put("max_parallel_maintenance_workers", "0");
    settings.put("jit", "off");
    settings.put("log_min_messages", "fatal");
    settings.put("log_min_error_statement", "panic");
    settings.put("log_timezone", "UTC");
    settings.put("timezone", "UTC");
    settings.put("lc_messages", "C");
    return settings;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
