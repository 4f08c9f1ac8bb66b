package dev.schemaward.engine.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * dbmate: {@code <digits>….sql} in one directory, in the byte order of the file names; what stands
 * between {@code -- migrate:up} and {@code -- migrate:down} is executed. {@code transaction:false}
 * has nothing to add: whether a statement may run in a transaction is decided statement by
 * statement.
 */
final class DbmateLayout implements Layout {
  private static final Pattern NAME = Pattern.compile("([0-9]+).*\\.sql");
  private static final Pattern UP = directive("up");
  private static final Pattern DOWN = directive("down");

  private static Pattern directive(String name) {
    String space = "[ \\t\\n\\f\\r]";
    return Pattern.compile(
        "(?md)^--"
            + space
            + "*migrate:"
            + name
            + "("
            + space
            + "*$|"
            + space
            + "+[^ \\t\\n\\f\\r])");
  }

  /** True for a script with a section that only dbmate has. */
  static boolean isMigration(String text) {
    return UP.matcher(text).find();
  }

  @Override
  public List<Script> scripts(Map<String, byte[]> files, FaultSink faults) {
    List<Script> scripts = new ArrayList<>();
    Map<String, String> versions = new HashMap<>();
    for (String path : files.keySet()) {
      if (!path.endsWith(".sql")) {
        continue;
      }
      Matcher name = NAME.matcher(path);
      if (path.contains("/")) {
        faults.fault(
            path, 0, "a script below a subdirectory", "Put all scripts into one directory");
      } else if (!name.matches()) {
        faults.fault(
            path,
            0,
            "its name does not begin with a version (digits)",
            "Rename it, or keep it out of the bundle (dbmate itself would silently skip it)");
      } else {
        String version = name.group(1);
        String other = versions.putIfAbsent(version, path);
        if (other != null) {
          faults.fault(
              path,
              0,
              "the same version as " + other + " (" + version + ")",
              "Give one of them another version");
        }
        scripts.add(
            new Script(
                path, path.substring(0, path.length() - ".sql".length()), version, "", false));
      }
    }
    scripts.sort(Comparator.comparing(Script::path));
    return scripts;
  }

  @Override
  public Optional<String> executed(Script script, String text, FaultSink faults) {
    Matcher up = UP.matcher(text);
    if (!up.find()) {
      faults.fault(
          script.path(),
          0,
          "has no section -- migrate:up",
          "Put that line before what it does, and -- migrate:down before what undoes it");
      return Optional.empty();
    }
    int begin = up.start();
    String[] before = text.substring(0, begin).split("\n", -1);
    for (int i = 0; i < before.length; i++) {
      if (!before[i].isBlank() && !before[i].strip().startsWith("--")) {
        faults.fault(
            script.path(),
            i + 1,
            "a statement before -- migrate:up, which dbmate does not take",
            "Move it below that line");
        return Optional.empty();
      }
    }
    if (up.find()) {
      faults.fault(
          script.path(),
          line(text, up.start()),
          "a second -- migrate:up: dbmate would record the version twice, and fail",
          "Make it a file of its own");
      return Optional.empty();
    }
    Matcher down = DOWN.matcher(text);
    int end = down.find(begin) ? down.start() : text.length();
    if (end < text.length() && down.find()) {
      faults.fault(
          script.path(),
          line(text, down.start()),
          "a second -- migrate:down, which dbmate does not take",
          "Join the two sections");
      return Optional.empty();
    }
    return Optional.of("\n".repeat(before.length - 1) + text.substring(begin, end));
  }

  private static int line(String text, int position) {
    return 1 + (int) text.substring(0, position).chars().filter(c -> c == '\n').count();
  }

  /** dbmate records no checksum. */
  @Override
  public Recorded recorded(Script script, String text, String sha256) {
    return new Recorded(script.version(), "", null, false);
  }
}
