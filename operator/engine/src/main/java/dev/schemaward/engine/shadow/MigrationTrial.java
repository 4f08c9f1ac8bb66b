package dev.schemaward.engine.shadow;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.execute.Segment;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs one migration on the shadow, segment by segment in the transactions in which {@code
 * execute.MigrationRun} would run it. A statement that fails only on the shadow is left out: its
 * transaction is rolled back and begun again without it, so that what is measured is never a
 * transaction of another shape.
 */
final class MigrationTrial {
  /** A transaction is begun again at most so often. */
  private static final int ATTEMPTS = 60;

  private final ShadowStage stage;
  private final Migration migration;
  private final boolean watched;
  private final Map<Integer, StatementEffects> effects = new HashMap<>();
  private final Set<Integer> leftOut = new HashSet<>();
  private Optional<ShadowOutcome.Failure> failure = Optional.empty();
  private boolean incomplete;

  MigrationTrial(ShadowStage stage, Migration migration, boolean watched) {
    this.stage = stage;
    this.migration = migration;
    this.watched = watched;
  }

  /** The file's fault, with which the plan ends; empty when there is none. */
  Optional<ShadowOutcome.Failure> failure() {
    return failure;
  }

  /** Effects by number of the statement. */
  Map<Integer, StatementEffects> effects() {
    return effects;
  }

  /** True when the schema lacks something of this migration. */
  boolean incomplete() {
    return incomplete;
  }

  /** Runs it; stops at the file's first fault. */
  void run() throws SQLException, ShadowEndedException {
    stage.worker().reset();
    if (!watched && runAtOnce()) {
      return;
    }
    for (Segment segment : Segment.of(migration.statements())) {
      replaySession(segment);
      for (int attempt = 0; !runOnce(segment); attempt++) {
        if (attempt == ATTEMPTS) {
          leaveOut(segment.statements(), "too much of its transaction cannot run on the shadow");
          incomplete = true;
          break;
        }
      }
      if (failure.isPresent()) {
        return;
      }
    }
  }

  /** One message for a whole file; false when it has to be done statement by statement. */
  private boolean runAtOnce() throws SQLException, ShadowEndedException {
    boolean plain =
        migration.statements().stream()
            .allMatch(
                statement ->
                    statement.kind().execution() == Execution.TRANSACTIONAL
                        && ServerWide.reason(statement).isEmpty());
    if (!plain || migration.statements().isEmpty()) {
      return migration.statements().isEmpty();
    }
    try {
      stage
          .worker()
          .execute(
              migration.statements().stream()
                  .map(Statement::text)
                  .collect(Collectors.joining(";\n", "BEGIN;\n", ";\nCOMMIT")));
      return true;
    } catch (SQLException e) {
      stage.afterError(e);
      return false;
    }
  }

  private void replaySession(Segment segment) throws SQLException {
    String settings =
        migration.statements().stream()
            .filter(statement -> statement.index() < segment.first().index())
            .filter(statement -> statement.kind().execution() == Execution.SESSION)
            .filter(statement -> !leftOut.contains(statement.index()))
            .map(Statement::text)
            .collect(Collectors.joining("; "));
    if (!settings.isEmpty()) {
      stage.worker().execute(settings);
    }
  }

  /** True when the segment is done with, false when it must be tried again. */
  private boolean runOnce(Segment segment) throws SQLException, ShadowEndedException {
    boolean enumValue =
        segment.first().kind().execution() == Execution.ENUM_VALUE
            && segment.statements().size() == 1;
    return (segment.kind() == Segment.Kind.ALONE && !enumValue)
        ? alone(segment.first())
        : transaction(segment);
  }

  private boolean transaction(Segment segment) throws SQLException, ShadowEndedException {
    boolean own = segment.kind() == Segment.Kind.OWN_BLOCK;
    boolean closed = own && segment.statements().size() > 1 && isEnd(segment.last());
    Statement at = segment.first();
    try {
      stage.worker().execute(own ? segment.first().text() : "BEGIN");
      TransactionWatch watch =
          watched ? new TransactionWatch(stage.worker(), stage.observer()) : null;
      for (Statement statement : segment.statements()) {
        boolean framing =
            own
                && (statement.index() == segment.first().index()
                    || (closed && statement.index() == segment.last().index()));
        if (framing) {
          effects.put(
              statement.index(),
              new StatementEffects(List.of(), List.of(), List.of(), List.of(), 0, null));
        } else if (!notRun(statement)) {
          at = statement;
          stage.checkTime();
          long begun = System.nanoTime();
          stage.worker().execute(statement.text());
          double took = (System.nanoTime() - begun) / 1e6;
          if (watch != null) {
            Optional<String> tooLate = stage.tooLateToWatch();
            effects.put(
                statement.index(),
                tooLate.isPresent()
                    ? StatementEffects.notMeasured(tooLate.get())
                    : watch.after(statement, took));
          }
        }
      }
      at = segment.last();
      if (own && !closed) {
        stage.worker().execute("ROLLBACK");
        failure =
            Optional.of(
                new ShadowOutcome.Failure(
                    new StatementKey(migration.name(), segment.first().index()),
                    segment.first().line(),
                    null,
                    "the file leaves a transaction open: its BEGIN has no COMMIT",
                    false));
        return true;
      }
      stage.worker().execute(own ? segment.last().text() : "COMMIT");
      return true;
    } catch (SQLException e) {
      stage.afterError(e);
      return setback(e, at);
    }
  }

  private boolean alone(Statement statement) throws SQLException, ShadowEndedException {
    if (notRun(statement)) {
      return true;
    }
    stage.checkTime();
    try {
      Optional<String> tooLate = stage.tooLateToWatch();
      if (watched && tooLate.isEmpty()) {
        effects.put(statement.index(), new LoneStatementWatch(stage).run(statement));
      } else {
        stage.worker().execute(statement.text());
        tooLate.ifPresent(
            reason -> effects.put(statement.index(), StatementEffects.notMeasured(reason)));
      }
      return true;
    } catch (SQLException e) {
      stage.afterError(e);
      return setback(e, statement);
    }
  }

  private static boolean isEnd(Statement statement) {
    Execution execution = statement.kind().execution();
    return execution == Execution.COMMIT || execution == Execution.ROLLBACK;
  }

  /** True for what is not run: found out before, or because it acts on the whole server. */
  private boolean notRun(Statement statement) throws SQLException {
    if (leftOut.contains(statement.index())) {
      return true;
    }
    Optional<String> serverWide = ServerWide.reason(statement);
    if (serverWide.isEmpty()) {
      return false;
    }
    Optional<String> role = ServerWide.roleMade(statement);
    if (role.isPresent()) {
      stage.tryMakeRole(role.get());
    }
    leaveOut(List.of(statement), serverWide.get());
    return true;
  }

  private void leaveOut(List<Statement> statements, String reason) {
    for (Statement statement : statements) {
      leftOut.add(statement.index());
      effects.put(statement.index(), StatementEffects.notMeasured(reason));
    }
  }

  /** Decides what follows from an error: false to try the segment again, true when it is over. */
  private boolean setback(SQLException e, Statement at) throws SQLException, ShadowEndedException {
    switch (Setback.of(e, stage.incomplete() || incomplete)) {
      case Setback.Died died -> throw new ShadowEndedException(died.message(), e);
      case Setback.MissingRole missing -> {
        if (!stage.tryMakeRole(missing.role())) {
          leaveOut(
              List.of(at), "the shadow has no role " + missing.role() + " and may not make one");
          incomplete = true;
        }
      }
      case Setback.OnlyHere here -> {
        if (at.kind().command().equals("CREATE EXTENSION") && stage.tryMakeExtension(at)) {
          leaveOut(List.of(at), "the shadow's superuser made the extension: " + here.reason());
        } else {
          leaveOut(List.of(at), here.reason());
          incomplete = true;
        }
      }
      case Setback.File file -> {
        int line = at.line() + linesBefore(at.text(), ServerErrors.position(e));
        effects.put(
            at.index(),
            StatementEffects.notMeasured(
                "it fails: " + file.message() + " (SQLSTATE " + file.sqlState() + ")"));
        failure =
            Optional.of(
                new ShadowOutcome.Failure(
                    new StatementKey(migration.name(), at.index()),
                    line,
                    file.sqlState(),
                    file.message(),
                    file.missesObject()));
        return true;
      }
    }
    return false;
  }

  private static int linesBefore(String text, int position) {
    int end = Math.min(Math.max(position - 1, 0), text.length());
    return (int) IntStream.range(0, end).filter(i -> text.charAt(i) == '\n').count();
  }
}
