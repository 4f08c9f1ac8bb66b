package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.PlanText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The plan as one file for a browser. Reads from the top: what it comes to, how to approve it, what
 * to worry about, whether the application goes on, who waits for whom, every statement.
 */
public final class PlanHtml {
  /** A wider chart nobody reads. */
  private static final int MAX_CHART = 1_000;

  private static final Map<String, String> MEANINGS =
      Map.of(
          "block", "block: needs a decision",
          "warn", "warn: know before it runs",
          "inform", "inform");

  private final PlanDocument plan;
  private final Surroundings around;
  private final HtmlWriter html;

  private PlanHtml(PlanDocument plan, Surroundings around, HtmlWriter html) {
    this.plan = plan;
    this.around = around;
    this.html = html;
  }

  /** The whole file. */
  public static String of(PlanDocument plan, Surroundings around) {
    return HtmlPage.of(
        "Plan " + plan.shortId() + ": " + plan.summary(),
        html -> new PlanHtml(plan, around, html).body(),
        "Made by schemaward "
            + around.build()
            + ". The hash covers bundle, history, live schema, target, findings and policy: if one"
            + " of them changes, this plan is not executed.");
  }

  private void body() {
    head();
    if (!plan.pending().isEmpty()) {
      new PlanHtmlFindings(html, plan, around).write();
      compatibility();
      locks();
      new PlanHtmlStatements(html, plan).write();
    }
  }

  private void head() {
    html.element("h1", "Plan " + plan.shortId());
    html.element("p", Words.sentence(plan.summary()), "class", "lead");
    html.open("dl", "class", "facts");
    if (plan.target() != null) {
      HtmlPage.fact(html, "Target", Words.target(plan.target()));
    }
    if (plan.bundle() != null) {
      HtmlPage.fact(html, "Bundle", plan.bundle().format() + " " + plan.bundle().digest());
    }
    HtmlPage.fact(html, "Hash", plan.hash());
    html.end();
    if (plan.pending().isEmpty()) {
      return;
    }
    tiles();
    classes();
    approval();
  }

  private void tiles() {
    html.open("div", "class", "tiles");
    int migrations = plan.pending().size();
    HtmlPage.tile(html, migrations, migrations == 1 ? "migration" : "migrations", "");
    int statements = plan.statements().size();
    HtmlPage.tile(html, statements, statements == 1 ? "statement" : "statements", "");
    for (String severity : Words.SEVERITIES) {
      HtmlPage.tile(html, Words.open(plan, severity).count(), MEANINGS.get(severity), severity);
    }
    long waived = plan.findings().stream().filter(f -> f.waived() != null).count();
    if (waived > 0) {
      HtmlPage.tile(html, waived, "waived", "");
    }
    html.end();
  }

  private void classes() {
    TreeSet<String> classes = new TreeSet<>();
    plan.findings().forEach(finding -> classes.add(finding.hazardClass()));
    if (classes.size() < 2) {
      return;
    }
    html.open("table").open("tr").element("th", "Findings by kind of harm");
    Words.SEVERITIES.forEach(severity -> html.element("th", severity));
    html.end();
    for (String hazardClass : classes) {
      html.open("tr").element("td", hazardClass);
      for (String severity : Words.SEVERITIES) {
        long count =
            Words.open(plan, severity).filter(f -> f.hazardClass().equals(hazardClass)).count();
        html.element("td", count == 0 ? "–" : Long.toString(count));
      }
      html.end();
    }
    html.end();
  }

  private void approval() {
    html.open("details", "class", "approve").element("summary", "How to approve this plan");
    html.element(
        "p",
        "In a cluster, on the DatabaseMigration (replace NAMESPACE and NAME). It runs when the same"
            + " plan is made again under the migration lock:");
    html.element(
        "pre",
        "kubectl -n NAMESPACE annotate --overwrite --field-manager=schemaward-approval dbm NAME"
            + " \\\n"
            + "  approval.schemaward.dev/approve="
            + plan.hash()
            + " \\\n  approval.schemaward.dev/by=\"$(kubectl auth whoami -o"
            + " jsonpath='{.status.userInfo.username}')\"");
    html.element("p", "From a shell: this plan and no other.");
    html.element("pre", "schemaward apply --bundle DIR --expect-plan " + plan.hash());
    html.end();
  }

  private void compatibility() {
    PlanDocument.Compatibility compatibility = plan.compatibility();
    if (compatibility == null) {
      return;
    }
    html.element("h2", "Beside the old version of the application");
    String css =
        switch (compatibility.verdict()) {
          case "safe" -> "good";
          case "breaks" -> "bad";
          default -> "caution";
        };
    html.element("p", Words.sentence(compatibility.summary()), "class", css);
    List<PlanDocument.Change> changes = compatibility.changes();
    boolean folded = changes.size() > 5;
    if (folded) {
      html.open("details").element("summary", "All " + changes.size() + " changes");
    }
    if (!changes.isEmpty()) {
      html.open("table", "class", "changes").open("tr");
      List.of("", "Change", "In steps", "Where").forEach(name -> html.element("th", name));
      html.end();
      for (PlanDocument.Change change : changes.stream().limit(PlanHtmlFindings.MAX).toList()) {
        html.open("tr").open("td");
        html.element("span", change.verdict(), "class", "pill " + change.verdict()).close();
        html.element("td", change.what()).element("td", Words.orEmpty(change.proposal()));
        html.open("td");
        PlanHtmlFindings.where(html, plan, change.migration(), change.line(), change.index());
        html.close().end();
      }
      html.end();
    }
    PlanHtmlFindings.more(html, changes.size(), "changes");
    if (folded) {
      html.end();
    }
  }

  private void locks() {
    html.element("h2", "Locks");
    String nothing = PlanText.whyNothingIsMeasured(plan);
    if (nothing != null) {
      html.element(
          "p",
          "Not measured: " + nothing + ". The findings above come from the text of the statements.",
          "class",
          "caution");
      faults();
      return;
    }
    LockTimeline timeline = LockTimeline.of(plan, MAX_CHART);
    long gaps = plan.statements().stream().filter(statement -> !statement.measured()).count();
    if (timeline.rows().isEmpty()) {
      html.element(
          "p",
          gaps == 0
              ? "Measured: no statement locks a relation that others use."
              : "No measured statement locks a relation that others use.",
          "class",
          gaps == 0 ? "good" : "note");
    } else {
      html.element(
          "p",
          "From the statement that takes a lock to the end of its transaction, as a shadow database"
              + (plan.shadow() == null || plan.shadow().serverVersion() == null
                  ? ""
                  : " (PostgreSQL " + plan.shadow().serverVersion() + ")")
              + " showed it. For how long depends on the size of the tables.",
          "class",
          "note");
      LockChart.draw(html, plan, timeline);
      legend(gaps > 0);
    }
    if (plan.statements().size() > MAX_CHART) {
      html.element(
          "p",
          "The chart shows the first "
              + MAX_CHART
              + " of "
              + plan.statements().size()
              + " statements; the list below says of each what it locks.",
          "class",
          "caution");
    }
    if (gaps > 0) {
      html.element(
          "p",
          gaps
              + (gaps == 1 ? " statement was" : " statements were")
              + " not measured; the reason stands with "
              + (gaps == 1 ? "it." : "each."),
          "class",
          "caution");
    }
    faults();
  }

  private void faults() {
    if (plan.shadow() == null || plan.shadow().faults().isEmpty()) {
      return;
    }
    html.open("div", "class", "caution");
    html.text("The shadow may differ from the target, so what was measured may too:");
    html.open("ul");
    plan.shadow().faults().stream().limit(20).forEach(fault -> html.element("li", fault));
    int left = plan.shadow().faults().size() - 20;
    if (left > 0) {
      html.element("li", "… " + left + " more");
    }
    html.close().end();
  }

  private void legend(boolean gaps) {
    html.open("div", "class", "legend");
    List<LockEffect> worstFirst = new ArrayList<>(List.of(LockEffect.values())).reversed();
    for (LockEffect effect : worstFirst) {
      html.open("span").element("span", "", "class", "swatch " + effect.css());
      html.text(effect.words()).close();
    }
    if (gaps) {
      html.open("span").element("span", "", "class", "swatch gap").text("not measured").close();
    }
    html.element("span", "W writes the table anew");
    html.element("span", "R reads all of it");
    html.element("span", "B builds the index");
    html.end();
  }
}
