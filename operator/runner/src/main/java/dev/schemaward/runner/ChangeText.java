package dev.schemaward.runner;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.change.ChangeReport;
import dev.schemaward.engine.hazard.Finding;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The check of a change for a person at a terminal. */
final class ChangeText {
  private static final int MOST_FINDINGS = 200;
  private static final int MOST_MIGRATIONS = 50;

  private final ChangeReport report;
  private final ChangeVerdict verdict;
  private final UnaryOperator<String> redact;

  /**
   * @param redact masks secrets, before a text is laid out
   */
  ChangeText(ChangeReport report, ChangeVerdict verdict, UnaryOperator<String> redact) {
    this.report = report;
    this.verdict = verdict;
    this.redact = redact;
  }

  String text() {
    StringBuilder text = new StringBuilder(redact.apply(verdict.headline())).append('\n');
    text.append("base    ").append(ChangeVerdict.base(report)).append('\n');
    for (Migration migration : report.pending().stream().limit(MOST_MIGRATIONS).toList()) {
      text.append("new     ")
          .append(redact.apply(migration.name()))
          .append(": ")
          .append(ChangeVerdict.trial(report, migration))
          .append('\n');
    }
    if (report.pending().size() > MOST_MIGRATIONS) {
      text.append("        and ")
          .append(report.pending().size() - MOST_MIGRATIONS)
          .append(" more\n");
    }
    if (!report.pending().isEmpty()) {
      text.append("beside  ").append(redact.apply(report.compatibility().summary())).append('\n');
    }
    ChangeVerdict.sorted(report).stream()
        .limit(MOST_FINDINGS)
        .forEach(finding -> finding(finding, text));
    if (report.findings().size() > MOST_FINDINGS) {
      text.append("\nand ")
          .append(report.findings().size() - MOST_FINDINGS)
          .append(" findings more: --output json has all\n");
    }
    return text.toString().stripTrailing();
  }

  private void finding(Finding finding, StringBuilder text) {
    text.append('\n')
        .append(verdict.failing().contains(finding) ? "!! " : "   ")
        .append(finding.severity().name().toLowerCase(Locale.ROOT))
        .append(' ')
        .append(finding.rule());
    if (!finding.migration().isEmpty()) {
      text.append(", ").append(redact.apply(finding.migration()));
    }
    if (finding.line() > 0) {
      text.append(" line ").append(finding.line());
    }
    text.append(": ").append(redact.apply(finding.message())).append('\n');
    if (finding.waived() != null) {
      text.append("   waived: ").append(redact.apply(finding.waived())).append('\n');
    } else if (finding.saferWay() != null) {
      text.append("   instead: ")
          .append(redact.apply(finding.saferWay()).strip().replace("\n", "\n            "))
          .append('\n');
    }
  }
}
