package dev.schemaward.runner;

import dev.schemaward.engine.execute.Progress;
import java.io.PrintStream;

/** Shows what a run is doing on a terminal: a line for each migration, and a bar below them. */
final class ProgressBar implements Progress {
  private static final int WIDTH = 24;

  private final ProgressLog lines;
  private final PrintStream terminal;
  private final Output output;
  private int number;
  private int of = 1;
  private String migration = "";
  private String doing = "";

  /**
   * @param terminal where the bar is drawn; it is drawn over by the next line
   */
  ProgressBar(Output output, PrintStream terminal) {
    this.output = output;
    this.lines = new ProgressLog(output);
    this.terminal = terminal;
  }

  @Override
  public synchronized void on(Event event) {
    switch (event) {
      case MigrationStarted started -> {
        number = started.number() - 1;
        of = started.of();
        migration = started.migration();
        doing = started.resumed() ? "continued" : "";
      }
      case StatementStarted statement ->
          doing =
              "statement "
                  + statement.statement()
                  + "/"
                  + statement.of()
                  + " "
                  + statement.command();
      case StillRunning running when running.phase() != null ->
          doing = running.phase() + (running.percent() < 0 ? "" : " " + running.percent() + " %");
      case RangeDone range when range.estimated() > 0 ->
          doing =
              range.changed()
                  + " rows changed, "
                  + Math.min(99, range.visited() * 100 / range.estimated())
                  + " %";
      case MigrationApplied applied -> {
        number = applied.number();
        above(applied.migration() + "  applied in " + applied.took().toMillis() + " ms");
        doing = "";
      }
      default -> {
        clear();
        lines.on(event);
      }
    }
    draw();
  }

  private void above(String line) {
    clear();
    output.line(line);
  }

  private void clear() {
    terminal.print("\r\u001b[K");
  }

  private void draw() {
    int full = number * WIDTH / of;
    String bar = "=".repeat(full) + (full < WIDTH ? ">" + " ".repeat(WIDTH - full - 1) : "");
    clear();
    if (number < of) {
      terminal.print(
          output.redact("[" + bar + "] " + number + "/" + of + " " + migration + "  " + doing));
    }
    terminal.flush();
  }
}
