package dev.schemaward.engine.drift.script;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a column may change its type without any value being changed. */
final class TypeChange {
  private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
  private static final Pattern MODIFIED =
      Pattern.compile("(?<name>[^(]+)(\\((?<length>\\d+)(,(?<scale>-?\\d+))?\\))?(?<rest>.*)");

  private TypeChange() {}

  /** True when every value of {@code from} survives as it is; false when in doubt. */
  static boolean keepsEveryValue(String from, String to) {
    if (from.equals(to)) {
      return true;
    }
    if (INTEGERS.contains(from)) {
      return to.equals("numeric")
          || (INTEGERS.contains(to) && INTEGERS.indexOf(to) > INTEGERS.indexOf(from));
    }
    Matcher before = MODIFIED.matcher(from);
    Matcher after = MODIFIED.matcher(to);
    if (!before.matches()
        || !after.matches()
        || !before.group("rest").equals(after.group("rest"))) {
      return false;
    }
    String name = before.group("name");
    if (to.equals("text")) {
      return name.equals("character varying") || name.equals("uuid") || from.equals("xml");
    }
    if (!name.equals(after.group("name"))) {
      return (from.equals("text") && to.equals("character varying"))
          || (from.equals("real") && to.equals("double precision"))
          || (from.equals("date") && to.startsWith("timestamp without"));
    }
    if (after.group("length") == null) {
      return true;
    }
    if (before.group("length") == null) {
      return false;
    }
    int length = number(after, "length") - number(before, "length");
    int scale = number(after, "scale") - number(before, "scale");
    return switch (name) {
      case "character varying", "bit varying", "character" -> length >= 0;
      case "numeric" -> scale >= 0 && length - scale >= 0;
      case "timestamp", "time", "interval" -> length >= 0;
      default -> false;
    };
  }

  private static int number(Matcher type, String group) {
    return type.group(group) == null ? 0 : Integer.parseInt(type.group(group));
  }
}
