package dev.schemaward.api.run;

/**
 * Text of a bundle as a reviewer may see it: what a terminal or a browser would obey instead of
 * show (escape sequences, marks that turn the direction of writing, characters without width) is
 * written as {@code ⟨U+202E⟩}, so that what is approved is what is read.
 */
public final class VisibleText {
  private VisibleText() {}

  /**
   * The text with everything in it visible.
   *
   * @param text null for none
   * @return the same text, when there is nothing to show; line ends as {@code \n}; empty for null
   */
  public static String of(String text) {
    if (text == null) {
      return "";
    }
    StringBuilder shown = null;
    for (int at = 0; at < text.length(); ) {
      int character = text.codePointAt(at);
      int next = at + Character.charCount(character);
      if (character == '\r' && next < text.length() && text.charAt(next) == '\n') {
        shown = shown == null ? new StringBuilder(text.substring(0, at)) : shown;
      } else if (isHidden(character)) {
        shown = shown == null ? new StringBuilder(text.substring(0, at)) : shown;
        shown.append(String.format("⟨U+%04X⟩", character));
      } else if (shown != null) {
        shown.appendCodePoint(character);
      }
      at = next;
    }
    return shown == null ? text : shown.toString();
  }

  /** The text on one line. */
  public static String line(String text) {
    return of(text).replaceAll("\\s+", " ").strip();
  }

  private static boolean isHidden(int character) {
    if (character == '\n' || character == '\t') {
      return false;
    }
    int type = Character.getType(character);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
