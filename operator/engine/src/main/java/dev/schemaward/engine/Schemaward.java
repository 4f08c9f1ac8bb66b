package dev.schemaward.engine;

import dev.schemaward.engine.assess.Assessor;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.execute.Applier;
import dev.schemaward.engine.execute.ApplyOutcome;
import dev.schemaward.engine.execute.ApplyRequest;
import dev.schemaward.engine.execute.Cancellation;
import dev.schemaward.engine.execute.EarlyStart;
import dev.schemaward.engine.execute.Progress;
import dev.schemaward.engine.execute.RecoverRequest;
import dev.schemaward.engine.execute.Recoverer;
import dev.schemaward.engine.execute.ToolLock;
import dev.schemaward.engine.history.HistoryStore;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.plan.ExecutionPolicy;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.plan.Planner;
import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.engine.recover.RecoveryOption;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The engine's front door: what the {@code schemaward} command calls. Knows no command line and no
 * output format.
 */
public final class Schemaward {
  private static final Duration PLAN_STATEMENT_TIMEOUT = Duration.ofMinutes(2);

  private Schemaward() {}

  /**
   * Plans; reads only.
   *
   * @param bundle up to its target version
   * @param schema target schema; null for the URL's, else the first of the role's search_path
   * @param policy bounds of a later execution: part of the hash
   * @param owner who asks, {@code <cluster>/<namespace>/<name>}; null for a laptop
   * @param takeOverFrom the present owner that {@code owner} may replace; null for none
   * @param runnerBuild build id: part of the hash
   * @param known the ledger as it was last seen; null when nobody saw one
   * @param assessor finds out what the plan does
   * @throws EngineException for everything that stands in the way
   */
  public static Plan plan(
      Bundle bundle,
      Credentials credentials,
      String schema,
      ExecutionPolicy policy,
      String owner,
      String takeOverFrom,
      String runnerBuild,
      LedgerMark known,
      Assessor assessor)
      throws EngineException {
    try (Session session =
        Session.open(
            credentials,
            new Session.Settings("schemaward-plan", schema, PLAN_STATEMENT_TIMEOUT),
            RoundTrip.UNWATCHED)) {
      HistoryStore store = HistoryStore.of(bundle, session.schema());
      Planner.Observation seen = Planner.observe(session, store);
      String present = seen.ledger().owner();
      if (owner != null
          && present != null
          && !present.equals(owner)
          && !present.equals(takeOverFrom)) {
        throw Applier.targetBusy(present, seen.target().schema());
      }
      Plan plan;
      try {
        plan = Planner.plan(seen, bundle, policy, runnerBuild, session.majorVersion(), known);
      } catch (EngineException e) {
        throw ToolLock.orAtWork(e, session, store.lockKeys(credentials.database()));
      }
      return assessor.assess(session, plan);
    }
  }

  /**
   * The ways out of a situation that needs a person; see {@link Recoverer#show}.
   *
   * @throws EngineException for everything that stands in the way
   */
  public static Recovery recovery(RecoverRequest request) throws EngineException {
    return new Recoverer(request, Progress.SILENT, new Cancellation(), RandomGenerator.getDefault())
        .show();
  }

  /**
   * Performs the way out with this hash; see {@link Recoverer#apply}.
   *
   * @throws EngineException for everything that stands in the way; nothing was written then
   */
  public static RecoveryOption recover(
      RecoverRequest request, String expectedHash, Progress progress, Cancellation cancellation)
      throws EngineException {
    return new Recoverer(request, progress, cancellation, RandomGenerator.getDefault())
        .apply(expectedHash);
  }

  /** Applies; see {@link Applier}. Never throws for what can go wrong with a database. */
  public static ApplyOutcome apply(
      ApplyRequest request, Progress progress, Cancellation cancellation) {
    return apply(request, null, progress, cancellation);
  }

  /**
   * Applies, and goes on from what was begun of the same request while its bundle was being read.
   *
   * @param early null for nothing
   */
  public static ApplyOutcome apply(
      ApplyRequest request, EarlyStart early, Progress progress, Cancellation cancellation) {
    return new Applier(request, early, progress, cancellation, RandomGenerator.getDefault())
        .apply();
  }
}
