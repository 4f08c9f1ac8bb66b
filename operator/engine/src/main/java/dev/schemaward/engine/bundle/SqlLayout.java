package dev.schemaward.engine.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Plain SQL: {@code <version>_<name>.sql} in one directory. */
final class SqlLayout implements Layout {
  private static final Pattern NAME = Pattern.compile("[Vv]?\\d[\\d.]*_.+");

  @Override
  public List<Script> scripts(Map<String, byte[]> files, FaultSink faults) {
    List<Script> scripts = new ArrayList<>();
    for (String path : files.keySet()) {
      if (!path.endsWith(".sql")) {
        continue;
      }
      if (path.contains("/")) {
        faults.fault(
            path, 0, "a script below a subdirectory", "Put all scripts into one directory");
      } else if (!NAME.matcher(path).matches()) {
        faults.fault(
            path, 0, "not of the form <version>_<name>.sql", "Rename it, for example 0001_" + path);
      } else {
        scripts.add(Script.named(path, path.substring(0, path.length() - ".sql".length())));
      }
    }
    return SortedNames.order(scripts, faults);
  }
}
