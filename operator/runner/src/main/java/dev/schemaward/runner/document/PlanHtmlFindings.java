package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    List<List<PlanDocument.Finding>> alike = alike(findings);
    int shown = alike.size() <= unfolded + 2 && unfolded > 0 ? alike.size() : unfolded;
    alike.stream().limit(shown).forEach(some -> finding(some, what));
    if (alike.size() > shown) {
      int folded = alike.stream().skip(shown).mapToInt(List::size).sum();
      html.open("details", "class", "more");
      html.element(
          "summary",
          folded
              + (shown == 0 ? "" : " more")
              + (folded == 1 ? " finding: " : " findings: ")
              + what);
      alike.stream().limit(MAX).skip(shown).forEach(some -> finding(some, what));
      more(html, alike.size(), "findings");
      html.end();
    }
  }

  /** Findings that differ in nothing but the place stand together, where the first of them is. */
  private static List<List<PlanDocument.Finding>> alike(List<PlanDocument.Finding> findings) {
    Map<List<Object>, List<PlanDocument.Finding>> groups = new LinkedHashMap<>();
    for (PlanDocument.Finding f : findings) {
      groups
          .computeIfAbsent(
              Arrays.asList(
                  f.rule(), f.severity(), f.hazardClass(), f.message(), f.saferWay(), f.waived()),
              key -> new ArrayList<>())
          .add(f);
    }
    return List.copyOf(groups.values());
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

  private void finding(List<PlanDocument.Finding> alike, String css) {
    PlanDocument.Finding finding = alike.getFirst();
    html.open("article", "class", "finding " + css);
    html.open("div");
    html.element("span", finding.severity(), "class", "pill " + css).text(" ");
    rule(finding.rule());
    html.element("span", " " + finding.hazardClass() + " · ", "class", "where");
    where(html, plan, finding.migration(), finding.line(), finding.index());
    html.end();
    html.element("p", Words.sentence(finding.message()), "class", "message");
    others(alike);
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

  private void others(List<PlanDocument.Finding> alike) {
    if (alike.size() == 1) {
      return;
    }
    int others = alike.size() - 1;
    html.open("details");
    html.element("summary", "and in " + others + (others == 1 ? " more place" : " more places"));
    html.open("ul");
    for (PlanDocument.Finding other : alike.subList(1, Math.min(alike.size(), MAX))) {
      html.open("li");
      where(html, plan, other.migration(), other.line(), other.index());
      html.end();
    }
    html.end();
    more(html, alike.size(), "places");
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
