package dev.schemaward.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server of its own, for tests and the quickstart: a copy of an initialised
 * template directory, started in about 0.2 s, on a free port, with password authentication
 * (scram-sha-256) over TCP and fsync off. Never for data that anybody wants to keep.
 *
 * <p>PostgreSQL refuses to run as root; as root it is started in a user namespace ({@code unshare
 * -U}), or, where that is not permitted, as user {@code nobody} by {@code setpriv}.
 */
public final class PostgresServer implements AutoCloseable {
  /** Name of the superuser. */
  public static final String SUPERUSER = "postgres";

  /** Password of the superuser; the server is a throw-away. */
  public static final String PASSWORD = "postgres";

  private static final String DIRECTORY_PREFIX = "schemaward-postgres-";
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final AtomicInteger SERVERS = new AtomicInteger();

  private final int major;
  private final String host;
  private final int port;
  private final Path home;
  private final Path directory;
  private final Map<String, String> settings;
  private final Thread shutdownHook;
  private Process process;

  private PostgresServer(
      int major, String host, int port, Path home, Path directory, Map<String, String> settings) {
    this.major = major;
    this.host = host;
    this.port = port;
    this.home = home;
    this.directory = directory;
    this.settings = settings;
    this.shutdownHook = new Thread(this::end, "stop PostgreSQL " + port);
  }

  /** Starts a server of this major (14 to 18) on the loopback address. */
  public static PostgresServer start(int major) {
    return start(major, "127.0.0.1", 0, Map.of());
  }

  /** Starts a server with these additional settings ({@code postgresql.conf} parameters). */
  public static PostgresServer start(int major, Map<String, String> settings) {
    return start(major, "127.0.0.1", 0, settings);
  }

  /**
   * Starts a server with these settings and files.
   *
   * @param settings additional {@code postgresql.conf} parameters
   * @param files by name in the data directory, readable for the server alone: keys, certificates,
   *     another {@code pg_hba.conf}. The superuser must be able to connect from this machine with
   *     the password and without TLS
   */
  public static PostgresServer start(
      int major, Map<String, String> settings, Map<String, String> files) {
    return start(major, "127.0.0.1", 0, settings, files);
  }

  /**
   * Starts a server.
   *
   * @param major 14 to 18
   * @param host address to listen on; {@code 127.0.0.1} is always listened on too
   * @param port TCP port, or 0 for a free one
   * @param settings additional {@code postgresql.conf} parameters
   */
  public static PostgresServer start(
      int major, String host, int port, Map<String, String> settings) {
    return start(major, host, port, settings, Map.of());
  }

  private static PostgresServer start(
      int major, String host, int port, Map<String, String> settings, Map<String, String> files) {
    Path home = PostgresBinaries.unpacked(major);
    try {
      Path directory = newDirectory(major);
      PostgresServer server =
          new PostgresServer(
              major,
              host,
              port == 0 ? freePort(host) : port,
              home,
              directory,
              new LinkedHashMap<>(settings));
      copy(template(major, home), directory.resolve("data"));
      if (!host.equals("127.0.0.1")) {
        // initdb lets only this machine in; pods come from elsewhere.
        Files.writeString(
            directory.resolve("data/pg_hba.conf"),
            "host all all all scram-sha-256\n",
            StandardOpenOption.APPEND);
      }
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = directory.resolve("data").resolve(file.getKey());
        Files.writeString(path, file.getValue());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      }
      server.launch();
      Runtime.getRuntime().addShutdownHook(server.shutdownHook);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start PostgreSQL " + major, e);
    }
  }

  /**
   * Directory with the server programs of this major (14 to 18): {@code bin}, {@code lib}, {@code
   * share}.
   */
  public static Path installation(int major) {
    return PostgresBinaries.unpacked(major);
  }

  /** 14 to 18. */
  public int major() {
    return major;
  }

  /** The address that was asked for. */
  public String host() {
    return host;
  }

  public int port() {
    return port;
  }

  /** JDBC URL of a database, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  /** {@code postgresql://} URL of a database, with the superuser's credentials. */
  public String url(String database) {
    return url(database, SUPERUSER, PASSWORD);
  }

  /**
   * {@code postgresql://} URL; user and password are taken as they are (percent-encode them
   * yourself).
   */
  public String url(String database, String user, String password) {
    return "postgresql://" + user + ":" + password + "@" + host + ":" + port + "/" + database;
  }

  /** A new connection as superuser, in autocommit mode. The caller closes it. */
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", SUPERUSER);
    properties.setProperty("password", PASSWORD);
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  /** Creates a database of a new unique name and returns the name. */
  public String createDatabase() {
    return createDatabase("test_" + DATABASES.incrementAndGet());
  }

  /** Creates a database of this name and returns the name. */
  public String createDatabase(String name) {
    execute("postgres", "CREATE DATABASE \"" + name + "\"");
    return name;
  }

  /** Executes SQL as superuser. */
  public void execute(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Path of the server's log. */
  public Path log() {
    return directory.resolve("log");
  }

  /** Path of the data directory. */
  public Path data() {
    return directory.resolve("data");
  }

  /**
   * Ends every process of the server at once and without a checkpoint, as {@code pg_ctl stop -m
   * immediate} does: what is left on disk is what a power failure would leave. Idempotent.
   */
  public synchronized void stopImmediate() {
    if (process == null || !process.isAlive()) {
      return;
    }
    try {
      // The postmaster ends its children itself; to kill them one by one would race with those it
      // is just starting.
      run("kill", "-QUIT", Long.toString(process.pid()));
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Starts an asynchronous streaming standby of this server, which is restarted for it. Close it
   * before this one.
   */
  public synchronized PostgresServer standby() {
    try {
      run("kill", "-INT", Long.toString(process.pid()));
      process.waitFor();
      Path copy = newDirectory(major);
      copy(data(), copy.resolve("data"));
      launch();
      PostgresServer standby =
          new PostgresServer(major, host, freePort(host), home, copy, settings);
      Files.createFile(standby.data().resolve("standby.signal"));
      Files.writeString(
          standby.data().resolve("postgresql.auto.conf"),
          "primary_conninfo = 'host=127.0.0.1 port="
              + port
              + " user="
              + SUPERUSER
              + " password="
              + PASSWORD
              + "'\n",
          StandardOpenOption.APPEND);
      standby.launch();
      Runtime.getRuntime().addShutdownHook(standby.shutdownHook);
      return standby;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a standby", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting a standby", e);
    }
  }

  /** Starts the server again after {@link #stopImmediate()}, on the same port and data. */
  public synchronized void restart() {
    stopImmediate();
    try {
      Files.deleteIfExists(data().resolve("postmaster.pid"));
      launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The JVM is ending; what the hook does is harmless a second time.
    }
  }

  private void end() {
    stopImmediate();
    deleteRecursively(directory);
  }

  /** Waits until the server's process ends. */
  public void await() throws InterruptedException {
    process.waitFor();
  }

  private void launch() throws IOException {
    List<String> command = new ArrayList<>(unprivileged(directory));
    command.add(home.resolve("bin/postgres").toString());
    command.addAll(List.of("-D", data().toString(), "-p", Integer.toString(port), "-F"));
    Map<String, String> all = new LinkedHashMap<>();
    all.put("listen_addresses", host.equals("127.0.0.1") ? "127.0.0.1" : "127.0.0.1," + host);
    all.put("unix_socket_directories", "");
    all.put("full_page_writes", "off");
    all.put("max_connections", "100");
    all.put("shared_buffers", "32MB");
    all.put("autovacuum_naptime", "60s");
    all.put("dynamic_shared_memory_type", "mmap");
    all.putAll(settings);
    all.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    long deadline = System.nanoTime() + START_PATIENCE.toNanos();
    while (true) {
      try (Connection connection = connect("postgres")) {
        if (connection.isValid(5)) {
          return;
        }
      } catch (SQLException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException(
              "PostgreSQL " + major + " did not start; its log:\n" + Files.readString(log()), e);
        }
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
  }

  /** Named after this JVM, so that a later one can see whether it is still in use. */
  private static Path newDirectory(int major) throws IOException {
    if (SERVERS.incrementAndGet() == 1) {
      sweep(Path.of(System.getProperty("java.io.tmpdir")));
    }
    return Files.createTempDirectory(
        DIRECTORY_PREFIX + ProcessHandle.current().pid() + "-" + major + "-");
  }

  /** Deletes what JVMs that were killed could not: tens of megabytes a server. */
  private static void sweep(Path parent) throws IOException {
    try (DirectoryStream<Path> directories =
        Files.newDirectoryStream(parent, DIRECTORY_PREFIX + "*")) {
      for (Path directory : directories) {
        String owner = directory.getFileName().toString().substring(DIRECTORY_PREFIX.length());
        if (!isAlive(owner.replaceFirst("-.*", "")) && !isAlive(postmaster(directory))) {
          deleteRecursively(directory);
        }
      }
    }
  }

  private static String postmaster(Path directory) throws IOException {
    try (Stream<String> lines = Files.lines(directory.resolve("data/postmaster.pid"))) {
      return lines.findFirst().orElse("").strip();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private static boolean isAlive(String pid) {
    return pid.matches("[0-9]{1,9}")
        && ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
  }

  /** An initialised data directory of this major; made once, copied for each server. */
  private static Path template(int major, Path home) throws IOException {
    Path template = home.resolveSibling(home.getFileName() + "-template");
    try (FileChannel lock =
            FileChannel.open(
                template.resolveSibling(template.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var held = lock.lock()) {
      if (!held.isValid() || Files.exists(template.resolve("PG_VERSION"))) {
        return template;
      }
      Path work = Files.createTempDirectory("schemaward-initdb");
      Path password = work.resolve("password");
      Files.writeString(password, PASSWORD + "\n");
      List<String> command = new ArrayList<>(unprivileged(work));
      command.addAll(
          List.of(
              home.resolve("bin/initdb").toString(),
              "-D",
              work.resolve("data").toString(),
              "-U",
              SUPERUSER,
              "-A",
              "scram-sha-256",
              "--pwfile=" + password,
              "-E",
              "UTF8",
              "--locale=C",
              "-N"));
      Process initdb =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(work.resolve("log").toFile())
              .start();
      try {
        if (initdb.waitFor() != 0) {
          throw new IOException(
              "initdb of PostgreSQL " + major + ":\n" + Files.readString(work.resolve("log")));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      Path fresh = template.resolveSibling(template.getFileName() + ".new");
      if (Files.exists(fresh)) {
        deleteRecursively(fresh);
      }
      copy(work.resolve("data"), fresh);
      Files.move(fresh, template, StandardCopyOption.ATOMIC_MOVE);
      deleteRecursively(work);
      return template;
    }
  }

  /**
   * What to put before a command so that it does not run as root; empty for a plain user.
   *
   * @param directory becomes writable for the user that the command will run as
   */
  static List<String> unprivileged(Path directory) throws IOException {
    if (!System.getProperty("user.name").equals("root")) {
      return List.of();
    }
    if (succeeds("unshare", "-U", "true")) {
      return List.of("unshare", "-U");
    }
    run("chown", "-R", "nobody", directory.toString());
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    return List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
  }

  private static void copy(Path source, Path target) throws IOException {
    run("cp", "-r", source.toString(), target.toString());
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
  }

  private static void run(String... command) throws IOException {
    if (!succeeds(command)) {
      throw new IOException("failed: " + String.join(" ", command));
    }
  }

  private static boolean succeeds(String... command) throws IOException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static int freePort(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    }
  }

  /** Deletes what is there; nothing, or somebody else deleting at the same time, is fine. */
  static void deleteRecursively(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path path : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof NoSuchFileException)) {
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
