package dev.schemaward.engine.drift;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Differences that somebody has decided to live with: {@code kind identity @attribute}, each part
 * optional from the right, {@code *} in any of them matching everything. Examples: {@code table
 * public.tmp_*}, {@code extension pg_stat_statements}, {@code * * @comment}, {@code index
 * public.orders_* @tablespace}. An object that is ignored as a whole takes its parts with it.
 *
 * @param pattern as written
 * @param reason why; shown in the report, never blank
 */
public record DriftIgnore(String pattern, String reason) {
  /**
   * Checks it.
   *
   * @throws IllegalArgumentException with a message for a person
   */
  public DriftIgnore {
    if (reason == null || reason.isBlank()) {
      throw new IllegalArgumentException(
          "ignoring drift needs a reason: " + pattern + " has none. Say why it may differ");
    }
    String kind = parts(pattern)[0];
    boolean known = kind.contains("*");
    for (ObjectKind each : ObjectKind.values()) {
      known |= name(each).equals(kind);
    }
    if (!known) {
      throw new IllegalArgumentException(
          "in the pattern \""
              + pattern
              + "\", "
              + kind
              + " is no kind of object; say table,"
              + " column, index, materialized-view, … or *");
    }
  }

  /**
   * Reads {@code pattern: reason}, as a command line gives it.
   *
   * @throws IllegalArgumentException with a message for a person
   */
  public static DriftIgnore parse(String text) {
    int colon = text.indexOf(": ");
    return colon < 0
        ? new DriftIgnore(text, null)
        : new DriftIgnore(text.substring(0, colon).strip(), text.substring(colon + 2).strip());
  }

  /** True when a difference in this attribute is ignored; null for the object as a whole. */
  boolean matches(SchemaObject object, String attribute) {
    String[] parts = parts(pattern);
    if (parts[2] != null) {
      return attribute != null && glob(parts[2], attribute) && matchesObject(parts, object);
    }
    return matchesObject(parts, object)
        || (object.parent() != null && glob(parts[1], object.parent()) && parentKind(parts[0]));
  }

  private static boolean matchesObject(String[] parts, SchemaObject object) {
    return glob(parts[0], name(object.kind())) && glob(parts[1], object.identity());
  }

  private static boolean parentKind(String kind) {
    return switch (kind) {
      case "table", "view", "materialized-view", "domain" -> true;
      default -> false;
    };
  }

  private static String name(ObjectKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Kind, identity, attribute; the attribute may be null. */
  private static String[] parts(String pattern) {
    String text = pattern.strip();
    String attribute = null;
    int at = text.lastIndexOf('@');
    if (at >= 0) {
      attribute = text.substring(at + 1).strip();
      text = text.substring(0, at).strip();
    }
    int space = text.indexOf(' ');
    return new String[] {
      space < 0 ? text : text.substring(0, space),
      space < 0 ? "*" : text.substring(space + 1).strip(),
      attribute
    };
  }

  private static boolean glob(String glob, String text) {
    return Pattern.matches(("\\Q" + glob + "\\E").replace("*", "\\E.*\\Q"), text);
  }
}
