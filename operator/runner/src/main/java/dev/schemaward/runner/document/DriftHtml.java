package dev.schemaward.runner.document;

import dev.schemaward.engine.drift.Drift;
import dev.schemaward.engine.drift.DriftProposal;
import dev.schemaward.engine.drift.DriftReport;
import dev.schemaward.engine.drift.DriftText;
import dev.schemaward.engine.drift.SchemaComparison;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A report of drift as one file for a browser: what differs, the worst first, and both ways out.
 */
public final class DriftHtml {
  private static final int MAX = 2_000;

  /** More differences of a severity than this are folded. */
  private static final int UNFOLDED = 20;

  private static final int MAX_VALUE = 2_000;
  private static final int MAX_SCRIPT = 200_000;

  /** Severities and the colours that plans have for the like. */
  private static final Map<Drift.Severity, String> COLOURS =
      Map.of(
          Drift.Severity.HIGH,
          "block",
          Drift.Severity.MEDIUM,
          "warn",
          Drift.Severity.LOW,
          "inform");

  private final DriftReport report;
  private final UnaryOperator<String> redact;
  private final HtmlWriter html;

  private DriftHtml(DriftReport report, UnaryOperator<String> redact, HtmlWriter html) {
    this.report = report;
    this.redact = redact;
    this.html = html;
  }

  /**
   * The whole file.
   *
   * @param redact masks secrets
   * @param build of the program that writes it
   */
  public static String of(DriftReport report, UnaryOperator<String> redact, String build) {
    return HtmlPage.of(
        redact.apply(DriftText.headline(report)),
        html -> new DriftHtml(report, redact, html).body(),
        "Made by schemaward "
            + build
            + ". Both ways out are proposals: each was tried on a shadow database, which has no"
            + " rows. Read them before they run.");
  }

  private void body() {
    SchemaComparison comparison = report.comparison();
    html.element("h1", report.drifted() ? "Drift" : "No drift");
    html.element("p", redact.apply(DriftText.headline(report)) + ".", "class", "lead");
    html.open("dl", "class", "facts");
    HtmlPage.fact(
        html,
        "Target",
        redact.apply(
            "database %s, schema %s, PostgreSQL %s"
                .formatted(
                    report.target().database(),
                    report.target().schema(),
                    report.target().serverVersion())));
    HtmlPage.fact(html, "Fingerprint", "sha256:" + report.fingerprint());
    html.end();
    html.open("div", "class", "tiles");
    tile(comparison, Drift.Severity.HIGH, "high: data wrong, lost, exposed, or queries slow");
    tile(comparison, Drift.Severity.MEDIUM, "medium: another behaviour");
    tile(comparison, Drift.Severity.LOW, "low: only people notice");
    HtmlPage.tile(html, comparison.ignored().size(), "ignored", "");
    html.end();
    differences(comparison.drifts());
    leftOut(comparison);
    way("To revert: makes the database what its migrations say", report.revert(), true);
    way("To adopt: a new migration that says what the database is", report.adopt(), false);
  }

  private void tile(SchemaComparison comparison, Drift.Severity severity, String what) {
    HtmlPage.tile(html, comparison.count(severity), what, COLOURS.get(severity));
  }

  private void differences(List<Drift> drifts) {
    html.element("h2", "Differences");
    if (drifts.isEmpty()) {
      html.element("p", "Everything is as its applied migrations make it.", "class", "good");
      return;
    }
    for (Drift.Severity severity : Drift.Severity.values()) {
      List<Drift> some = drifts.stream().filter(drift -> drift.severity() == severity).toList();
      some.stream().limit(UNFOLDED).forEach(this::difference);
      if (some.size() > UNFOLDED) {
        html.open("details", "class", "more");
        html.element("summary", (some.size() - UNFOLDED) + " more: " + word(severity));
        some.stream().limit(MAX).skip(UNFOLDED).forEach(this::difference);
        if (some.size() > MAX) {
          html.element(
              "p",
              "… " + (some.size() - MAX) + " more; schemaward drift --output json has all.",
              "class",
              "caution");
        }
        html.end();
      }
    }
  }

  private void difference(Drift drift) {
    String colour = COLOURS.get(drift.severity());
    html.open("article", "class", "finding " + colour);
    html.open("div");
    html.element("span", word(drift.severity()), "class", "pill " + colour).text(" ");
    html.element("span", redact.apply(drift.object().toString()), "class", "rule mono");
    html.element(
        "span",
        switch (drift.change()) {
          case ADDED -> " was added: no migration makes it";
          case MISSING -> " is missing";
          case CHANGED -> " was changed";
        },
        "class",
        "where");
    html.end();
    if (!drift.attributes().isEmpty()) {
      html.open("table").open("tr");
      html.element("th", "").element("th", "expected").element("th", "found").end();
      for (Drift.Attribute attribute : drift.attributes()) {
        html.open("tr").element("td", attribute.name());
        html.open("td").element("code", value(attribute.expected())).close();
        html.open("td").element("code", value(attribute.found())).close().end();
      }
      html.end();
    }
    html.end();
  }

  private String value(String value) {
    return cut(redact.apply(Objects.requireNonNullElse(value, "(default)")), MAX_VALUE);
  }

  private static String cut(String text, int characters) {
    String cut = Words.cut(text, characters);
    return cut.length() < text.length() ? cut + "…" : cut;
  }

  private void leftOut(SchemaComparison comparison) {
    if (comparison.ignored().isEmpty() && report.notCompared().isEmpty()) {
      return;
    }
    html.element("h2", "Not counted");
    html.open("ul");
    comparison
        .ignored()
        .forEach((key, reason) -> html.element("li", redact.apply(key + ": " + reason)));
    report.notCompared().forEach(each -> html.element("li", redact.apply("not compared: " + each)));
    html.end();
  }

  private void way(String title, DriftProposal proposal, boolean revert) {
    if (proposal == null) {
      return;
    }
    html.element("h2", title);
    html.element(
        "p",
        redact.apply(DriftText.verdict(proposal)),
        "class",
        proposal.verdict() == DriftProposal.Verdict.EXACT ? "good" : "caution");
    String script =
        redact.apply(revert ? DriftText.revertFile(proposal) : DriftText.adoptFile(proposal));
    html.element("pre", cut(script, MAX_SCRIPT));
  }

  private static String word(Drift.Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }
}
