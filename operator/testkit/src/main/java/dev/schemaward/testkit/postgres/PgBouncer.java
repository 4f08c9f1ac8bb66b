package dev.schemaward.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A real PgBouncer in front of a {@link PostgresServer}: the one that is installed, else the Debian
 * package, fetched by {@code apt-get download} and unpacked into the cache, which needs no root.
 */
public final class PgBouncer implements AutoCloseable {
  private static final List<String> PACKAGES = List.of("pgbouncer", "libc-ares2", "libevent-2.1-7");
  private static final Duration START_PATIENCE = Duration.ofSeconds(20);

  /** When a server connection goes back to the pool. */
  public enum PoolMode {
    SESSION,
    TRANSACTION
  }

  private final int port;
  private final Path directory;
  private final Process process;

  private PgBouncer(int port, Path directory, Process process) {
    this.port = port;
    this.directory = directory;
    this.process = process;
  }

  /** Why there is no PgBouncer on this machine; empty when there is one. */
  public static Optional<String> missing() {
    try {
      return program().isPresent()
          ? Optional.empty()
          : Optional.of(
              "pgbouncer is not installed, and `apt-get download " + PACKAGES + "` did not work");
    } catch (IOException e) {
      return Optional.of("pgbouncer cannot be had: " + e.getMessage());
    }
  }

  /**
   * Starts one in front of all databases of a server, for its superuser.
   *
   * @param settings of {@code pgbouncer.ini}, in addition to or in place of those that are needed
   */
  public static PgBouncer start(
      PostgresServer server, PoolMode mode, Map<String, String> settings) {
    try {
      Path program = program().orElseThrow(() -> new IllegalStateException("no pgbouncer"));
      Path directory = Files.createTempDirectory("schemaward-pgbouncer-");
      int port;
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      Files.writeString(
          directory.resolve("users.txt"),
          "\"" + PostgresServer.SUPERUSER + "\" \"" + PostgresServer.PASSWORD + "\"\n");
      Map<String, String> all = new LinkedHashMap<>();
      all.put("listen_addr", "127.0.0.1");
      all.put("listen_port", Integer.toString(port));
      all.put("unix_socket_dir", "");
      all.put("auth_type", "scram-sha-256");
      all.put("auth_file", directory.resolve("users.txt").toString());
      all.put("pool_mode", mode.name().toLowerCase(java.util.Locale.ROOT));
      all.put("ignore_startup_parameters", "extra_float_digits");
      all.putAll(settings);
      StringBuilder ini = new StringBuilder("[databases]\n* = host=127.0.0.1 port=");
      ini.append(server.port()).append("\n[pgbouncer]\n");
      all.forEach((name, value) -> ini.append(name).append(" = ").append(value).append('\n'));
      Path file = Files.writeString(directory.resolve("pgbouncer.ini"), ini);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      List<String> command = new ArrayList<>(PostgresServer.unprivileged(directory));
      command.add(program.toString());
      command.add(file.toString());
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile());
      Path libraries = program.getParent().resolve("../lib");
      if (Files.isDirectory(libraries)) {
        try (Stream<Path> below = Files.list(libraries)) {
          builder
              .environment()
              .put(
                  "LD_LIBRARY_PATH",
                  below.map(Path::toString).reduce((a, b) -> a + ":" + b).orElse(""));
        }
      }
      PgBouncer bouncer = new PgBouncer(port, directory, builder.start());
      bouncer.awaitStart();
      return bouncer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code postgresql://} URL of a database through it, with the superuser's credentials. */
  public String url(String database) {
    return "postgresql://"
        + PostgresServer.SUPERUSER
        + ":"
        + PostgresServer.PASSWORD
        + "@127.0.0.1:"
        + port
        + "/"
        + database;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    PostgresServer.deleteRecursively(directory);
  }

  private void awaitStart() throws IOException {
    long deadline = System.nanoTime() + START_PATIENCE.toNanos();
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return;
        }
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException(
              "PgBouncer did not start:\n" + Files.readString(directory.resolve("log")), e);
        }
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
  }

  private static synchronized Optional<Path> program() throws IOException {
    for (String directory : (System.getenv("PATH") + ":/usr/sbin").split(":")) {
      Path installed = Path.of(directory, "pgbouncer");
      if (Files.isExecutable(installed)) {
        return Optional.of(installed);
      }
    }
    Path cache = PostgresBinaries.cache().resolve("pgbouncer");
    Path unpacked = cache.resolve("usr/sbin/pgbouncer");
    if (!Files.exists(unpacked) && !fetch(cache)) {
      return Optional.empty();
    }
    return Optional.of(unpacked);
  }

  private static boolean fetch(Path cache) throws IOException {
    Files.createDirectories(cache.getParent());
    Path work = Files.createTempDirectory(cache.getParent(), "fetching");
    List<String> download = new ArrayList<>(List.of("apt-get", "download", "-qq"));
    download.addAll(PACKAGES);
    if (!succeeds(work, download)) {
      PostgresServer.deleteRecursively(work);
      return false;
    }
    List<Path> archives;
    try (Stream<Path> files = Files.list(work)) {
      archives = files.toList();
    }
    for (Path archive : archives) {
      if (!succeeds(work, List.of("dpkg-deb", "-x", archive.toString(), "root"))) {
        PostgresServer.deleteRecursively(work);
        return false;
      }
    }
    Files.setPosixFilePermissions(
        work.resolve("root"), PosixFilePermissions.fromString("rwxr-xr-x"));
    if (!Files.exists(cache)) {
      Files.move(work.resolve("root"), cache);
    }
    PostgresServer.deleteRecursively(work);
    return true;
  }

  private static boolean succeeds(Path directory, List<String> command) throws IOException {
    try {
      return new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // another kind of system: no apt-get, no dpkg-deb
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
