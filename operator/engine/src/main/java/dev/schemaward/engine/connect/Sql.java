package dev.schemaward.engine.connect;

/** Quoting of values and names for the statements that Schemaward itself writes. */
public final class Sql {
  private Sql() {}

  /** A quoted identifier. */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A qualified, quoted identifier. */
  public static String identifier(String schema, String name) {
    return identifier(schema) + "." + identifier(name);
  }

  /**
   * A string literal, safe under standard_conforming_strings = on; {@code NULL} for null. NUL is
   * dropped.
   */
  public static String literal(String value) {
    return value == null ? "NULL" : "'" + value.replace("\0", "").replace("'", "''") + "'";
  }
}
