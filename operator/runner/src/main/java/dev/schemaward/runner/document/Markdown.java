package dev.schemaward.runner.document;

import dev.schemaward.api.run.VisibleText;

/**
 * Markdown as code hosts show it below a pull request, within a number of characters. What came
 * with a bundle or a database is shown and never obeyed: no markup, no link, no mention of a user.
 */
final class Markdown {
  private final StringBuilder text = new StringBuilder();
  private final int most;

  /**
   * @param most characters that may be written; the rest must be told
   */
  Markdown(int most) {
    this.most = most;
  }

  /**
   * Adds a piece, whole or not at all.
   *
   * @param reserve characters that must remain free behind it
   * @return false when it does not fit
   */
  boolean add(String piece, int reserve) {
    if (text.length() + piece.length() + reserve > most) {
      return false;
    }
    text.append(piece);
    return true;
  }

  /** Adds a piece for which room was reserved. */
  Markdown add(String piece) {
    text.append(piece);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** A text in a line or a cell of a table, shown as it is. */
  static String plain(String text) {
    String line = VisibleText.line(text);
    StringBuilder shown = new StringBuilder(line.length() + 16);
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      switch (c) {
        case '&' -> shown.append("&amp;");
        case '<' -> shown.append("&lt;");
        case '>' -> shown.append("&gt;");
        case '\\', '`', '*', '[', ']', '|', '~', '!', '$' -> shown.append('\\').append(c);
        // Mentions, references and addresses are looked for in the text that is shown, so they must
        // be cut in two there.
        case '@', '#' -> shown.append(c).append("<!-- -->");
        case ':' -> shown.append(line.startsWith("//", i + 1) ? ":<!-- -->" : ":");
        case '_' -> shown.append(insideWord(line, i) ? "_" : "\\_");
        case '.' -> shown.append(endsWith(shown, "www") ? ".<!-- -->" : ".");
        default -> shown.append(c);
      }
    }
    return shown.toString();
  }

  private static boolean insideWord(String line, int at) {
    return at > 0
        && at + 1 < line.length()
        && Character.isLetterOrDigit(line.charAt(at - 1))
        && Character.isLetterOrDigit(line.charAt(at + 1));
  }

  private static boolean endsWith(StringBuilder text, String end) {
    return text.length() >= end.length()
        && text.substring(text.length() - end.length()).equalsIgnoreCase(end);
  }

  /** A name in a line or a cell, as code. */
  static String code(String text) {
    String line = VisibleText.line(text);
    String fence = "`".repeat(longestRun(line, '`') + 1);
    boolean pad = line.startsWith("`") || line.endsWith("`") || line.isEmpty();
    String space = pad ? " " : "";
    // In a cell a stroke ends it even within code.
    return fence + space + line.replace("|", "\\|") + space + fence;
  }

  /** A block of SQL; nothing in it can end it. */
  static String sql(String text) {
    String shown = VisibleText.of(text);
    String fence = "`".repeat(Math.max(3, longestRun(shown, '`') + 1));
    return fence + "sql\n" + shown + (shown.endsWith("\n") ? "" : "\n") + fence + "\n";
  }

  /** A text for HTML within Markdown, as a summary is. */
  static String summary(String text) {
    return plain(text).replace("\\", "&#92;");
  }

  private static int longestRun(String text, char of) {
    int longest = 0;
    int run = 0;
    for (int i = 0; i < text.length(); i++) {
      run = text.charAt(i) == of ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
