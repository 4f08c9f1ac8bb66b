package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.runner.document.LockTimeline.Bar;
import dev.schemaward.runner.document.LockTimeline.Row;
import dev.schemaward.runner.document.LockTimeline.Transaction;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Draws a {@link LockTimeline} as inline SVG: a row a relation, a column a statement, bands for
 * transactions, bars for locks, letters for work in proportion to the table's size.
 */
final class LockChart {
  private static final int MAX_ROWS = 40;
  private static final double LABEL = 220;
  private static final double MAX_WIDTH = 820;
  private static final double MIN_COLUMN = 2;
  private static final double MAX_COLUMN = 64;

  /** The chart is at least so wide, so that a migration's name can be read above it. */
  private static final double MIN_WIDTH = 360;

  private static final double ROW = 24;
  private static final double TOP = 40;

  /** Widths of text at the style sheet's sizes. */
  private static final double MONO = 6.7;

  private static final double SMALL = 6.2;

  private final HtmlWriter html;
  private final PlanDocument plan;
  private final LockTimeline timeline;
  private final List<Row> rows;
  private final double column;
  private final double bottom;

  private LockChart(HtmlWriter html, PlanDocument plan, LockTimeline timeline) {
    this.html = html;
    this.plan = plan;
    this.timeline = timeline;
    this.rows = timeline.rows().subList(0, Math.min(MAX_ROWS, timeline.rows().size()));
    int steps = timeline.steps().size();
    double widest = Math.max(MAX_COLUMN, MIN_WIDTH / steps);
    this.column = Math.max(MIN_COLUMN, Math.min(widest, MAX_WIDTH / steps));
    this.bottom = TOP + rows.size() * ROW;
  }

  /** Draws the chart, and says how many relations did not fit. */
  static void draw(HtmlWriter html, PlanDocument plan, LockTimeline timeline) {
    LockChart chart = new LockChart(html, plan, timeline);
    chart.draw();
    int left = timeline.rows().size() - chart.rows.size();
    if (left > 0) {
      html.element(
          "p", "… and " + left + " more relations, less blocked than these.", "class", "note");
    }
  }

  private void draw() {
    double width = Math.max(x(timeline.steps().size()) + 8, LABEL + 160);
    double height = bottom + 26;
    html.open("div", "class", "chart");
    html.open(
        "svg",
        "viewBox",
        "0 0 " + number(width) + " " + number(height),
        "width",
        number(width),
        "height",
        number(height),
        "role",
        "img",
        "aria-label",
        "Locks by relation, from the statement that takes them to the end of its transaction");
    bands();
    for (int i = 0; i < rows.size(); i++) {
      row(rows.get(i), TOP + i * ROW);
    }
    unmeasured();
    axis();
    html.close().end();
  }

  private void bands() {
    String last = "";
    int band = 0;
    int first = 0;
    List<Transaction> transactions = timeline.transactions();
    for (int i = 0; i < transactions.size(); i++) {
      Transaction transaction = transactions.get(i);
      if (!transaction.migration().equals(last)) {
        last = transaction.migration();
        first = transaction.first();
        band++;
      }
      rect(
          transaction.first(),
          transaction.last(),
          TOP - 4,
          bottom - TOP + 4,
          band % 2 == 0 ? "band even" : "band odd",
          transaction.migration());
      if (i > 0) {
        line(x(transaction.first()), TOP - 4, x(transaction.first()), bottom, "cut");
      }
      boolean ends =
          i + 1 == transactions.size()
              || !transactions.get(i + 1).migration().equals(transaction.migration());
      if (ends) {
        migration(transaction.migration(), first, transaction.last());
      }
    }
  }

  private void migration(String name, int first, int last) {
    double width = x(last + 1) - x(first);
    // The only one may run over the end of its band.
    boolean only = first == 0 && last == timeline.steps().size() - 1;
    int fits = (int) ((only ? Math.max(width, 300) : width - 6) / SMALL);
    if (fits >= 8) {
      html.open("text", "x", number(x(first) + 2), "y", number(TOP - 12), "class", "migration");
      html.element("title", name).text(cut(name, fits)).end();
    }
  }

  private void row(Row row, double y) {
    html.open(
        "text",
        "x",
        number(LABEL - 10),
        "y",
        number(y + 16),
        "class",
        "relation",
        "text-anchor",
        "end");
    html.element("title", row.relation() + ": " + row.worst().words());
    html.text(cut(row.relation(), (int) ((LABEL - 14) / MONO))).end();
    line(LABEL, y + ROW, x(timeline.steps().size()), y + ROW, "grid");
    for (Bar bar : row.bars()) {
      LockEffect effect = LockEffect.of(bar.mode());
      PlanDocument.Statement step = timeline.steps().get(bar.first());
      html.open("a", "href", "#" + PlanHtmlStatements.anchor(plan, step.migration(), step.index()));
      rect(
          bar.first(),
          bar.last(),
          y + 4,
          ROW - 8,
          "bar " + effect.css(),
          row.relation()
              + ": "
              + LockEffect.sqlName(bar.mode())
              + " ("
              + effect.words()
              + ") from statement "
              + (bar.first() + 1)
              + ", "
              + step.migration()
              + " line "
              + step.line()
              + ", to the end of its transaction");
      html.close();
    }
    for (int i = 0; i < timeline.steps().size(); i++) {
      work(row.relation(), i, y);
    }
  }

  private void work(String relation, int at, double y) {
    PlanDocument.Statement step = timeline.steps().get(at);
    boolean rewrites = step.rewrites().contains(relation);
    boolean scans = step.scans().contains(relation);
    boolean builds = step.indexBuilds().contains(relation);
    if (!rewrites && !scans && !builds) {
      return;
    }
    String what = rewrites ? "writes it anew" : scans ? "reads all of it" : "builds it";
    if (column >= 14) {
      html.open("text", "x", number(x(at) + 5), "y", number(y + 16), "class", "work");
      html.element("title", "statement " + (at + 1) + " " + what);
      html.text(rewrites ? "W" : scans ? "R" : "B").end();
    } else {
      html.open(
          "rect",
          "x",
          number(x(at)),
          "y",
          number(y + 7),
          "width",
          number(Math.max(column - 0.5, 1.5)),
          "height",
          number(ROW - 14),
          "class",
          "workmark");
    }
  }

  /** What nobody measured must not look like what takes no lock. */
  private void unmeasured() {
    List<PlanDocument.Statement> steps = timeline.steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).measured()) {
        continue;
      }
      int first = i;
      String reason = steps.get(i).notMeasured();
      while (i + 1 < steps.size()
          && !steps.get(i + 1).measured()
          && Objects.equals(reason, steps.get(i + 1).notMeasured())) {
        i++;
      }
      String which =
          first == i ? "statement " + (i + 1) : "statements " + (first + 1) + " to " + (i + 1);
      rect(first, i, TOP - 4, bottom - TOP + 4, "unmeasured", which + ": not measured: " + reason);
    }
  }

  private void axis() {
    int count = timeline.steps().size();
    int every = 1;
    for (int step : new int[] {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000}) {
      every = step;
      if (step * column >= 30) {
        break;
      }
    }
    for (int i = 0; i < count; i++) {
      if (i == 0 || (i + 1) % every == 0) {
        html.open(
            "text",
            "x",
            number(x(i) + column / 2),
            "y",
            number(bottom + 16),
            "class",
            "tick",
            "text-anchor",
            "middle");
        html.text(Integer.toString(i + 1)).end();
      }
    }
    html.open(
        "text",
        "x",
        number(LABEL - 10),
        "y",
        number(bottom + 16),
        "class",
        "tick",
        "text-anchor",
        "end");
    html.text("statement").end();
  }

  private void rect(int first, int last, double y, double height, String css, String title) {
    html.open("g").element("title", title);
    html.open(
        "rect",
        "x",
        number(x(first)),
        "y",
        number(y),
        "width",
        number(Math.max(x(last + 1) - x(first) - (css.startsWith("bar") ? 1 : 0), 1)),
        "height",
        number(height),
        "class",
        css);
    html.end();
  }

  private void line(double x1, double y1, double x2, double y2, String css) {
    html.open(
        "line",
        "x1",
        number(x1),
        "y1",
        number(y1),
        "x2",
        number(x2),
        "y2",
        number(y2),
        "class",
        css);
  }

  private double x(int step) {
    return LABEL + step * column;
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  /** The beginning says the schema, the end what it is: cut in the middle. */
  private static String cut(String name, int characters) {
    if (name.length() <= characters) {
      return name;
    }
    int head = (characters - 1) / 2;
    return Words.cut(name, head) + "…" + name.substring(name.length() - (characters - 1 - head));
  }
}
