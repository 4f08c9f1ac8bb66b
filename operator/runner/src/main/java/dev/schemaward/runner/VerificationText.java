package dev.schemaward.runner;

import dev.schemaward.api.run.VerificationDocument;
import dev.schemaward.api.run.VisibleText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a verification found, for people: what fails comes first. */
final class VerificationText {
  private VerificationText() {}

  static String text(VerificationDocument found) {
    List<String> lines = new ArrayList<>();
    lines.add(headline(found));
    for (VerificationDocument.Check check : failedFirst(found)) {
      lines.add("  " + word(check) + "  " + VisibleText.line(check.message()));
      if (!check.ok()) {
        lines.add("            expected  " + VisibleText.line(check.expected()));
        if (check.found() != null) {
          lines.add("            found     " + VisibleText.line(check.found()));
        }
      }
    }
    return String.join("\n", lines);
  }

  static String markdown(VerificationDocument found) {
    List<String> lines = new ArrayList<>();
    lines.add("### Verification: " + cell(headline(found)));
    lines.add("");
    lines.add("| | check | expected | found | ms |");
    lines.add("| --- | --- | --- | --- | ---: |");
    for (VerificationDocument.Check check : failedFirst(found)) {
      lines.add(
          "| "
              + (check.ok() ? "ok" : "**" + check.outcome() + "**")
              + " | "
              + cell(check.ok() ? check.kind() + " " + check.name() : check.message())
              + " | "
              + cell(check.expected())
              + " | "
              + cell(check.found())
              + " | "
              + check.durationMs()
              + " |");
    }
    return String.join("\n", lines);
  }

  private static String headline(VerificationDocument found) {
    return found.ok()
        ? found.total() == 1 ? "The one check holds." : "All " + found.total() + " checks hold."
        : found.failed()
            + " of "
            + found.total()
            + (found.total() == 1 ? " check" : " checks")
            + (found.failed() == 1 ? " fails." : " fail.");
  }

  private static List<VerificationDocument.Check> failedFirst(VerificationDocument found) {
    return found.checks().stream()
        .sorted(Comparator.comparing(VerificationDocument.Check::ok))
        .toList();
  }

  private static String word(VerificationDocument.Check check) {
    return check.ok() ? "ok    " : String.format("%-6s", check.outcome().toUpperCase(Locale.ROOT));
  }

  /** Nothing that is found can end the cell, the row or the table. */
  private static String cell(String text) {
    return text == null
        ? ""
        : VisibleText.line(text)
            .replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace("\\", "\\\\")
            .replaceAll("([|`*_\\[\\]])", "\\\\$1");
  }
}
