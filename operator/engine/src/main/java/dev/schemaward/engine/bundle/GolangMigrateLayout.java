package dev.schemaward.engine.bundle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * golang-migrate: {@code <version>_<title>.up.sql} and {@code .down.sql} in one directory, by
 * version as a number. Only the up files are executed.
 */
final class GolangMigrateLayout implements Layout {
  private static final Pattern NAME = Pattern.compile("([0-9]+)_(.*)\\.(up|down)\\.(.*)");
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  /** True for a file that only golang-migrate names so. */
  static boolean isMigration(String path) {
    return path.endsWith(".up.sql") && NAME.matcher(path).matches();
  }

  @Override
  public List<Script> scripts(Map<String, byte[]> files, FaultSink faults) {
    List<Script> scripts = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    Set<String> downOnly = new TreeSet<>();
    for (String path : files.keySet()) {
      Matcher name = NAME.matcher(path);
      if (path.contains("/") && path.endsWith(".sql")) {
        faults.fault(
            path, 0, "a script below a subdirectory", "Put all scripts into one directory");
      } else if (!name.matches()) {
        if (path.endsWith(".sql")) {
          faults.fault(
              path,
              0,
              "not of the form <version>_<title>.up.sql or .down.sql",
              "Rename it, or keep it out of the bundle (golang-migrate itself would silently skip"
                  + " it)");
        }
      } else if (!name.group(4).equals("sql")) {
        faults.fault(path, 0, "a migration that is not SQL", "Name it … .sql");
      } else {
        BigInteger version = new BigInteger(name.group(1));
        if (version.compareTo(MAX) > 0) {
          faults.fault(path, 0, "its version is larger than " + MAX, "Give it a smaller one");
          continue;
        }
        String other = seen.putIfAbsent(version + name.group(3), path);
        if (other != null) {
          faults.fault(
              path,
              0,
              "the same version as " + other + " (" + version + ")",
              "Give one of them another version");
        } else if (name.group(3).equals("up")) {
          scripts.add(
              new Script(
                  path,
                  path.substring(0, path.length() - ".up.sql".length()),
                  version.toString(),
                  "",
                  false));
        } else {
          downOnly.add(path);
        }
      }
    }
    downOnly.removeIf(path -> seen.containsKey(new BigInteger(path.split("_", 2)[0]) + "up"));
    for (String path : downOnly) {
      faults.fault(path, 0, "no .up.sql of its version", "Add it, or remove this file");
    }
    scripts.sort(Comparator.comparing(script -> new BigInteger(script.version())));
    return scripts;
  }

  /** golang-migrate records no checksum. */
  @Override
  public Recorded recorded(Script script, String text, String sha256) {
    return new Recorded(script.version(), "", null, false);
  }
}
