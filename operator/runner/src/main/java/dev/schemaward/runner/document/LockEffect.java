package dev.schemaward.runner.document;

import java.util.Locale;

/**
 * Whom a table lock stops, from PostgreSQL's table of conflicting modes: what a reader of a plan
 * asks first.
 */
enum LockEffect {
  /** Reads go on, writes go on, other DDL mostly too. */
  NOBODY("others go on"),
  /** VACUUM and other DDL wait. */
  MAINTENANCE("VACUUM and DDL wait"),
  /** INSERT, UPDATE and DELETE wait. */
  WRITES("writes wait"),
  /** Everybody waits. */
  EVERYTHING("reads and writes wait");

  private final String words;

  LockEffect(String words) {
    this.words = words;
  }

  /** For example {@code writes wait}. */
  String words() {
    return words;
  }

  /** Name of its CSS class. */
  String css() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The effect of a mode by PostgreSQL's own name; of a name that is not known, the worst. */
  static LockEffect of(String mode) {
    return switch (mode) {
      case "AccessShareLock", "RowShareLock", "RowExclusiveLock" -> NOBODY;
      case "ShareUpdateExclusiveLock" -> MAINTENANCE;
      case "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock" -> WRITES;
      default -> EVERYTHING;
    };
  }

  /** {@code ACCESS EXCLUSIVE} for {@code AccessExclusiveLock}. */
  static String sqlName(String mode) {
    String words = mode.endsWith("Lock") ? mode.substring(0, mode.length() - 4) : mode;
    return words.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toUpperCase(Locale.ROOT);
  }
}
