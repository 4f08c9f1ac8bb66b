package dev.schemaward.controller.act;

import static java.util.stream.Collectors.groupingBy;

import dev.schemaward.api.run.PlanDocument;
import java.util.List;
import java.util.Map;

/**
 * The plan as a person reads it before approving: what is pending, what is dangerous, which
 * statements run. Shows the SQL of the bundle, which is in the cluster already; nothing else.
 */
final class PlanText {
  private PlanText() {}

  static String of(PlanDocument plan) {
    StringBuilder text = new StringBuilder();
    text.append("Plan ").append(plan.shortId()).append(": ").append(plan.summary()).append('\n');
    text.append("hash    ").append(plan.hash()).append('\n');
    if (plan.target() != null) {
      text.append("target  database ")
          .append(plan.target().database())
          .append(", schema ")
          .append(plan.target().schema())
          .append(", PostgreSQL ")
          .append(plan.target().serverVersion())
          .append('\n');
    }
    if (plan.bundle() != null) {
      text.append("bundle  ")
          .append(plan.bundle().format())
          .append(' ')
          .append(plan.bundle().digest())
          .append('\n');
    }
    Map<String, List<PlanDocument.Finding>> findings =
        all(plan.findings()).stream()
            .filter(finding -> finding.migration() != null)
            .collect(groupingBy(PlanDocument.Finding::migration));
    Map<String, List<PlanDocument.Statement>> statements =
        all(plan.statements()).stream().collect(groupingBy(PlanDocument.Statement::migration));
    for (PlanDocument.Pending pending : all(plan.pending())) {
      text.append("\n== ")
          .append(pending.migration())
          .append(pending.transactional() ? "" : "  (not in one transaction)")
          .append('\n');
      findings
          .getOrDefault(pending.migration(), List.of())
          .forEach(finding -> finding(text, finding));
      statements
          .getOrDefault(pending.migration(), List.of())
          .forEach(statement -> statement(text, statement));
    }
    return text.toString();
  }

  private static void statement(StringBuilder text, PlanDocument.Statement statement) {
    text.append("-- ")
        .append(statement.index())
        .append(", line ")
        .append(statement.line())
        .append(statement.transactional() ? "" : ", alone, outside a transaction")
        .append('\n')
        .append(statement.sql().strip())
        .append(";\n");
  }

  private static void finding(StringBuilder text, PlanDocument.Finding finding) {
    text.append(finding.waived() == null ? "!! " : "   waived: ")
        .append(finding.severity())
        .append(' ')
        .append(finding.rule())
        .append(finding.line() > 0 ? " (line " + finding.line() + ")" : "")
        .append(": ")
        .append(finding.message())
        .append('\n');
    if (finding.saferWay() != null) {
      text.append("   instead: ").append(finding.saferWay()).append('\n');
    }
  }

  private static <T> List<T> all(List<T> list) {
    return list == null ? List.of() : list;
  }
}
