package dev.schemaward.engine.bundle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Prisma: {@code <name>/migration.sql} with {@code migration_lock.toml} beside the directories; or,
 * as keys of a ConfigMap, {@code <name>.sql} beside {@code migration_lock.toml}.
 */
final class PrismaLayout implements Layout {
  static final String LOCK_FILE = "migration_lock.toml";
  private static final String SCRIPT = "/migration.sql";
  private static final Pattern NAME = Pattern.compile("\\d{14}_.+\\.sql");

  /** True for what no other tool has. */
  static boolean isUnmistakable(String path) {
    return path.equals(LOCK_FILE) || path.endsWith(SCRIPT);
  }

  /** True for a ConfigMap key that Prisma's naming gives. */
  static boolean isFlatName(String path) {
    return NAME.matcher(path).matches();
  }

  @Override
  public List<Script> scripts(Map<String, byte[]> files, FaultSink faults) {
    byte[] lock = files.get(LOCK_FILE);
    if (lock != null) {
      checkProvider(new String(lock, StandardCharsets.UTF_8), faults);
    }
    List<Script> scripts = new ArrayList<>();
    Map<String, Boolean> directories = new TreeMap<>();
    for (String path : files.keySet()) {
      String[] parts = path.split("/");
      if (parts.length >= 2) {
        boolean script = parts.length == 2 && path.endsWith(SCRIPT);
        directories.merge(parts[0], script, Boolean::logicalOr);
        if (script) {
          scripts.add(Script.named(path, parts[0]));
        }
      } else if (path.endsWith(".sql")) {
        scripts.add(Script.named(path, path.substring(0, path.length() - ".sql".length())));
      }
    }
    directories.forEach(
        (directory, hasScript) -> {
          if (!hasScript) {
            faults.fault(
                directory,
                0,
                "no migration.sql in it (Prisma's P3015)",
                "Add the file, or remove the directory");
          }
        });
    return SortedNames.order(scripts, faults);
  }

  /** Prisma's own rule: the first line that begins with {@code provider} must be literally this. */
  private static void checkProvider(String lock, FaultSink faults) {
    Optional<String> line =
        lock.lines().filter(candidate -> candidate.startsWith("provider")).findFirst();
    if (line.isEmpty() || !line.get().equals("provider = \"postgresql\"")) {
      faults.fault(
          LOCK_FILE,
          0,
          "Prisma accepts only the line provider = \"postgresql\" (P3019)"
              + line.map(found -> ", and it has: " + found).orElse(", and it has none"),
          "Write it exactly like that");
    }
  }
}
