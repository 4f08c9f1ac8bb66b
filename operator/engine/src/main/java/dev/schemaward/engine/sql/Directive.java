package dev.schemaward.engine.sql;

/**
 * A comment that is meant for us: {@code -- schemaward: …}.
 *
 * @param line in the file, from 1
 * @param text what follows {@code schemaward:}, without white space around it
 */
public record Directive(int line, String text) {
  private static final String MARK = "schemaward:";

  /** The directive in the comment between these offsets; null when it is none. */
  static Directive in(String script, int start, int end, int line) {
    int at = start + "--".length();
    while (at < end && Character.isWhitespace(script.charAt(at))) {
      at++;
    }
    return at + MARK.length() <= end && script.regionMatches(true, at, MARK, 0, MARK.length())
        ? new Directive(line, script.substring(at + MARK.length(), end).strip())
        : null;
  }
}
