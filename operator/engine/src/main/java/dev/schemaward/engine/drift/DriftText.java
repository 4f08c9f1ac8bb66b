package dev.schemaward.engine.drift;

import dev.schemaward.engine.drift.Drift.Severity;
import dev.schemaward.engine.drift.DriftProposal.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A drift report for a person: plain text, or Markdown for an issue. What stands in the database
 * may hold a secret (a connection string in a function): {@code redact} masks it before the text is
 * cut, laid out or escaped, since nobody recognises it afterwards.
 */
public final class DriftText {
  private static final int LONGEST_VALUE = 200;

  private DriftText() {}

  /** One sentence. */
  public static String headline(DriftReport report) {
    String where =
        "database " + report.target().database() + ", schema " + report.target().schema();
    String against =
        report.applied()
            + (report.applied() == 1 ? " applied migration" : " applied migrations")
            + (report.version() == null ? "" : ", to " + report.version());
    if (!report.drifted()) {
      return "No drift: " + where + " is what " + against + " make";
    }
    SchemaComparison comparison = report.comparison();
    int count = comparison.drifts().size();
    return "Drift: "
        + count
        + (count == 1 ? " object differs" : " objects differ")
        + " ("
        + comparison.count(Severity.HIGH)
        + " high, "
        + comparison.count(Severity.MEDIUM)
        + " medium, "
        + comparison.count(Severity.LOW)
        + " low) in "
        + where
        + ", from "
        + against;
  }

  /** One difference in one line. */
  public static String line(Drift drift) {
    return line(drift, UnaryOperator.identity());
  }

  static String line(Drift drift, UnaryOperator<String> redact) {
    StringBuilder text = new StringBuilder(redact.apply(drift.object().toString()));
    switch (drift.change()) {
      case ADDED -> text.append(" was added");
      case MISSING -> text.append(" is missing");
      case CHANGED -> {
        String separator = ": ";
        for (Drift.Attribute attribute : drift.attributes()) {
          text.append(separator).append(attribute.name()).append(' ');
          text.append(value(redact.apply(attribute.expected())))
              .append(" → ")
              .append(value(redact.apply(attribute.found())));
          separator = "; ";
        }
      }
    }
    return text.toString();
  }

  private static String value(String value) {
    String text = Objects.requireNonNullElse(value, "(default)").replaceAll("\\s+", " ").strip();
    if (text.length() <= LONGEST_VALUE) {
      return text;
    }
    int end = LONGEST_VALUE - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  /** The whole report as plain text. */
  public static String text(DriftReport report) {
    return text(report, UnaryOperator.identity());
  }

  /** The same with secrets masked. */
  public static String text(DriftReport report, UnaryOperator<String> redact) {
    StringBuilder text = new StringBuilder(headline(report)).append('\n');
    for (Drift drift : report.comparison().drifts()) {
      text.append("  ")
          .append(severity(drift))
          .append("  ")
          .append(line(drift, redact))
          .append('\n');
    }
    ignored(report, text, "  ");
    for (String each : report.notCompared()) {
      text.append("  not compared: ").append(each).append('\n');
    }
    proposal(
        report.revert(), "To revert (makes the database what the migrations say)", redact, text);
    proposal(
        report.adopt(), "To adopt (a new migration that says what the database is)", redact, text);
    return text.toString();
  }

  private static String severity(Drift drift) {
    return String.format(Locale.ROOT, "%-6s", drift.severity().name().toLowerCase(Locale.ROOT));
  }

  private static void ignored(DriftReport report, StringBuilder text, String indent) {
    report
        .comparison()
        .ignored()
        .forEach(
            (key, reason) ->
                text.append(indent)
                    .append("ignored: ")
                    .append(key)
                    .append(" (")
                    .append(reason)
                    .append(")\n"));
  }

  private static void proposal(
      DriftProposal proposal, String title, UnaryOperator<String> redact, StringBuilder text) {
    if (proposal == null) {
      return;
    }
    text.append('\n').append(title).append(": ").append(verdict(proposal)).append('\n');
    proposal
        .script()
        .statements()
        .forEach(
            statement ->
                text.append(redact.apply(statement).indent(4)).insert(text.length() - 1, ';'));
  }

  /** What trying the proposal showed, for a person. */
  public static String verdict(DriftProposal proposal) {
    String detail = proposal.detail() == null ? "" : ": " + proposal.detail();
    return (switch (proposal.verdict()) {
          case EXACT -> "exact, tried on a shadow";
          case LOSES_DATA -> "LOSES DATA";
          case PARTIAL -> "partial";
          case UNPROVEN -> "UNPROVEN";
        })
        + detail;
  }

  /** The whole report as Markdown. */
  public static String markdown(DriftReport report) {
    return markdown(report, UnaryOperator.identity());
  }

  /** The same with secrets masked. */
  public static String markdown(DriftReport report, UnaryOperator<String> redact) {
    StringBuilder text = new StringBuilder("# ").append(headline(report)).append("\n\n");
    List<Drift> drifts = report.comparison().drifts();
    if (!drifts.isEmpty()) {
      text.append("| severity | object | difference |\n| --- | --- | --- |\n");
      for (Drift drift : drifts) {
        String key = redact.apply(drift.object().toString());
        text.append("| ")
            .append(severity(drift).strip())
            .append(" | ")
            .append(cell(key))
            .append(" | ")
            .append(
                cell(line(drift, redact).substring(key.length()).replaceFirst("^: ", "").strip()))
            .append(" |\n");
      }
    }
    ignored(report, text.append('\n'), "* ");
    report.notCompared().forEach(each -> text.append("* not compared: ").append(each).append('\n'));
    if (report.revert() != null) {
      markdown(report.revert(), "Revert", redact.apply(revertFile(report.revert())), text);
      markdown(report.adopt(), "Adopt", redact.apply(adoptFile(report.adopt())), text);
    }
    return text.toString();
  }

  private static void markdown(
      DriftProposal proposal, String title, String file, StringBuilder text) {
    String fence = file.contains("```") ? "~~~~" : "```";
    text.append("\n## ").append(title).append(": ").append(verdict(proposal)).append("\n\n");
    text.append(fence).append("sql\n").append(file).append(fence).append('\n');
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }

  /** The way back as an SQL file for psql: one transaction, with the verdict as a comment. */
  public static String revertFile(DriftProposal proposal) {
    return file(proposal, "BEGIN;\nSET LOCAL check_function_bodies = off;\n", "COMMIT;\n");
  }

  /** The way forward as the text of a migration, with the verdict as a comment. */
  public static String adoptFile(DriftProposal proposal) {
    boolean routines =
        proposal.script().statements().stream()
            .anyMatch(statement -> statement.startsWith("CREATE OR REPLACE "));
    return file(proposal, routines ? "SET LOCAL check_function_bodies = off;\n" : "", "");
  }

  private static String file(DriftProposal proposal, String before, String after) {
    StringBuilder text = new StringBuilder();
    text.append("-- ").append(verdict(proposal).replaceAll("\\R", " ")).append('\n');
    if (proposal.verdict() == Verdict.LOSES_DATA || proposal.verdict() == Verdict.UNPROVEN) {
      text.append("-- Read every line before you run it.\n");
    }
    return text.append(before).append(proposal.script().text()).append(after).toString();
  }
}
