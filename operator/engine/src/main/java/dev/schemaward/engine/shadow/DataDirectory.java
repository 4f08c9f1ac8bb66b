package dev.schemaward.engine.shadow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The files of a shadow server. {@code initdb} takes half a second, a copy of what it made a tenth
 * of that: so it is run once for an installation and a scratch directory, and each server gets a
 * copy. An installation that carries a directory {@code template} (with {@code data} and {@code
 * password}) needs no {@code initdb} at all.
 */
final class DataDirectory {
  /** Superuser of every shadow server; no migration runs as this role. */
  static final String ADMIN = "schemaward_shadow_admin";

  private static final String PREFIX = "schemaward-shadow-";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final long INITDB_SECONDS = 60;

  /** Holds {@code data} and the server's {@code log}; deleted as a whole. */
  private final Path root;

  /** What {@link #ADMIN} authenticates with on a fresh copy. */
  private final String password;

  private DataDirectory(Path root, String password) {
    this.root = root;
    this.password = password;
  }

  Path root() {
    return root;
  }

  Path data() {
    return root.resolve("data");
  }

  Path log() {
    return root.resolve("log");
  }

  String password() {
    return password;
  }

  /** For example 18. */
  int major() throws IOException {
    return Integer.parseInt(Files.readString(data().resolve("PG_VERSION")).strip());
  }

  /** A fresh directory under {@code scratch} for a server of this installation. */
  static DataDirectory create(Path installation, Path scratch) throws IOException {
    Files.createDirectories(scratch);
    deleteAbandoned(scratch);
    Path root =
        Files.createTempDirectory(
            scratch, ownPrefix(), PosixFilePermissions.asFileAttribute(PRIVATE));
    try {
      Path template = template(installation, scratch);
      copy(template.resolve("data"), root.resolve("data"));
      return new DataDirectory(root, Files.readString(template.resolve("password")).strip());
    } catch (IOException e) {
      deleteRecursively(root);
      throw e;
    }
  }

  /**
   * Names this JVM, also from the next one in the same container, which has the same process id.
   */
  private static String ownPrefix() {
    ProcessHandle own = ProcessHandle.current();
    return PREFIX + own.pid() + "-" + started(own) + "-";
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(instant -> "" + instant.toEpochMilli()).orElse("0");
  }

  /** A random password. */
  static String newPassword() {
    byte[] bytes = new byte[18];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  void delete() {
    try {
      deleteRecursively(root);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the shadow server's files", e);
    }
  }

  private static Path template(Path installation, Path scratch) throws IOException {
    Path shipped = installation.resolve("template");
    if (Files.isRegularFile(shipped.resolve("data/PG_VERSION"))) {
      return shipped;
    }
    // The name follows the installation: another one in the same scratch directory has its own.
    String name =
        PREFIX
            + "template-"
            + Integer.toHexString(installation.toRealPath().hashCode())
            + "-"
            + Files.getLastModifiedTime(installation.resolve("bin/postgres")).toMillis();
    Path template = scratch.resolve(name);
    try (FileChannel lock =
            FileChannel.open(
                scratch.resolve(name + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var held = lock.lock()) {
      if (!held.isValid() || Files.isRegularFile(template.resolve("data/PG_VERSION"))) {
        return template;
      }
      Path fresh =
          Files.createTempDirectory(
              scratch, ownPrefix(), PosixFilePermissions.asFileAttribute(PRIVATE));
      try {
        initialise(installation, fresh);
        Files.move(fresh, template, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        deleteRecursively(fresh);
        throw e;
      }
      return template;
    }
  }

  /**
   * Runs {@code initdb} for an installation that is shipped read-only. Whoever runs the server
   * later may be another user, even one without a name, for whom {@code initdb} would refuse.
   */
  static void ship(Path installation) throws IOException {
    Path template = Files.createDirectory(installation.resolve("template"));
    initialise(installation, template);
    Files.delete(template.resolve("initdb.log"));
    try (Stream<Path> files = Files.walk(template)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.setPosixFilePermissions(
            file,
            PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
  }

  private static void initialise(Path installation, Path directory) throws IOException {
    Path password = directory.resolve("password");
    Files.createFile(
        password,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(password, newPassword());
    Path log = directory.resolve("initdb.log");
    List<String> command = new ArrayList<>(Unprivileged.prefix(directory));
    command.addAll(
        List.of(
            installation.resolve("bin/initdb").toString(),
            "-D",
            directory.resolve("data").toString(),
            "-U",
            ADMIN,
            "-A",
            "scram-sha-256",
            "--pwfile=" + password,
            "-E",
            "UTF8",
            "--locale=C",
            "--wal-segsize=1",
            "-N"));
    Process initdb =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    try {
      if (!initdb.waitFor(INITDB_SECONDS, TimeUnit.SECONDS)) {
        initdb.destroyForcibly();
        throw new IOException("initdb did not end within " + INITDB_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      initdb.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while initdb ran", e);
    }
    if (initdb.exitValue() != 0) {
      throw new IOException("initdb failed: " + lastLines(log));
    }
  }

  /** The end of a log file, on one line, for a message. */
  static String lastLines(Path log) throws IOException {
    List<String> lines = Files.readString(log).lines().filter(line -> !line.isBlank()).toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
  }

  /**
   * Ends and deletes what runs left behind that were killed: directories whose JVM is gone. A
   * process is ended only when its own arguments name the directory.
   */
  private static void deleteAbandoned(Path scratch) throws IOException {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(scratch, PREFIX + "[0-9]*-[0-9]*-*")) {
      for (Path directory : left) {
        String[] parts = directory.getFileName().toString().substring(PREFIX.length()).split("-");
        boolean inUse =
            ProcessHandle.of(Long.parseLong(parts[0]))
                .filter(process -> parts[1].equals(started(process)))
                .isPresent();
        if (inUse) {
          continue;
        }
        endPostmaster(directory);
        deleteRecursively(directory);
      }
    }
  }

  private static void endPostmaster(Path directory) throws IOException {
    Path pidFile = directory.resolve("data/postmaster.pid");
    if (!Files.isReadable(pidFile)) {
      return;
    }
    Optional<String> pid = Files.readString(pidFile).lines().findFirst();
    if (pid.isEmpty()) {
      return;
    }
    ProcessHandle.of(Long.parseLong(pid.get().strip()))
        .filter(
            process ->
                process
                    .info()
                    .commandLine()
                    .filter(line -> line.contains(directory.resolve("data").toString()))
                    .isPresent())
        .ifPresent(
            process -> {
              process.descendants().forEach(ProcessHandle::destroyForcibly);
              process.destroyForcibly();
            });
  }

  private static void copy(Path source, Path target) throws IOException {
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Path made = target.resolve(source.relativize(directory));
            Files.createDirectory(made, PosixFilePermissions.asFileAttribute(PRIVATE));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, target.resolve(source.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void deleteRecursively(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // A server that is ending deletes files of its own.
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
