package dev.schemaward.engine.execute;

import dev.schemaward.engine.assess.Assessor;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.plan.ExecutionPolicy;

/**
 * What to apply, where, and under whose authority.
 *
 * @param bundle up to its target version; null for an {@link EarlyStart}, which needs none
 * @param credentials of the database
 * @param schema target schema; null for the URL's, else the first of the role's search_path
 * @param policy bounds
 * @param gate what allows it to run
 * @param approval who approved, for the ledger; null when nobody had to
 * @param owner {@code <cluster>/<namespace>/<name>} that owns the target from now on; null claims
 *     nothing (a laptop)
 * @param takeOverFrom the present owner that {@code owner} may replace; null for none
 * @param known the ledger as it was last seen; null when nobody saw one
 * @param runId id of the run, unique
 * @param runnerBuild build id, part of the plan's hash
 * @param roundTrip sees every message; for tests
 */
public record ApplyRequest(
    Bundle bundle,
    Credentials credentials,
    String schema,
    ExecutionPolicy policy,
    Gate gate,
    Approval approval,
    String owner,
    String takeOverFrom,
    LedgerMark known,
    String runId,
    String runnerBuild,
    RoundTrip roundTrip) {
  /** The same request, to apply this bundle. */
  public ApplyRequest applying(Bundle read) {
    return new ApplyRequest(
        read,
        credentials,
        schema,
        policy,
        gate,
        approval,
        owner,
        takeOverFrom,
        known,
        runId,
        runnerBuild,
        roundTrip);
  }

  /** What allows a plan to run. */
  public sealed interface Gate {
    /** Exactly this plan was approved. */
    record Expected(String planHash) implements Gate {}

    /**
     * Any plan without a hazard; others stop with {@code approvalRequired}.
     *
     * @param assessor finds out what the plan does
     */
    record UnlessHazardous(Assessor assessor) implements Gate {}

    /** Any plan. */
    record Always() implements Gate {}
  }

  /**
   * Who approved; recorded in the ledger.
   *
   * @param by user name
   * @param at RFC 3339 time
   * @param channel for example {@code annotation}
   * @param reason may be null
   */
  public record Approval(String by, String at, String channel, String reason) {}
}
