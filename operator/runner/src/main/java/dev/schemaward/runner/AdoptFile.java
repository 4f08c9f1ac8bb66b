package dev.schemaward.runner;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Format;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes a new migration in the way in which a bundle's format wants it. */
final class AdoptFile {
  private static final DateTimeFormatter VERSION =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);

  private AdoptFile() {}

  /**
   * Writes it; never over a file that is there.
   *
   * @param directory the bundle's, which must exist
   * @param bundle whose format and layout the new file has
   * @param now in UTC: becomes the version
   * @return the new file
   */
  static Path write(Path directory, Bundle bundle, LocalDateTime now, String sql)
      throws IOException {
    String version = VERSION.format(now);
    Format format = bundle.format();
    boolean directories =
        format == Format.PRISMA
            && bundle.migrations().stream().allMatch(each -> each.path().contains("/"));
    Path file =
        switch (format) {
          case PRISMA ->
              directories
                  ? directory.resolve(version + "_adopt_drift").resolve("migration.sql")
                  : directory.resolve(version + "_adopt_drift.sql");
          case FLYWAY -> directory.resolve("V" + version + "__adopt_drift.sql");
          case GOLANG_MIGRATE -> directory.resolve(version + "_adopt_drift.up.sql");
          case DBMATE, SQL -> directory.resolve(version + "_adopt_drift.sql");
        };
    if (directories) {
      Files.createDirectory(file.getParent());
    }
    Files.write(
        file,
        (format == Format.DBMATE ? "-- migrate:up\n" + sql : sql).getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE_NEW);
    return file;
  }
}
