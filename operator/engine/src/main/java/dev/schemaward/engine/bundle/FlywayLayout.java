package dev.schemaward.engine.bundle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Flyway's default naming: {@code V<version>__<description>.sql} by version, then {@code
 * R__<description>.sql} by description, in any subdirectory. Undo scripts are left alone, as {@code
 * flyway migrate} leaves them. What would make Flyway execute something else than the text of these
 * files (placeholders, callbacks, baseline and Java migrations, settings of names) is a fault.
 */
final class FlywayLayout implements Layout {
  private static final Pattern MIGRATION = Pattern.compile("(V[0-9][0-9._]*__.*|R__.+)\\.sql");
  private static final Pattern CALLBACK =
      Pattern.compile("((before|after)[A-Z][A-Za-z]*|createSchema)(__.*)?\\.sql");
  private static final Pattern OTHER_LANGUAGE =
      Pattern.compile("([VB][0-9][0-9._]*|R)__.*\\.(java|class|kt|groovy|sh|bash|ps1|bat|cmd|py)");
  private static final Pattern SETTING =
      Pattern.compile(
          "(?m)^[ \\t]*(?:flyway\\.)?(table|sqlMigrationPrefix|repeatableSqlMigrationPrefix"
              + "|sqlMigrationSeparator|sqlMigrationSuffixes|placeholderPrefix|encoding)"
              + "[ \\t]*=[ \\t]*(.*)$");
  private static final Pattern SCRIPT_SETTING =
      Pattern.compile("(?m)^[ \\t]*([A-Za-z][A-Za-z.]*)[ \\t]*=[ \\t]*(\\S*)[ \\t\\r]*$");
  private static final Pattern NO_REPLACEMENT =
      Pattern.compile("(?m)^[ \\t]*(?:flyway\\.)?placeholderReplacement[ \\t]*=[ \\t]*false\\b");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}\\n]*)\\}?");

  private final Set<String> withoutPlaceholders = new HashSet<>();
  private boolean noPlaceholders;

  /** True for a file that only Flyway names so. */
  static boolean isMigration(String path) {
    return MIGRATION.matcher(file(path)).matches();
  }

  private static String file(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Override
  public boolean stripsByteOrderMark() {
    return true;
  }

  @Override
  public List<Script> scripts(Map<String, byte[]> files, FaultSink faults) {
    List<Script> scripts = new ArrayList<>();
    files.forEach(
        (path, content) -> {
          String file = file(path);
          if (file.equals("flyway.conf") || file.equals("flyway.toml")) {
            settings(path, new String(content, StandardCharsets.UTF_8), faults);
          } else if (file.endsWith(".sql.conf")) {
            scriptSettings(path, new String(content, StandardCharsets.UTF_8), faults);
          } else if (file.toLowerCase(Locale.ROOT).endsWith(".sql")) {
            script(path, file, faults).ifPresent(scripts::add);
          } else if (OTHER_LANGUAGE.matcher(file).matches()) {
            faults.fault(
                path,
                0,
                "a migration that is not SQL, which only Flyway itself can run",
                "Write it in SQL, or keep such migrations out of the bundle and run them yourself");
          }
        });
    return order(scripts, faults);
  }

  private static Optional<Script> script(String path, String file, FaultSink faults) {
    if (!file.endsWith(".sql")) {
      faults.fault(path, 0, "its suffix is not in lower case", "Name it … .sql");
      return Optional.empty();
    }
    if (CALLBACK.matcher(file).matches()) {
      faults.fault(
          path,
          0,
          "a Flyway callback, which Schemaward does not run",
          "Move what it does into migrations (R__ for what must follow every change)");
      return Optional.empty();
    }
    String name = file.substring(0, file.length() - ".sql".length());
    String rest = name.isEmpty() ? "" : name.substring(1);
    int separator = rest.indexOf("__");
    String left = separator < 0 ? rest : rest.substring(0, separator);
    String description = separator < 0 ? "" : rest.substring(separator + 2).replace('_', ' ');
    Optional<FlywayVersion> version = FlywayVersion.parse(left);
    if (name.startsWith("V") && version.isPresent()) {
      if (left.length() > 50) {
        faults.fault(path, 0, "its version is longer than 50 characters", "Shorten it");
      }
      return Optional.of(new Script(path, name, version.get().text(), description, false));
    }
    if (name.startsWith("R") && left.isEmpty() && !description.isEmpty()) {
      return Optional.of(new Script(path, name, null, description, true));
    }
    if (name.startsWith("U") && version.isPresent()) {
      return Optional.empty();
    }
    if (name.startsWith("B") && version.isPresent()) {
      faults.fault(
          path,
          0,
          "a baseline migration, which Schemaward does not run",
          "Keep the versioned migrations that it sums up, and leave it out of the bundle");
      return Optional.empty();
    }
    faults.fault(
        path,
        0,
        "not of the form V<version>__<description>.sql or R__<description>.sql",
        "Rename it, or keep it out of the bundle (Flyway itself would silently skip it)");
    return Optional.empty();
  }

  private static List<Script> order(List<Script> scripts, FaultSink faults) {
    List<Script> versioned =
        new ArrayList<>(scripts.stream().filter(s -> !s.repeatable()).toList());
    versioned.sort(Comparator.comparing(FlywayLayout::version));
    List<Script> repeatable = new ArrayList<>(scripts.stream().filter(Script::repeatable).toList());
    repeatable.sort(Comparator.comparing(Script::description));
    for (int i = 1; i < versioned.size(); i++) {
      Script one = versioned.get(i - 1);
      Script two = versioned.get(i);
      if (version(one).sameAs(version(two))) {
        faults.fault(
            two.path(),
            0,
            "the same version as " + one.path() + " (" + one.version() + ")",
            "Give one of them another version");
      }
    }
    for (int i = 1; i < repeatable.size(); i++) {
      if (repeatable.get(i).description().equals(repeatable.get(i - 1).description())) {
        faults.fault(
            repeatable.get(i).path(),
            0,
            "the same description as " + repeatable.get(i - 1).path(),
            "Rename one of them");
      }
    }
    versioned.addAll(repeatable);
    return versioned;
  }

  private static FlywayVersion version(Script script) {
    return FlywayVersion.parse(script.version()).orElseThrow();
  }

  private void settings(String path, String text, FaultSink faults) {
    noPlaceholders |= NO_REPLACEMENT.matcher(text).find();
    Matcher setting = SETTING.matcher(text);
    while (setting.find()) {
      String value = setting.group(2).replace("\"", "").strip();
      if (setting.group(1).equals("encoding") && value.equalsIgnoreCase("UTF-8")) {
        continue;
      }
      faults.fault(
          path,
          line(text, setting.start(1)),
          "sets " + setting.group(1) + ", which Schemaward does not follow",
          "Use Flyway's default for it, and remove the line");
    }
  }

  /**
   * A file beside a script. Whether a statement may run in a transaction is decided statement by
   * statement here, so that {@code executeInTransaction} has nothing to add.
   */
  private void scriptSettings(String path, String text, FaultSink faults) {
    Matcher setting = SCRIPT_SETTING.matcher(text);
    while (setting.find()) {
      String key = setting.group(1);
      String value = setting.group(2);
      if (key.equals("placeholderReplacement") && value.equalsIgnoreCase("false")) {
        withoutPlaceholders.add(path.substring(0, path.length() - ".conf".length()));
      } else if (!key.equals("executeInTransaction")
          && !key.equals("placeholderReplacement")
          && !(key.equals("encoding") && value.equalsIgnoreCase("UTF-8"))) {
        faults.fault(
            path,
            line(text, setting.start(1)),
            "sets " + key + ", which Schemaward does not follow",
            "Remove the line");
      }
    }
  }

  @Override
  public Optional<String> executed(Script script, String text, FaultSink faults) {
    Matcher placeholder = PLACEHOLDER.matcher(text);
    if (!noPlaceholders && !withoutPlaceholders.contains(script.path()) && placeholder.find()) {
      faults.fault(
          script.path(),
          line(text, placeholder.start()),
          "${"
              + placeholder.group(1)
              + "} is a placeholder of Flyway, and Schemaward fills in none",
          "Write the value; or, where it is meant literally, say so to Flyway too:"
              + " placeholderReplacement=false in "
              + file(script.path())
              + ".conf");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  private static int line(String text, int position) {
    return 1 + (int) text.substring(0, position).chars().filter(c -> c == '\n').count();
  }

  /** The checksum is Flyway's: CRC-32 over the lines without their ends, as a signed number. */
  @Override
  public Recorded recorded(Script script, String text, String sha256) {
    CRC32 crc = new CRC32();
    text.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
    return new Recorded(
        script.version(),
        script.description(),
        Integer.toString((int) crc.getValue()),
        script.repeatable());
  }
}
