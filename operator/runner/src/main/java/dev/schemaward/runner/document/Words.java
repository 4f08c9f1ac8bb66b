package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.RunResult;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How the documents put things, the same in HTML and in Markdown. */
final class Words {
  /** Severities, the worst first. */
  static final List<String> SEVERITIES = List.of("block", "warn", "inform");

  private Words() {}

  /** The findings of a severity that no waiver covers. */
  static Stream<PlanDocument.Finding> open(PlanDocument plan, String severity) {
    return plan.findings().stream()
        .filter(finding -> finding.waived() == null && finding.severity().equals(severity));
  }

  /** With a capital letter and a full stop. */
  static String sentence(String text) {
    String plain = orEmpty(text);
    return plain.isEmpty()
        ? plain
        : Character.toUpperCase(plain.charAt(0))
            + plain.substring(1)
            + (plain.endsWith(".") ? "" : ".");
  }

  static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  static String target(RunResult.Target target) {
    return "database "
        + target.database()
        + ", schema "
        + target.schema()
        + ", PostgreSQL "
        + target.serverVersion();
  }

  /** Where in the bundle, for example {@code m1, line 3, statement 2}. */
  static String place(String migration, int line, int index) {
    return migration
        + (line > 0 ? ", line " + line : "")
        + (index > 0 ? ", statement " + index : "");
  }

  /** True when a safer way is SQL and not advice. */
  static boolean isSql(String saferWay) {
    return saferWay.stripTrailing().endsWith(";");
  }

  /** The beginning of a text, never half a character. */
  static String cut(String text, int characters) {
    if (text.length() <= characters) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(characters - 1)) ? characters - 1 : characters;
    return text.substring(0, end);
  }

  /** What was cut off, for example {@code … 4,900,000 more characters; the bundle has all}. */
  static String more(int characters) {
    return String.format(Locale.ROOT, "… %,d more characters; the bundle has all", characters);
  }
}
