package dev.schemaward.runner;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.BundleReader;
import dev.schemaward.engine.bundle.Format;
import dev.schemaward.engine.bundle.InvalidBundleException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which bundle. */
final class BundleOptions {
  /** The values of {@code --format}. */
  enum FormatName {
    Auto,
    Prisma,
    Flyway,
    GolangMigrate,
    Dbmate,
    Sql
  }

  @Option(
      names = "--bundle",
      required = true,
      paramLabel = "DIR|FILE.tar.gz",
      description =
          "The migrations: a directory (a checkout or a mounted ConfigMap) or an archive.")
  Path bundle;

  @Option(
      names = "--format",
      defaultValue = "Auto",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  FormatName format;

  @Option(
      names = "--target-version",
      paramLabel = "NAME",
      description = "Nothing after this migration is planned or applied.")
  String targetVersion;

  Bundle read() throws InvalidBundleException {
    return read(bundle).upTo(targetVersion);
  }

  /** Another bundle, taken for the same format. */
  Bundle read(Path source) throws InvalidBundleException {
    Optional<Format> asked =
        switch (format) {
          case Auto -> Optional.empty();
          case Prisma -> Optional.of(Format.PRISMA);
          case Flyway -> Optional.of(Format.FLYWAY);
          case GolangMigrate -> Optional.of(Format.GOLANG_MIGRATE);
          case Dbmate -> Optional.of(Format.DBMATE);
          case Sql -> Optional.of(Format.SQL);
        };
    return BundleReader.read(source, asked);
  }
}
