package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.PlanText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Every statement of a plan, by migration, with what it locks and does; long lists are folded. */
final class PlanHtmlStatements {
  /** Plans up to this many statements are shown unfolded. */
  private static final int UNFOLDED = 30;

  /** A longer file is folded in groups of so many. */
  private static final int GROUP = 50;

  /** SQL up to this many lines or characters is shown at once. */
  private static final int SHORT_LINES = 24;

  private static final int SHORT = 2_500;

  /** Of one statement; the bundle has the rest. */
  private static final int MAX_SQL = 100_000;

  /** Of the page; after that each statement's SQL is cut to its beginning. */
  private static final int MAX_PAGE = 6_000_000;

  private static final int BEGINNING = 300;

  /** Of one kind at one statement: a table may have a thousand partitions. */
  private static final int MAX_BADGES = 30;

  /** Of the page; after that no statement is shown. A browser must still open it. */
  private static final int END_OF_PAGE = 12_000_000;

  private final HtmlWriter html;
  private final PlanDocument plan;
  private final String nothingMeasured;
  private final Map<String, List<PlanDocument.Finding>> findings;
  private int leftOut;

  PlanHtmlStatements(HtmlWriter html, PlanDocument plan) {
    this.html = html;
    this.plan = plan;
    this.nothingMeasured = PlanText.whyNothingIsMeasured(plan);
    this.findings =
        plan.findings().stream()
            .collect(Collectors.groupingBy(f -> f.migration() + "\n" + f.index()));
  }

  /** The id of a statement's element; null when the plan has no such statement. */
  static String anchor(PlanDocument plan, String migration, int index) {
    for (int i = 0; i < plan.pending().size(); i++) {
      if (plan.pending().get(i).migration().equals(migration)) {
        return index > 0 ? "s" + (i + 1) + "-" + index : "m" + (i + 1);
      }
    }
    return null;
  }

  void write() {
    html.element("h2", "Statements");
    if (nothingMeasured != null) {
      html.element("p", "Locks were not measured: " + nothingMeasured + ".", "class", "note");
    }
    Map<String, List<PlanDocument.Statement>> byMigration =
        plan.statements().stream()
            .collect(Collectors.groupingBy(PlanDocument.Statement::migration));
    for (int i = 0; i < plan.pending().size(); i++) {
      PlanDocument.Pending pending = plan.pending().get(i);
      migration(pending, i + 1, byMigration.getOrDefault(pending.migration(), List.of()));
    }
    if (leftOut > 0) {
      html.element(
          "p",
          "… "
              + leftOut
              + " more statements; the page ends here. The bundle and schemaward plan --output json"
              + " have all of them.",
          "class",
          "caution");
    }
  }

  private void migration(
      PlanDocument.Pending pending, int number, List<PlanDocument.Statement> statements) {
    if (html.length() > END_OF_PAGE) {
      leftOut += statements.size();
      return;
    }
    String unfolded = plan.statements().size() <= UNFOLDED ? "" : null;
    html.open("details", "class", "migration-block", "id", "m" + number, "open", unfolded);
    html.open("summary").element("h3", pending.migration(), "class", "mono").text(" ");
    html.element("span", about(pending, statements), "class", "where").end();
    if (statements.size() <= GROUP) {
      statements.forEach(statement -> statement(statement, number));
    } else {
      for (int at = 0; at < statements.size(); at += GROUP) {
        List<PlanDocument.Statement> group =
            statements.subList(at, Math.min(at + GROUP, statements.size()));
        html.open("details", "class", "group");
        html.element(
            "summary",
            "Statements "
                + group.getFirst().index()
                + " to "
                + group.getLast().index()
                + counts(group));
        group.forEach(statement -> statement(statement, number));
        html.end();
      }
    }
    html.end();
  }

  private String about(PlanDocument.Pending pending, List<PlanDocument.Statement> statements) {
    return statements.size()
        + (statements.size() == 1 ? " statement" : " statements")
        + (pending.transactional()
            ? " · one transaction, all or nothing"
            : " · not one transaction: it can stop half-way")
        + counts(statements);
  }

  /** How many findings stand in these, so that nobody has to unfold a group to know. */
  private String counts(List<PlanDocument.Statement> statements) {
    List<String> parts = new ArrayList<>();
    for (String severity : List.of("block", "warn")) {
      long count =
          statements.stream()
              .flatMap(statement -> of(statement).stream())
              .filter(f -> f.waived() == null && f.severity().equals(severity))
              .count();
      if (count > 0) {
        parts.add(" · " + count + " " + severity);
      }
    }
    return String.join("", parts);
  }

  private List<PlanDocument.Finding> of(PlanDocument.Statement statement) {
    return findings.getOrDefault(statement.migration() + "\n" + statement.index(), List.of());
  }

  private void statement(PlanDocument.Statement statement, int migration) {
    if (html.length() > END_OF_PAGE) {
      leftOut++;
      return;
    }
    html.open("div", "class", "statement", "id", "s" + migration + "-" + statement.index());
    html.open("div", "class", "head");
    html.element("span", Integer.toString(statement.index()), "class", "number");
    html.element("span", "line " + statement.line(), "class", "where");
    if (!statement.transactional()) {
      html.element("span", "alone, outside a transaction", "class", "badge");
    }
    if (statement.durationMs() != null) {
      html.element(
          "span",
          String.format(Locale.ROOT, "%.1f ms on the empty shadow", statement.durationMs()),
          "class",
          "where");
    }
    html.end();
    for (PlanDocument.Finding finding : of(statement)) {
      String css = finding.waived() == null ? finding.severity() : "waived";
      html.open("div", "class", "remark");
      html.element("span", finding.severity(), "class", "pill " + css);
      html.text(" " + finding.rule() + ": " + finding.message()).end();
    }
    sql(statement.sql().strip());
    badges(statement);
    html.end();
  }

  private void sql(String sql) {
    int max = html.length() > MAX_PAGE ? BEGINNING : MAX_SQL;
    String shown = Words.cut(sql, max);
    boolean whole = shown.length() == sql.length();
    if (whole && sql.length() <= SHORT && sql.lines().count() <= SHORT_LINES) {
      html.element("pre", sql + ";");
      return;
    }
    String first = sql.lines().findFirst().orElse("");
    html.open("details");
    html.element(
        "summary",
        Words.cut(first, 100) + String.format(Locale.ROOT, " … (%,d characters)", sql.length()),
        "class",
        "mono");
    html.element("pre", shown + (whole ? ";" : ""));
    html.end();
    if (!whole) {
      html.element("p", Words.more(sql.length() - shown.length()) + ".", "class", "note");
    }
  }

  private void badges(PlanDocument.Statement statement) {
    if (!statement.measured()) {
      if (nothingMeasured == null) {
        html.open("div", "class", "badges");
        html.element("span", "not measured: " + statement.notMeasured(), "class", "badge gap");
        html.end();
      }
      return;
    }
    html.open("div", "class", "badges");
    for (PlanDocument.Lock lock : statement.locks().stream().limit(MAX_BADGES).toList()) {
      LockEffect effect = LockEffect.of(lock.mode());
      html.element(
          "span",
          LockEffect.sqlName(lock.mode()) + " on " + lock.relation(),
          "class",
          "badge " + effect.css(),
          "title",
          effect.words());
    }
    if (statement.locks().size() > MAX_BADGES) {
      html.element(
          "span", "… " + (statement.locks().size() - MAX_BADGES) + " more locks", "class", "badge");
    }
    work("writes ", statement.rewrites(), " anew");
    work("reads all of ", statement.scans(), "");
    work("builds index ", statement.indexBuilds(), "");
    if (statement.locks().isEmpty()
        && statement.rewrites().isEmpty()
        && statement.scans().isEmpty()
        && statement.indexBuilds().isEmpty()) {
      html.element("span", "takes no lock that it did not have", "class", "badge");
    }
    html.end();
  }

  private void work(String before, List<String> relations, String after) {
    for (String relation : relations.stream().limit(MAX_BADGES).toList()) {
      html.element("span", before + relation + after, "class", "badge work");
    }
    if (relations.size() > MAX_BADGES) {
      html.element(
          "span",
          before + "… " + (relations.size() - MAX_BADGES) + " more" + after,
          "class",
          "badge work");
    }
  }
}
