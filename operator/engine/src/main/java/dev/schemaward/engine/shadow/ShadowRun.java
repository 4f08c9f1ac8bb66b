package dev.schemaward.engine.shadow;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Builds the present schema on a shadow database and then runs the pending statements on it under
 * observation. Afterwards the database holds the schema that the target will have.
 */
public final class ShadowRun {
  /** Enough for twenty thousand plain statements, and bounded for those that never end. */
  public static final Duration DEFAULT_BUDGET = Duration.ofSeconds(60);

  private final ShadowDatabase database;
  private final Request request;
  private final Map<StatementKey, StatementEffects> effects = new HashMap<>();
  private final List<String> baseFaults = new ArrayList<>();
  private Optional<ShadowOutcome.Failure> failure = Optional.empty();
  private boolean complete;
  private Duration baseTook = Duration.ZERO;
  private Duration pendingTook = Duration.ZERO;
  private String serverVersion;

  /**
   * What to run.
   *
   * @param baseScript statements that make what is there and did not come from the bundle, for
   *     example a copy of a baselined schema; run before everything else; may be empty
   * @param applied migrations that the target has, in order
   * @param pending migrations to be observed, in order
   * @param extensions extensions that the target has, {@code name → schema}; those that the bundle
   *     itself creates are left to it
   * @param budget after which nothing further is begun
   */
  public record Request(
      List<String> baseScript,
      List<Migration> applied,
      List<Migration> pending,
      Map<String, String> extensions,
      Duration budget) {
    public Request {
      baseScript = List.copyOf(baseScript);
      applied = List.copyOf(applied);
      pending = List.copyOf(pending);
      extensions = Map.copyOf(extensions);
    }

    /** Applied and pending migrations of a bundle, and nothing else. */
    public static Request of(List<Migration> applied, List<Migration> pending) {
      return new Request(List.of(), applied, pending, Map.of(), DEFAULT_BUDGET);
    }
  }

  private ShadowRun(ShadowDatabase database, Request request) {
    this.database = database;
    this.request = request;
  }

  /**
   * Runs. Whatever goes wrong is in the outcome: a statement without known effects says why.
   *
   * @param database fresh
   */
  public static ShadowOutcome run(ShadowDatabase database, Request request) {
    return new ShadowRun(database, request).run();
  }

  /**
   * Opens a shadow, runs and closes it. For who needs no more than the effects.
   *
   * @param major of the target
   * @param names what the target is called
   */
  public static ShadowOutcome run(
      ShadowSource source, int major, ShadowDatabase.Names names, Request request) {
    try (ShadowDatabase database = source.open(major, names)) {
      return run(database, request);
    } catch (ShadowUnavailableException e) {
      return without(request.pending(), e.getMessage());
    }
  }

  /** The outcome where there is no shadow at all: nothing is measured, for this reason. */
  public static ShadowOutcome without(List<Migration> pending, String reason) {
    Map<StatementKey, StatementEffects> effects = new HashMap<>();
    fill(pending, reason, effects);
    return new ShadowOutcome(
        null, effects, Optional.empty(), List.of(), false, Duration.ZERO, Duration.ZERO);
  }

  private ShadowOutcome run() {
    String left = "not run";
    try (ShadowStage stage = new ShadowStage(database, request.budget())) {
      serverVersion = stage.worker().serverVersion();
      long begun = System.nanoTime();
      try {
        base(stage);
      } finally {
        baseTook = Duration.ofNanos(System.nanoTime() - begun);
      }
      begun = System.nanoTime();
      try {
        pending(stage);
      } finally {
        pendingTook = Duration.ofNanos(System.nanoTime() - begun);
      }
      complete = failure.isEmpty() && !stage.incomplete();
      left =
          failure
              .map(
                  f ->
                      "not run: statement "
                          + f.statement().index()
                          + " of "
                          + f.statement().migration()
                          + " fails before it")
              .orElse(left);
    } catch (ShadowEndedException e) {
      left = "not run: " + e.getMessage();
    } catch (SQLException e) {
      left = "not run: the shadow server ended while it ran: " + ServerErrors.message(e);
    } catch (EngineException e) {
      left = "not run: the shadow cannot be used: " + e.getMessage();
    }
    fill(request.pending(), left, effects);
    return new ShadowOutcome(
        serverVersion, effects, failure, baseFaults, complete, baseTook, pendingTook);
  }

  private static void fill(
      List<Migration> pending, String reason, Map<StatementKey, StatementEffects> effects) {
    for (Migration migration : pending) {
      for (Statement statement : migration.statements()) {
        effects.putIfAbsent(
            new StatementKey(migration.name(), statement.index()),
            StatementEffects.notMeasured(reason));
      }
    }
  }

  private void base(ShadowStage stage) throws SQLException, ShadowEndedException {
    extensions(stage);
    for (String sql : request.baseScript()) {
      stage.checkTime();
      try {
        stage.worker().execute(sql);
      } catch (SQLException e) {
        stage.afterError(e);
        baseFault(stage, "the copy of the present schema lacks something: ", e);
      }
    }
    for (Migration migration : request.applied()) {
      stage.checkTime();
      MigrationTrial trial = new MigrationTrial(stage, migration, false);
      trial.run();
      if (trial.failure().isPresent()) {
        ShadowOutcome.Failure fault = trial.failure().get();
        baseFaults.add(
            migration.name()
                + " is applied on the target and fails on the shadow in line "
                + fault.line()
                + ": "
                + fault.message());
        stage.markIncomplete();
      } else if (trial.incomplete()) {
        baseFaults.add(migration.name() + ": " + firstReason(trial));
        stage.markIncomplete();
      }
    }
  }

  private static String firstReason(MigrationTrial trial) {
    Map<Integer, StatementEffects> inOrder = new LinkedHashMap<>();
    trial.effects().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> inOrder.put(entry.getKey(), entry.getValue()));
    return inOrder.values().stream()
        .map(StatementEffects::notMeasured)
        .filter(reason -> reason != null)
        .findFirst()
        .orElse("a part of it could not run on the shadow");
  }

  private void extensions(ShadowStage stage) {
    Set<String> ofTheBundle =
        java.util.stream.Stream.concat(request.applied().stream(), request.pending().stream())
            .flatMap(migration -> migration.statements().stream())
            .filter(statement -> statement.kind().command().equals("CREATE EXTENSION"))
            .flatMap(statement -> statement.kind().objects().stream())
            .collect(Collectors.toSet());
    request
        .extensions()
        .forEach(
            (name, schema) -> {
              if (!ofTheBundle.contains(name)
                  && !name.equals("plpgsql")
                  && !stage.tryMakeExtension(name, schema)) {
                baseFaults.add("the target has extension " + name + ", the shadow has not");
                stage.markIncomplete();
              }
            });
  }

  private void baseFault(ShadowStage stage, String what, SQLException e) {
    baseFaults.add(what + ServerErrors.message(e));
    stage.markIncomplete();
  }

  private void pending(ShadowStage stage) throws SQLException, ShadowEndedException {
    for (Migration migration : request.pending()) {
      MigrationTrial trial = new MigrationTrial(stage, migration, true);
      try {
        trial.run();
      } finally {
        trial
            .effects()
            .forEach(
                (index, effect) -> effects.put(new StatementKey(migration.name(), index), effect));
      }
      if (trial.failure().isPresent()) {
        failure = trial.failure();
        return;
      }
      if (trial.incomplete()) {
        stage.markIncomplete();
      }
    }
  }
}
