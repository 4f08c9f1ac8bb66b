package dev.schemaward.runner.document;

import dev.schemaward.api.run.VisibleText;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Writes HTML and inline SVG in which every text and every attribute is escaped: there is no way to
 * write markup but by {@link #open}.
 */
final class HtmlWriter {
  private static final Set<String> VOID = Set.of("meta", "br", "hr", "rect", "line", "path");

  private final StringBuilder html = new StringBuilder(16_384);
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param tag a constant of ours
   * @param attributes names (constants of ours) and values, in turns; one whose value is null is
   *     left out
   */
  HtmlWriter open(String tag, String... attributes) {
    html.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      if (attributes[i + 1] != null) {
        html.append(' ').append(attributes[i]).append("=\"");
        escape(attributes[i + 1]);
        html.append('"');
      }
    }
    // Within SVG the stroke counts: without it what follows would be inside.
    if (VOID.contains(tag)) {
      html.append("/>");
    } else {
      html.append('>');
      open.push(tag);
    }
    return this;
  }

  /** Closes the element that was opened last. */
  HtmlWriter close() {
    html.append("</").append(open.pop()).append('>');
    return this;
  }

  /** Closes it and begins a new line, for whoever reads the source. */
  HtmlWriter end() {
    close();
    html.append('\n');
    return this;
  }

  /** A text. */
  HtmlWriter text(String text) {
    escape(text);
    return this;
  }

  /** An element with nothing but a text in it. */
  HtmlWriter element(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /**
   * The style sheet: a file of ours, the only text that is not escaped, because HTML does not
   * unescape there.
   */
  HtmlWriter style(String css) {
    html.append("<style>\n").append(css).append("</style>\n");
    return this;
  }

  /** How many characters were written. */
  int length() {
    return html.length();
  }

  /** What was written; every element must be closed. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return html.toString();
  }

  private void escape(String text) {
    String visible = VisibleText.of(text);
    for (int i = 0; i < visible.length(); i++) {
      char c = visible.charAt(i);
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
  }
}
