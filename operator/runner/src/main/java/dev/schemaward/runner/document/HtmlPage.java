package dev.schemaward.runner.document;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The frame of every page: one file that loads nothing, runs nothing, and may be opened from a
 * disk, an artifact of a CI run, or a mail.
 */
final class HtmlPage {
  private HtmlPage() {}

  /**
   * The whole file.
   *
   * @param body writes what is between head and footer
   * @param footer one sentence
   */
  static String of(String title, Consumer<HtmlWriter> body, String footer) {
    HtmlWriter html = new HtmlWriter();
    html.open("html", "lang", "en", "dir", "ltr").open("head");
    html.open("meta", "charset", "utf-8");
    html.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.open(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'");
    html.open("meta", "name", "referrer", "content", "no-referrer");
    html.element("title", title);
    html.style(css()).end();
    html.open("body");
    body.accept(html);
    html.element("footer", footer);
    return "<!DOCTYPE html>\n" + html.end().end();
  }

  /** A number and what it counts, in a box. */
  static void tile(HtmlWriter html, long count, String what, String css) {
    html.open("div", "class", "tile" + (count > 0 ? " " + css : ""));
    html.element("b", Long.toString(count)).element("span", what).end();
  }

  /** A line of a list of facts. */
  static void fact(HtmlWriter html, String name, String value) {
    html.element("dt", name).open("dd").element("code", value).end();
  }

  private static String css() {
    try (InputStream file = HtmlPage.class.getResourceAsStream("page.css")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
