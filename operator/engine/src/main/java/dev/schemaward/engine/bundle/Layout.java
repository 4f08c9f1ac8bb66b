package dev.schemaward.engine.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A format's naming: which files are migrations, in which order, and what of a file is executed.
 */
interface Layout {
  /**
   * A file that is a migration.
   *
   * @param path inside the bundle
   * @param name the migration's
   * @param version see {@link Recorded}
   * @param description see {@link Recorded}
   * @param repeatable see {@link Recorded}
   */
  record Script(String path, String name, String version, String description, boolean repeatable) {
    static Script named(String path, String name) {
      return new Script(path, name, null, "", false);
    }
  }

  /** The layout of a format. */
  static Layout of(Format format) {
    return switch (format) {
      case PRISMA -> new PrismaLayout();
      case FLYWAY -> new FlywayLayout();
      case GOLANG_MIGRATE -> new GolangMigrateLayout();
      case DBMATE -> new DbmateLayout();
      case SQL -> new SqlLayout();
    };
  }

  /**
   * The migrations, in the order of execution.
   *
   * @param files content by path below the migrations' directory
   */
  List<Script> scripts(Map<String, byte[]> files, FaultSink faults);

  /** True when the tool itself takes a leading byte order mark away. */
  default boolean stripsByteOrderMark() {
    return false;
  }

  /**
   * What of a file is executed, line for line: lines that are not are left empty, so that line
   * numbers hold. Empty when a fault forbids it.
   */
  default Optional<String> executed(Script script, String text, FaultSink faults) {
    return Optional.of(text);
  }

  /**
   * What the history records.
   *
   * @param text of the whole file, without byte order mark
   * @param sha256 of its raw bytes, lower-case hex
   */
  default Recorded recorded(Script script, String text, String sha256) {
    return Recorded.named(sha256);
  }
}
