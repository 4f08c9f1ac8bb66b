package dev.schemaward.testkit.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * Server programs of PostgreSQL 14 to 18 ({@code initdb}, {@code pg_ctl}, {@code postgres}),
 * unpacked once into the cache directory from the archives on the class path. Holds nothing else:
 * no psql, no pg_dump.
 */
final class PostgresBinaries {
  /** The majors that are on the class path. */
  static final Set<Integer> MAJORS = Set.of(14, 15, 16, 17, 18);

  private PostgresBinaries() {}

  /**
   * {@code $XDG_CACHE_HOME/schemaward}, by default {@code ~/.cache/schemaward}; shared by all runs
   * of this user.
   */
  static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return base.resolve("schemaward");
  }

  /** Directory with {@code bin/}, {@code lib/}, {@code share/} of this major. */
  static synchronized Path unpacked(int major) {
    String resource = "postgresql-" + major + ".jar";
    try (InputStream archive = PostgresBinaries.class.getResourceAsStream(resource)) {
      if (archive == null) {
        throw new IllegalArgumentException(
            "no PostgreSQL " + major + " on the class path; there are " + MAJORS);
      }
      byte[] head = archive.readNBytes(64 * 1024);
      Path home =
          cache().resolve("postgresql").resolve(major + "-" + Integer.toHexString(hash(head)));
      if (Files.exists(home.resolve("bin/postgres"))) {
        return home;
      }
      Files.createDirectories(home.getParent());
      try (FileChannel lock =
              FileChannel.open(
                  home.resolveSibling(home.getFileName() + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var held = lock.lock()) {
        if (held.isValid() && !Files.exists(home.resolve("bin/postgres"))) {
          Path fresh = Files.createTempDirectory(home.getParent(), "unpacking");
          try (InputStream again = PostgresBinaries.class.getResourceAsStream(resource)) {
            unpack(again, fresh);
          }
          Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
          Files.move(fresh, home);
        }
      }
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack PostgreSQL " + major, e);
    }
  }

  private static int hash(byte[] bytes) {
    return java.util.Arrays.hashCode(bytes);
  }

  private static void unpack(InputStream jar, Path target) throws IOException {
    ZipInputStream zip = new ZipInputStream(jar);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (entry.getName().endsWith(".txz")) {
        untar(new TarArchiveInputStream(new XZCompressorInputStream(zip)), target);
        return;
      }
    }
    throw new IOException("no .txz in the archive");
  }

  private static void untar(TarArchiveInputStream tar, Path target) throws IOException {
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      Path path = target.resolve(entry.getName()).normalize();
      if (entry.isDirectory()) {
        Files.createDirectories(path);
      } else {
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
          try {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
          } catch (FileAlreadyExistsException e) {
            throw new IOException("twice in the archive: " + entry.getName(), e);
          }
        } else {
          Files.copy(tar, path);
          boolean executable = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }
}
