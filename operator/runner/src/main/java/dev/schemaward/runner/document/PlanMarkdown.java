package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.PlanText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The plan as a comment of a pull request: a line that says what it comes to, a table of findings,
 * and folded what one looks up. Bounded; what is left out is counted.
 */
public final class PlanMarkdown {
  /** GitHub takes 65,536, GitLab a million. */
  public static final int MAX = 60_000;

  /** Room for the sentences that say what is left out. */
  private static final int RESERVE = 1_500;

  /** Of the comment: findings, then safer ways, must leave room for what comes behind them. */
  private static final int FINDINGS = MAX / 2;

  private static final int SAFER_WAYS = MAX / 4;
  private static final int MAX_SQL = 3_000;
  private static final int MAX_MESSAGE = 600;
  private static final int MAX_RELATIONS = 8;

  private final PlanDocument plan;
  private final Surroundings around;
  private final Markdown out = new Markdown(MAX);

  private PlanMarkdown(PlanDocument plan, Surroundings around) {
    this.plan = plan;
    this.around = around;
  }

  /** The comment. */
  public static String of(PlanDocument plan, Surroundings around) {
    PlanMarkdown document = new PlanMarkdown(plan, around);
    document.out.add("## Plan " + Markdown.code(plan.shortId()) + "\n\n");
    document.out.add("**" + shortened(Words.sentence(plan.summary())) + "**\n\n");
    document.facts();
    if (!plan.pending().isEmpty()) {
      document.body();
    }
    return document.out.toString();
  }

  /**
   * Findings, compatibility and statements below a head of somebody else's.
   *
   * @param head short; what is in it is escaped
   */
  static String below(String head, PlanDocument plan, Surroundings around) {
    PlanMarkdown document = new PlanMarkdown(plan, around);
    document.out.add(head);
    document.body();
    return document.out.toString();
  }

  private void body() {
    counts();
    findings();
    saferWays();
    compatibility();
    statements();
  }

  private void facts() {
    if (plan.target() != null) {
      out.add("* target: " + Markdown.code(Words.target(plan.target())) + "\n");
    }
    out.add("* hash: " + Markdown.code(plan.hash()) + "\n\n");
  }

  private void counts() {
    List<String> counts = new ArrayList<>();
    for (String severity : Words.SEVERITIES) {
      counts.add(Words.open(plan, severity).count() + " " + severity);
    }
    long waived = plan.findings().stream().filter(f -> f.waived() != null).count();
    if (waived > 0) {
      counts.add(waived + " waived");
    }
    int statements = plan.statements().size();
    out.add(
        statements
            + (statements == 1 ? " statement" : " statements")
            + " · findings: "
            + String.join(" · ", counts)
            + "\n\n");
    String nothing = PlanText.whyNothingIsMeasured(plan);
    if (nothing != null) {
      out.add("> ⚠️ Not measured: " + shortened(nothing) + ". Findings come from the text.\n\n");
    }
    if (plan.shadow() != null) {
      List<String> faults = plan.shadow().faults();
      faults.stream()
          .limit(5)
          .forEach(fault -> out.add("> ⚠️ The shadow may differ: " + shortened(fault) + "\n"));
      out.add(faults.size() > 5 ? "> … " + (faults.size() - 5) + " more\n" : "");
      out.add(faults.isEmpty() ? "" : "\n");
    }
  }

  private void findings() {
    List<PlanDocument.Finding> findings = worstFirst();
    if (findings.isEmpty()) {
      long gaps = plan.statements().stream().filter(statement -> !statement.measured()).count();
      out.add(
          gaps == 0
              ? "No rule found a hazard, and every statement was tried.\n\n"
              : "No rule found a hazard in the text; "
                  + gaps
                  + " of "
                  + plan.statements().size()
                  + " statements could not be measured.\n\n");
      return;
    }
    out.add("| | rule | consequence | where |\n| --- | --- | --- | --- |\n");
    int shown = 0;
    for (PlanDocument.Finding finding : findings) {
      String row =
          "| "
              + (finding.waived() == null ? icon(finding.severity()) : "⚪ waived")
              + " | "
              + rule(finding.rule())
              + " | "
              + shortened(finding.message())
              + (finding.waived() == null ? "" : "<br>waived: " + shortened(finding.waived()))
              + " | "
              + place(finding)
              + " |\n";
      if (!out.add(row, MAX - FINDINGS)) {
        break;
      }
      shown++;
    }
    out.add("\n");
    left(findings.size() - shown, "findings");
  }

  private List<PlanDocument.Finding> worstFirst() {
    List<PlanDocument.Finding> all = new ArrayList<>();
    Words.SEVERITIES.forEach(severity -> Words.open(plan, severity).forEach(all::add));
    plan.findings().stream().filter(f -> f.waived() != null).forEach(all::add);
    return all;
  }

  private static String icon(String severity) {
    return switch (severity) {
      case "block" -> "🔴 block";
      case "warn" -> "🟠 warn";
      default -> "🔵 inform";
    };
  }

  private String rule(String rule) {
    String page = around.rule(rule);
    return page == null ? Markdown.code(rule) : "[" + Markdown.code(rule) + "](" + page + ")";
  }

  private static String place(PlanDocument.Finding finding) {
    return finding.migration().isEmpty()
        ? ""
        : Markdown.code(Words.cut(finding.migration(), 120))
            + (finding.line() > 0 ? " line " + finding.line() : "");
  }

  private void saferWays() {
    List<PlanDocument.Finding> findings =
        worstFirst().stream().filter(f -> f.saferWay() != null && f.waived() == null).toList();
    if (findings.isEmpty()) {
      return;
    }
    int most = MAX - out.toString().length() - SAFER_WAYS;
    section(
        "Safer ways (" + findings.size() + ")",
        findings,
        finding -> {
          String head = "**" + finding.rule() + "** " + place(finding) + "\n\n";
          String way = finding.saferWay().strip();
          return Words.isSql(way) ? head + sql(way) : head + shortened(way) + "\n\n";
        },
        most,
        "safer ways");
  }

  private void compatibility() {
    PlanDocument.Compatibility compatibility = plan.compatibility();
    if (compatibility == null) {
      return;
    }
    String icon =
        switch (compatibility.verdict()) {
          case "safe" -> "✅ ";
          case "breaks" -> "🔴 ";
          default -> "🟠 ";
        };
    out.add(icon + shortened(Words.sentence(compatibility.summary())) + "\n\n");
    section(
        "In steps beside the old version (" + compatibility.changes().size() + ")",
        compatibility.changes(),
        change ->
            "* "
                + shortened(change.what())
                + " ("
                + Markdown.code(change.migration())
                + " line "
                + change.line()
                + ")"
                + (change.proposal() == null ? "" : ": " + shortened(change.proposal()))
                + "\n",
        MAX / 8,
        "changes");
  }

  private void statements() {
    section(
        "Statements (" + plan.statements().size() + ")",
        plan.statements(),
        this::statement,
        0,
        "statements");
  }

  /**
   * A folded list.
   *
   * @param keep characters that must remain for what comes behind it
   */
  private <T> void section(
      String title, List<T> items, Function<T, String> piece, int keep, String what) {
    if (items.isEmpty()) {
      return;
    }
    out.add("<details><summary>" + Markdown.summary(title) + "</summary>\n\n");
    int shown = 0;
    for (T item : items) {
      if (!out.add(piece.apply(item), RESERVE + keep)) {
        break;
      }
      shown++;
    }
    out.add("\n");
    left(items.size() - shown, what);
    out.add("</details>\n\n");
  }

  private void left(int count, String what) {
    if (count > 0) {
      out.add("… " + count + " more " + what + ", which did not fit into this comment.\n\n");
    }
  }

  private String statement(PlanDocument.Statement statement) {
    StringBuilder text = new StringBuilder();
    text.append(Markdown.code(Words.cut(statement.migration(), 120)))
        .append(" line ")
        .append(statement.line())
        .append(statement.transactional() ? "" : ", alone, outside a transaction")
        .append("\n\n")
        .append(sql(statement.sql().strip() + ";"));
    if (!statement.measured()) {
      if (PlanText.whyNothingIsMeasured(plan) == null) {
        text.append("not measured: ").append(shortened(statement.notMeasured())).append('\n');
      }
      return text.append('\n').toString();
    }
    List<String> effects = new ArrayList<>();
    statement.locks().stream()
        .collect(
            Collectors.groupingBy(
                PlanDocument.Lock::mode,
                java.util.LinkedHashMap::new,
                Collectors.mapping(PlanDocument.Lock::relation, Collectors.toList())))
        .forEach(
            (mode, relations) -> effects.add(LockEffect.sqlName(mode) + " on " + names(relations)));
    effect(effects, "writes anew ", statement.rewrites());
    effect(effects, "reads all of ", statement.scans());
    effect(effects, "builds ", statement.indexBuilds());
    if (!effects.isEmpty()) {
      text.append(String.join(" · ", effects)).append('\n');
    }
    return text.append('\n').toString();
  }

  private static void effect(List<String> effects, String verb, List<String> relations) {
    if (!relations.isEmpty()) {
      effects.add(verb + names(relations));
    }
  }

  private static String names(List<String> relations) {
    String names =
        relations.stream()
            .limit(MAX_RELATIONS)
            .map(name -> Markdown.code(Words.cut(name, 140)))
            .collect(Collectors.joining(", "));
    return relations.size() > MAX_RELATIONS
        ? names + " and " + (relations.size() - MAX_RELATIONS) + " more"
        : names;
  }

  private static String sql(String sql) {
    String shown = Words.cut(sql, MAX_SQL);
    return Markdown.sql(shown)
        + (shown.length() < sql.length()
            ? "\n" + Words.more(sql.length() - shown.length()) + ".\n"
            : "")
        + "\n";
  }

  private static String shortened(String text) {
    String plain = Words.orEmpty(text);
    return Markdown.plain(
        plain.length() > MAX_MESSAGE ? Words.cut(plain, MAX_MESSAGE) + "…" : plain);
  }
}
