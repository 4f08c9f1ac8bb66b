package dev.schemaward.engine.assess;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.catalog.LiveCatalogReader;
import dev.schemaward.engine.connect.ServerErrors;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.hazard.Compatibility;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.Hazards;
import dev.schemaward.engine.hazard.Preflight;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.hazard.Waiver;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.preflight.PreflightReader;
import dev.schemaward.engine.preflight.Readiness;
import dev.schemaward.engine.shadow.ShadowDatabase;
import dev.schemaward.engine.shadow.ShadowOutcome;
import dev.schemaward.engine.shadow.ShadowRun;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds out what a plan will do before anybody approves it: tries it on a shadow database, reads
 * the live catalogue, asks the live data, and lets the rules judge. What it cannot find out it says
 * so; it never makes a plan look harmless. Reads the target only.
 */
public final class Assessor {
  private static final Duration CATALOGUE_PATIENCE = Duration.ofSeconds(20);

  private static final PreflightReader.Bounds QUESTIONS =
      new PreflightReader.Bounds(Duration.ofSeconds(5), Duration.ofSeconds(30), false);

  private final ShadowSource shadow;
  private final List<Waiver> waivers;

  /**
   * @param shadow where to try the plan
   * @param waivers of the spec; may be empty
   */
  public Assessor(ShadowSource shadow, List<Waiver> waivers) {
    this.shadow = shadow;
    this.waivers = List.copyOf(waivers);
  }

  /** By text, live catalogue and live data alone. */
  public static Assessor withoutShadow() {
    return new Assessor(new ShadowSource.Off(), List.of());
  }

  /**
   * The plan with its assessment. Its hash stays: all that the assessment follows from is in it.
   *
   * @param session to the target, not in a transaction
   * @throws EngineException for trouble with the target; a shadow that fails is no trouble, only
   *     nothing is measured then
   */
  public Plan assess(Session session, Plan plan) throws EngineException {
    if (plan.pending().isEmpty()) {
      return plan;
    }
    LiveCatalog live = LiveCatalogReader.read(session, CATALOGUE_PATIENCE);
    try {
      ShadowOutcome outcome = onShadow(session, plan);
      Map<StatementKey, StatementEffects> effects =
          outcome.effects().entrySet().stream()
              .filter(entry -> entry.getValue().measured())
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
      int major = session.majorVersion();
      List<Finding> others =
          new ArrayList<>(
              Preflight.findings(
                  PreflightReader.ask(
                      session, Preflight.checks(plan.pending(), live, major), QUESTIONS)));
      others.addAll(Readiness.findings(session, Preflight.changed(plan.pending(), live, major)));
      others.addAll(plan.findings().stream().filter(f -> f.rule().equals("out-of-order")).toList());
      List<Finding> findings =
          new ArrayList<>(Hazards.judge(plan.pending(), effects, live, major, waivers, others));
      foreseenFailure(outcome).ifPresent(findings::addFirst);
      return plan.with(
          new Assessment(outcome, findings, Compatibility.of(plan.pending(), live, major)));
    } catch (SQLException e) {
      throw ServerErrors.whileWorking(e, "assessing the plan");
    }
  }

  private ShadowOutcome onShadow(Session session, Plan plan) throws SQLException {
    Map<String, String> extensions =
        session
            .rows(
                "SELECT e.extname, n.nspname FROM pg_catalog.pg_extension e JOIN"
                    + " pg_catalog.pg_namespace n ON n.oid = e.extnamespace")
            .stream()
            .collect(Collectors.toMap(row -> row[0], row -> row[1]));
    String role = session.row("SELECT current_user")[0];
    return ShadowRun.run(
        shadow,
        session.majorVersion(),
        new ShadowDatabase.Names(plan.target().database(), role, session.schema()),
        new ShadowRun.Request(
            List.of(),
            plan.diagnosis().applied(),
            plan.pending(),
            extensions,
            ShadowRun.DEFAULT_BUDGET));
  }

  private static Optional<Finding> foreseenFailure(ShadowOutcome outcome) {
    return outcome
        .failure()
        .map(
            failure -> {
              StatementKey at = failure.statement();
              return new Finding(
                  "will-fail",
                  failure.unlessPresent() ? Severity.WARN : Severity.BLOCK,
                  HazardClass.DATA,
                  at.migration(),
                  at.index(),
                  failure.line(),
                  "fails on the shadow database"
                      + (failure.sqlState() == null ? "" : " (SQLSTATE " + failure.sqlState() + ")")
                      + ": "
                      + failure.message()
                      + (failure.unlessPresent()
                          ? "; it will fail on the target too, unless what is missing is there"
                          : "; it will fail on the target too"),
                  null,
                  null);
            });
  }
}
