package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.SchemaObject;
import java.util.ArrayList;
import java.util.List;

/** By which means an enum gets other labels. */
enum EnumChange {
  /** ALTER TYPE … ADD VALUE. */
  ADD,
  /** ALTER TYPE … RENAME VALUE: as many labels, in places other ones. Rows follow. */
  RENAME,
  /**
   * A new type in the place of the old one, columns converted by their text. Fails, and changes
   * nothing, where a row holds a label that is no more.
   */
  EXCHANGE;

  static EnumChange of(SchemaObject before, SchemaObject after) {
    List<String> old = labels(before);
    List<String> wanted = labels(after);
    if (wanted.containsAll(old)) {
      List<String> kept = new ArrayList<>(wanted);
      kept.retainAll(old);
      return kept.equals(old) ? ADD : EXCHANGE;
    }
    if (old.size() != wanted.size()) {
      return EXCHANGE;
    }
    for (int i = 0; i < old.size(); i++) {
      boolean same = old.get(i).equals(wanted.get(i));
      if (!same && (old.contains(wanted.get(i)) || wanted.contains(old.get(i)))) {
        return EXCHANGE;
      }
    }
    return RENAME;
  }

  /** The labels, as SQL literals, in order. */
  static List<String> labels(SchemaObject type) {
    List<String> labels = new ArrayList<>();
    String text = type.is("labels") ? type.get("labels") : "";
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf('\'', at) + 1;
      while (end < text.length()
          && (text.charAt(end) != '\''
              || (end + 1 < text.length() && text.charAt(end + 1) == '\''))) {
        end += text.charAt(end) == '\'' ? 2 : 1;
      }
      labels.add(text.substring(at, end + 1));
      at = end + 1;
      if (text.startsWith(", ", at)) {
        at += 2;
      }
    }
    return labels;
  }
}
