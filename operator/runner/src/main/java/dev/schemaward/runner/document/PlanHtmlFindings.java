package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import java.util.Comparator;
import java.util.List;

/** The findings of a plan: consequence, place, what to do instead; the worst first. */
final class PlanHtmlFindings {
  /** Of one severity; a browser must still open the page. */
  static final int MAX = 1_000;

  /** More findings of a severity than this are folded. */
  private static final int UNFOLDED = 12;

  private static final int MAX_SAFER_WAY = 20_000;

  private final HtmlWriter html;
  private final PlanDocument plan;
  private final Surroundings around;

  PlanHtmlFindings(HtmlWriter html, PlanDocument plan, Surroundings around) {
    this.html = html;
    this.plan = plan;
    this.around = around;
  }

  void write() {
    html.element("h2", "Findings");
    if (plan.findings().isEmpty()) {
      // A plan that nobody could try must not look like one that was tried.
      boolean tried = plan.statements().stream().allMatch(PlanDocument.Statement::measured);
      html.element(
          "p",
          tried
              ? "No rule found a hazard, and every statement was tried."
              : "No rule found a hazard in the text; not every statement could be measured.",
          "class",
          tried ? "good" : "caution");
      return;
    }
    for (String severity : Words.SEVERITIES) {
      list(
          Words.open(plan, severity).toList(),
          severity,
          severity.equals("inform") ? UNFOLDED / 2 : UNFOLDED);
    }
    list(
        plan.findings().stream()
            .filter(finding -> finding.waived() != null)
            .sorted(Comparator.comparing(f -> Words.SEVERITIES.indexOf(f.severity())))
            .toList(),
        "waived",
        0);
  }

  private void list(List<PlanDocument.Finding> findings, String what, int unfolded) {
    int shown = findings.size() <= unfolded + 2 && unfolded > 0 ? findings.size() : unfolded;
    findings.stream().limit(shown).forEach(finding -> finding(finding, what));
    if (findings.size() > shown) {
      int folded = findings.size() - shown;
      html.open("details", "class", "more");
      html.element(
          "summary",
          folded
              + (shown == 0 ? "" : " more")
              + (folded == 1 ? " finding: " : " findings: ")
              + what);
      findings.stream().limit(MAX).skip(shown).forEach(finding -> finding(finding, what));
      more(html, findings.size(), "findings");
      html.end();
    }
  }

  /** Says how many are left out. */
  static void more(HtmlWriter html, int size, String what) {
    if (size > MAX) {
      html.element(
          "p",
          "… " + (size - MAX) + " more " + what + "; schemaward plan --output json has all.",
          "class",
          "caution");
    }
  }

  private void finding(PlanDocument.Finding finding, String css) {
    html.open("article", "class", "finding " + css);
    html.open("div");
    html.element("span", finding.severity(), "class", "pill " + css).text(" ");
    rule(finding.rule());
    html.element("span", " " + finding.hazardClass() + " · ", "class", "where");
    where(html, plan, finding.migration(), finding.line(), finding.index());
    html.end();
    html.element("p", Words.sentence(finding.message()), "class", "message");
    if (finding.waived() != null) {
      html.element("p", "Waived: " + finding.waived(), "class", "label");
    }
    if (finding.saferWay() != null) {
      boolean sql = Words.isSql(finding.saferWay());
      String shown = Words.cut(finding.saferWay(), MAX_SAFER_WAY);
      html.element("p", sql ? "Safer:" : "Safer: " + shown, "class", "label");
      if (sql) {
        html.element("pre", shown);
      }
      if (shown.length() < finding.saferWay().length()) {
        html.element(
            "p", Words.more(finding.saferWay().length() - shown.length()), "class", "note");
      }
    }
    html.end();
  }

  private void rule(String rule) {
    String page = around.rule(rule);
    if (page == null) {
      html.element("span", rule, "class", "rule", "title", "docs/hazards/" + rule + ".md");
    } else {
      html.element("a", rule, "class", "rule", "href", page);
    }
  }

  /** A place in the bundle, linked to its statement. */
  static void where(HtmlWriter html, PlanDocument plan, String migration, int line, int index) {
    if (migration.isEmpty()) {
      return;
    }
    String place = Words.place(migration, line, index);
    String anchor = PlanHtmlStatements.anchor(plan, migration, index);
    if (anchor == null) {
      html.element("span", place, "class", "where mono");
    } else {
      html.element("a", place, "href", "#" + anchor, "class", "where mono");
    }
  }
}
