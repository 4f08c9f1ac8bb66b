package dev.schemaward.runner;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.change.ChangeReport;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The check of a change as a comment on a pull request. What comes from the files is escaped: it
 * can neither break the layout, nor call anybody, nor look like a verdict. Whatever is in them, it
 * is short enough to be posted.
 */
final class ChangeMarkdown {
  /** GitHub takes 65,536 characters. */
  static final int LONGEST = 60_000;

  private static final int END = 500;
  private static final int MOST_MIGRATIONS = 100;
  private static final int LONGEST_TEXT = 600;
  private static final int LONGEST_SQL = 1_500;

  private final ChangeReport report;
  private final ChangeVerdict verdict;
  private final UnaryOperator<String> redact;
  private final Map<String, Migration> pending;

  /**
   * @param redact masks secrets, before a text is cut or escaped: afterwards nobody could
   */
  ChangeMarkdown(ChangeReport report, ChangeVerdict verdict, UnaryOperator<String> redact) {
    this.report = report;
    this.verdict = verdict;
    this.redact = redact;
    this.pending =
        report.pending().stream().collect(Collectors.toMap(Migration::name, Function.identity()));
  }

  String text() {
    StringBuilder text = new StringBuilder("## Schemaward: ");
    text.append(inline(verdict.headline())).append("\n\n");
    text.append("| migration | statements | on the shadow |\n| --- | --: | --- |\n");
    text.append("| the base | | ").append(inline(ChangeVerdict.base(report))).append(" |\n");
    for (Migration migration : report.pending().stream().limit(MOST_MIGRATIONS).toList()) {
      text.append("| ")
          .append(code(migration.name()))
          .append(" | ")
          .append(migration.statements().size())
          .append(" | ")
          .append(ChangeVerdict.trial(report, migration))
          .append(" |\n");
    }
    if (report.pending().size() > MOST_MIGRATIONS) {
      text.append("| and ")
          .append(report.pending().size() - MOST_MIGRATIONS)
          .append(" more | | |\n");
    }
    if (!report.pending().isEmpty()) {
      text.append('\n').append(inline(report.compatibility().summary())).append("\n");
    }
    findings(text);
    return text.toString().stripTrailing();
  }

  private void findings(StringBuilder text) {
    int told = 0;
    List<Finding> findings = ChangeVerdict.sorted(report);
    for (Finding finding : findings) {
      String part = finding(finding);
      if (text.length() + part.length() > LONGEST - END) {
        text.append("\n**")
            .append(findings.size() - told)
            .append(" findings more** than fit here: `schemaward validate` with `--output text`")
            .append(" or `json` lists them.\n");
        return;
      }
      text.append(part);
      told++;
    }
  }

  private String finding(Finding finding) {
    StringBuilder text = new StringBuilder("\n### ");
    text.append(
            verdict.failing().contains(finding) ? "❌ " : finding.waived() != null ? "➖ " : "⚠️ ")
        .append(finding.severity().name().toLowerCase(Locale.ROOT))
        .append(": ")
        .append(inline(finding.rule()));
    if (!finding.migration().isEmpty()) {
      text.append(" in ").append(code(finding.migration()));
    }
    if (finding.line() > 0) {
      text.append(", line ").append(finding.line());
    }
    text.append("\n\n").append(inline(finding.message())).append('\n');
    Migration migration = pending.get(finding.migration());
    if (migration != null && finding.index() > 0) {
      Statement statement = migration.statements().get(finding.index() - 1);
      text.append('\n').append(fence(statement.text() + ";"));
    }
    if (finding.waived() != null) {
      text.append("\nWaived: ").append(inline(finding.waived())).append('\n');
    } else if (finding.saferWay() != null) {
      String way = finding.saferWay().strip();
      text.append("\nInstead")
          .append(way.endsWith(";") ? ":\n\n" + fence(way) : ": " + inline(way) + "\n");
    }
    return text.toString();
  }

  /** A bundle that cannot be used. */
  static String invalid(List<String> faults, UnaryOperator<String> redact) {
    StringBuilder text = new StringBuilder("## Schemaward: not passed, the bundle is invalid\n\n");
    int told = 0;
    for (String fault : faults) {
      String line = "* " + escaped(cut(redact.apply(fault), LONGEST_TEXT)) + "\n";
      if (text.length() + line.length() > LONGEST - END) {
        text.append("* and ").append(faults.size() - told).append(" more\n");
        break;
      }
      text.append(line);
      told++;
    }
    return text.toString().stripTrailing();
  }

  private String inline(String content) {
    return escaped(cut(redact.apply(content), LONGEST_TEXT));
  }

  /** A name, in which nothing has a meaning. */
  private String code(String name) {
    String safe = redact.apply(name).replaceAll("\\s", " ").replace('`', '\'').replace("|", "\\|");
    return "`" + cut(safe, LONGEST_TEXT) + "`";
  }

  private String fence(String sql) {
    String shown = cut(redact.apply(sql), LONGEST_SQL);
    StringBuilder fence = new StringBuilder("```");
    while (shown.contains(fence)) {
      fence.append('`');
    }
    return fence + "sql\n" + shown + "\n" + fence + "\n";
  }

  /** One line in which nothing is markup. */
  private static String escaped(String content) {
    StringBuilder text = new StringBuilder();
    for (char c : content.replaceAll("\\s+", " ").strip().toCharArray()) {
      switch (c) {
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '&' -> text.append("&amp;");
        // Nobody is called, and no issue is linked, when something invisible stands behind it.
        case '@', '#' -> text.append(c).append('\u200B');
        case '\\', '`', '*', '_', '~', '|', '[', ']', '!', '$' -> text.append('\\').append(c);
        default -> text.append(c);
      }
    }
    return text.toString();
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return text.substring(0, end) + " …";
  }
}
