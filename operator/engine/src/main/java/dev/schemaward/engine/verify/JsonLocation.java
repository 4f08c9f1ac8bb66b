package dev.schemaward.engine.verify;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a JSON document, written as a singular query of JSONPath (RFC 9535 §2.3.5.1: {@code
 * $.checks[0].status}, {@code $['a b']}) or as a JSON Pointer (RFC 6901: {@code /checks/0/status}).
 * Health checks are asked for one value; wildcards and filters, which give many, are refused, and
 * no library is needed.
 */
public final class JsonLocation {
  private static final Pattern SEGMENT =
      Pattern.compile(
          "\\.([\\p{L}_][\\p{L}\\p{N}_-]*)"
              + "|\\[\\s*(-?\\d{1,9})\\s*]"
              + "|\\[\\s*'((?:[^'\\\\]|\\\\['\\\\])*)'\\s*]"
              + "|\\[\\s*\"((?:[^\"\\\\]|\\\\[\"\\\\])*)\"\\s*]");

  private final String text;
  private final JsonPointer pointer;

  private JsonLocation(String text, JsonPointer pointer) {
    this.text = text;
    this.pointer = pointer;
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException with a sentence for the author
   */
  static JsonLocation parse(String text) {
    if (text.startsWith("/")) {
      return new JsonLocation(text, JsonPointer.compile(text));
    }
    if (!text.startsWith("$")) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' begins with neither $ (JSONPath, $.status) nor / (JSON Pointer, /status)");
    }
    JsonPointer pointer = JsonPointer.empty();
    Matcher segment = SEGMENT.matcher(text);
    int at = 1;
    while (at < text.length()) {
      if (!segment.find(at) || segment.start() != at) {
        throw new IllegalArgumentException(
            "'"
                + text
                + "' is not understood from '"
                + text.substring(at)
                + "' on: only names (.status, ['my status']) and positions ([0]) lead to one"
                + " value");
      }
      pointer = pointer.append(JsonPointer.compile("/" + escaped(segment)));
      at = segment.end();
    }
    return new JsonLocation(text, pointer);
  }

  private static String escaped(Matcher segment) {
    String name;
    if (segment.group(1) != null) {
      name = segment.group(1);
    } else if (segment.group(2) != null) {
      if (segment.group(2).startsWith("-")) {
        throw new IllegalArgumentException(
            "positions count from 0; there is no " + segment.group());
      }
      name = segment.group(2);
    } else {
      String quoted = segment.group(3) != null ? segment.group(3) : segment.group(4);
      name = quoted.replaceAll("\\\\(.)", "$1");
    }
    return name.replace("~", "~0").replace("/", "~1");
  }

  /** As it was written. */
  public String text() {
    return text;
  }

  /** What is there: a text as it is, anything else as JSON; empty when nothing is there. */
  Optional<String> in(JsonNode document) {
    JsonNode node = document.at(pointer);
    if (node.isMissingNode()) {
      return Optional.empty();
    }
    return Optional.of(node.isTextual() ? node.asText() : node.toString());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JsonLocation location && location.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
