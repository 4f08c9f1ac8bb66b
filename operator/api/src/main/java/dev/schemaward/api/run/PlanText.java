package dev.schemaward.api.run;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The plan as a person reads it before approving: what is pending, what is dangerous, which
 * statements run and what they do. The same text in a terminal and in the plan's ConfigMap. Shows
 * the SQL of the bundle; nothing else.
 */
public final class PlanText {
  /** Of one statement; whoever wants more has the bundle. */
  private static final int MAX_SQL = 20_000;

  private final StringBuilder text = new StringBuilder();
  private final PlanDocument plan;
  private final String whyNothingIsMeasured;

  private PlanText(PlanDocument plan) {
    this.plan = plan;
    this.whyNothingIsMeasured = whyNothingIsMeasured(plan);
  }

  /** The text, each line ended by {@code \n}. */
  public static String of(PlanDocument plan) {
    return new PlanText(plan).write();
  }

  /**
   * Why no statement at all was measured.
   *
   * @return null when one was, when there is none, or when the reasons differ
   */
  public static String whyNothingIsMeasured(PlanDocument plan) {
    Set<String> reasons = new LinkedHashSet<>();
    for (PlanDocument.Statement statement : all(plan.statements())) {
      reasons.add(statement.measured() ? null : String.valueOf(statement.notMeasured()));
    }
    return reasons.size() == 1 ? reasons.iterator().next() : null;
  }

  private String write() {
    head();
    Set<String> pending =
        all(plan.pending()).stream()
            .map(PlanDocument.Pending::migration)
            .collect(Collectors.toSet());
    for (PlanDocument.Finding finding : all(plan.findings())) {
      if (!pending.contains(finding.migration())) {
        finding(finding);
      }
    }
    for (PlanDocument.Pending migration : all(plan.pending())) {
      text.append("\n== ")
          .append(VisibleText.line(migration.migration()))
          .append(migration.transactional() ? "" : "  (not in one transaction)")
          .append('\n');
      for (PlanDocument.Finding finding : all(plan.findings())) {
        if (migration.migration().equals(finding.migration())) {
          finding(finding);
        }
      }
      for (PlanDocument.Statement statement : all(plan.statements())) {
        if (migration.migration().equals(statement.migration())) {
          statement(statement);
        }
      }
    }
    return text.toString();
  }

  private void head() {
    text.append("Plan ").append(plan.shortId()).append(": ");
    text.append(VisibleText.line(plan.summary())).append('\n');
    text.append("hash    ").append(plan.hash()).append('\n');
    if (plan.target() != null) {
      text.append("target  database ")
          .append(VisibleText.line(plan.target().database()))
          .append(", schema ")
          .append(VisibleText.line(plan.target().schema()))
          .append(", PostgreSQL ")
          .append(VisibleText.line(plan.target().serverVersion()))
          .append('\n');
    }
    if (plan.bundle() != null) {
      text.append("bundle  ")
          .append(plan.bundle().format())
          .append(' ')
          .append(plan.bundle().digest())
          .append('\n');
    }
    if (plan.compatibility() != null && !all(plan.pending()).isEmpty()) {
      text.append("running ").append(VisibleText.line(plan.compatibility().summary())).append('\n');
    }
    if (whyNothingIsMeasured != null) {
      text.append("effects not measured: ")
          .append(VisibleText.line(whyNothingIsMeasured))
          .append('\n');
    }
    if (plan.shadow() != null) {
      for (String fault : all(plan.shadow().faults())) {
        text.append("the shadow may differ: ").append(VisibleText.line(fault)).append('\n');
      }
    }
  }

  private void statement(PlanDocument.Statement statement) {
    text.append("-- ")
        .append(statement.index())
        .append(", line ")
        .append(statement.line())
        .append(statement.transactional() ? "" : ", alone, outside a transaction")
        .append('\n');
    String sql = statement.sql().strip();
    text.append(VisibleText.of(sql.substring(0, Math.min(sql.length(), MAX_SQL)))).append(";\n");
    if (sql.length() > MAX_SQL) {
      text.append("   … ").append(sql.length() - MAX_SQL).append(" more characters\n");
    }
    if (statement.measured()) {
      effects(statement).forEach(line -> text.append("   ").append(line).append('\n'));
    } else if (whyNothingIsMeasured == null) {
      text.append("   not measured: ")
          .append(VisibleText.line(statement.notMeasured()))
          .append('\n');
    }
  }

  /** ACCESS SHARE is what every query takes: it would hide the locks that matter. */
  private static List<String> effects(PlanDocument.Statement statement) {
    List<String> lines = new ArrayList<>();
    for (PlanDocument.Lock lock : all(statement.locks())) {
      if (lock.mode().equals("AccessShareLock")) {
        continue;
      }
      lines.add("takes " + lock.mode() + " on " + VisibleText.line(lock.relation()));
    }
    effect(lines, "writes anew", statement.rewrites());
    effect(lines, "reads all of", statement.scans());
    effect(lines, "builds index", statement.indexBuilds());
    return lines;
  }

  private static void effect(List<String> lines, String verb, List<String> relations) {
    if (relations != null && !relations.isEmpty()) {
      lines.add(verb + " " + VisibleText.line(String.join(", ", relations)));
    }
  }

  private void finding(PlanDocument.Finding finding) {
    text.append(finding.waived() == null ? "!! " : "   waived: ")
        .append(finding.severity())
        .append(' ')
        .append(finding.rule())
        .append(finding.line() > 0 ? " (line " + finding.line() + ")" : "")
        .append(": ")
        .append(VisibleText.line(finding.message()))
        .append('\n');
    if (finding.waived() != null) {
      text.append("   because: ").append(VisibleText.line(finding.waived())).append('\n');
    }
    if (finding.saferWay() != null) {
      text.append("   instead: ")
          .append(VisibleText.of(finding.saferWay().strip()).replace("\n", "\n            "))
          .append('\n');
    }
  }

  private static <T> List<T> all(List<T> list) {
    return list == null ? List.of() : list;
  }
}
