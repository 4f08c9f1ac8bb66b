package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.schemaward.engine.EngineException.Blocker;
import dev.schemaward.engine.execute.Progress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells what a run is doing as JSON lines, for log collectors: {@code time}, {@code event}, and
 * what belongs to it. What comes often (statements, ranges, waiting) is told at most once a second.
 */
final class ProgressLines implements Progress {
  private static final long SECOND = 1_000_000_000L;

  private final Output output;
  private final ObjectMapper mapper = new ObjectMapper();
  private final Map<String, Long> told = new HashMap<>();

  ProgressLines(Output output) {
    this.output = output;
  }

  @Override
  public synchronized void on(Event event) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    switch (event) {
      case WaitingForMigrationLock(var holders, var waited) -> {
        seldom(line, "waitingForMigrationLock");
        line.put("waitedSeconds", waited.toSeconds());
        blockers(line, holders);
      }
      case MigrationStarted(var migration, var number, var of, var resumed) -> {
        always(line, "migrationStarted");
        line.put("migration", migration).put("number", number).put("of", of);
        line.put("resumed", resumed);
      }
      case StatementStarted(var migration, var statement, var of, var at, var command) -> {
        seldom(line, "statementStarted");
        line.put("migration", migration).put("statement", statement).put("of", of);
        line.put("line", at).put("command", command);
      }
      case StillRunning(var phase, var percent, var blockers) -> {
        seldom(line, "stillRunning");
        if (phase != null) {
          line.put("phase", phase);
        }
        if (percent >= 0) {
          line.put("percent", percent);
        }
        blockers(line, blockers);
      }
      case SteppingBack(var migration, var statement, var attempt, var state, var blockers) -> {
        always(line, "steppingBack");
        line.put("migration", migration).put("statement", statement).put("attempt", attempt);
        line.put("sqlState", state);
        blockers(line, blockers);
      }
      case RangeDone(var migration, var visited, var changed, var estimated) -> {
        seldom(line, "rangeDone");
        line.put("migration", migration).put("rowsVisited", visited).put("rowsChanged", changed);
        if (estimated > 0) {
          line.put("rowsEstimated", estimated);
        }
      }
      case WaitingForStandbys(var migration, var lag) -> {
        seldom(line, "waitingForStandbys");
        line.put("migration", migration).put("lagSeconds", lag.toSeconds());
      }
      case BlockerEnded(var pid, var application, var terminated, var seconds) -> {
        always(line, "blockerEnded");
        line.put("pid", pid).put("application", application).put("terminated", terminated);
        line.put("seconds", seconds);
      }
      case MigrationApplied(var migration, var number, var of, var took) -> {
        always(line, "migrationApplied");
        line.put("migration", migration).put("number", number).put("of", of);
        line.put("millis", took.toMillis());
      }
      case Reconnecting(var why) -> {
        always(line, "reconnecting");
        line.put("why", output.redact(why));
      }
    }
    if (line.has("event")) {
      try {
        // Names and texts are masked one by one: masking finished JSON would break its names.
        output.masked(
            Documents.masking(output::redact)
                .writeValueAsString(mapper.treeToValue(line, Map.class)));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void always(ObjectNode line, String event) {
    line.put("event", event);
  }

  private void seldom(ObjectNode line, String event) {
    long now = System.nanoTime();
    Long last = told.get(event);
    if (last == null || now - last >= SECOND) {
      told.put(event, now);
      line.put("event", event);
    }
  }

  private static void blockers(ObjectNode line, List<Blocker> blockers) {
    if (!blockers.isEmpty()) {
      Blocker first = blockers.getFirst();
      line.putObject("inTheWay")
          .put("pid", first.pid())
          .put("application", first.application())
          .put("client", first.client())
          .put("state", first.state())
          .put("ageSeconds", first.ageSeconds())
          .put("count", blockers.size());
    }
  }
}
