package dev.schemaward.runner;

import dev.schemaward.api.run.PlanDocument;
import java.util.ArrayList;
import java.util.List;

/** A plan for a person: what would run, what to look at, in the order in which it matters. */
final class PlanText {
  private PlanText() {}

  static List<String> of(PlanDocument plan, int appliedCount, String version) {
    List<String> lines = new ArrayList<>();
    String database =
        plan.target().database()
            + ", schema "
            + plan.target().schema()
            + " (PostgreSQL "
            + plan.target().serverVersion()
            + ")";
    if (plan.pending().isEmpty()) {
      lines.add(
          "Up to date: " + database + " is at " + version + ", " + appliedCount + " applied.");
      return lines;
    }
    lines.add("Plan " + plan.shortId() + " for " + database);
    lines.add("  " + plan.summary());
    lines.add("  applied " + appliedCount + (version == null ? "" : ", newest " + version));
    for (PlanDocument.Pending pending : plan.pending()) {
      lines.add("");
      lines.add(
          pending.migration()
              + (pending.transactional()
                  ? ""
                  : "   (not one transaction: statement by statement)"));
      for (PlanDocument.Statement statement : plan.statements()) {
        if (statement.migration().equals(pending.migration())) {
          lines.add(
              String.format(
                  "  %3d  line %-4d %s",
                  statement.index(), statement.line(), oneLine(statement.sql())));
          for (PlanDocument.Finding finding : plan.findings()) {
            if (finding.migration().equals(pending.migration())
                && finding.index() == statement.index()) {
              finding(lines, finding);
            }
          }
        }
      }
      for (PlanDocument.Finding finding : plan.findings()) {
        if (finding.migration().equals(pending.migration()) && finding.index() == 0) {
          finding(lines, finding);
        }
      }
    }
    lines.add("");
    lines.add("Hash " + plan.hash());
    return lines;
  }

  private static void finding(List<String> lines, PlanDocument.Finding finding) {
    lines.add(
        "       " + mark(finding.severity()) + " " + finding.rule() + ": " + finding.message());
    if (finding.saferWay() != null) {
      lines.add("         safer: " + finding.saferWay());
    }
  }

  private static String mark(String severity) {
    return switch (severity) {
      case "block" -> "[BLOCK]";
      case "warn" -> "[warn]";
      default -> "[info]";
    };
  }

  static String oneLine(String sql) {
    String line = sql.replaceAll("\\s+", " ").strip();
    return line.length() <= 110 ? line : line.substring(0, 109) + "…";
  }
}
