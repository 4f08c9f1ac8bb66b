package dev.schemaward.runner;

import dev.schemaward.engine.EngineException.Blocker;
import dev.schemaward.engine.execute.Progress;
import java.util.List;

/** Tells what a run is doing, line by line; a long wait is told at most once a second. */
final class ProgressLog implements Progress {
  private static final long SECOND = 1_000_000_000L;

  private final Output output;
  private long lastWait = System.nanoTime() - SECOND;
  private long lastRange = System.nanoTime() - SECOND;

  ProgressLog(Output output) {
    this.output = output;
  }

  @Override
  public synchronized void on(Event event) {
    switch (event) {
      case WaitingForMigrationLock(var holders, var waited) -> {
        if (System.nanoTime() - lastWait >= SECOND) {
          lastWait = System.nanoTime();
          output.line(
              "waiting for the migration lock, " + waited.toSeconds() + " s" + who(holders));
        }
      }
      case MigrationStarted(var migration, var number, var of, var resumed) ->
          output.line("[" + number + "/" + of + "] " + migration + (resumed ? " (continued)" : ""));
      case StatementStarted(var migration, var statement, var of, var line, var command) -> {
        if (of <= 50 || statement % 50 == 1) {
          output.line("        " + statement + "/" + of + " line " + line + " " + command);
        }
      }
      case SteppingBack(var migration, var statement, var attempt, var sqlState, var blockers) ->
          output.line(
              "        statement "
                  + statement
                  + " steps back for others: rolled back ("
                  + sqlState
                  + "), attempt "
                  + attempt
                  + who(blockers));
      case RangeDone(var migration, var visited, var changed, var estimated) -> {
        if (System.nanoTime() - lastRange >= SECOND) {
          lastRange = System.nanoTime();
          output.line(
              "        "
                  + changed
                  + " rows changed, "
                  + visited
                  + (estimated > 0
                      ? " of about "
                          + estimated
                          + " looked at ("
                          + percent(visited, estimated)
                          + " %)"
                      : " looked at"));
        }
      }
      case StillRunning(var phase, var percent, var blockers) -> {
        if (phase != null || !blockers.isEmpty()) {
          output.line(
              "        "
                  + (phase == null ? "waiting" : phase)
                  + (percent < 0 ? "" : " " + percent + " %")
                  + who(blockers));
        }
      }
      case BlockerEnded(var pid, var application, var terminated, var seconds) ->
          output.line(
              "        "
                  + (terminated ? "ended the session of" : "cancelled the statement of")
                  + " pid "
                  + pid
                  + " "
                  + application
                  + ", in the way for "
                  + seconds
                  + " s, as policy says");
      case WaitingForStandbys(var migration, var lag) ->
          output.line("        waiting: a standby is " + lag.toSeconds() + " s behind");
      case MigrationApplied(var migration, var number, var of, var took) ->
          output.line("        applied in " + took.toMillis() + " ms");
      case Reconnecting(var why) -> output.line("connection lost, connecting again: " + why);
    }
  }

  private static long percent(long visited, long estimated) {
    return Math.min(99, visited * 100 / estimated);
  }

  private static String who(List<Blocker> blockers) {
    if (blockers.isEmpty()) {
      return "";
    }
    Blocker first = blockers.getFirst();
    return "; in the way: pid "
        + first.pid()
        + " "
        + first.application()
        + ", "
        + first.ageSeconds()
        + " s";
  }
}
