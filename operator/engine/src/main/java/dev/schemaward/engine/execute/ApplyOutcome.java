package dev.schemaward.engine.execute;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.plan.TargetIdentity;
import java.util.List;

/**
 * How an apply ended; what it did counts even when it failed in the end.
 *
 * @param plan what was to be executed; null when there is none because it failed before
 * @param planHash the hash that the run stands under: the expected one when it continued an
 *     interrupted run; null as above
 * @param target which database; null as above
 * @param applied names that this run applied, in order
 * @param resumed true when it continued a run that had been interrupted
 * @param approvalRequired true when it stopped because the plan needs an approval; nothing was
 *     executed
 * @param version newest applied migration of the bundle afterwards; null when none is, or nothing
 *     is known
 * @param appliedTotal how many migrations of the bundle are applied afterwards
 * @param pendingTotal how many are not
 * @param ledger the ledger afterwards; null when there is none or nothing is known
 * @param failure why it did not get to the end; null when it did
 */
public record ApplyOutcome(
    Plan plan,
    String planHash,
    TargetIdentity target,
    List<String> applied,
    boolean resumed,
    boolean approvalRequired,
    String version,
    int appliedTotal,
    int pendingTotal,
    LedgerMark ledger,
    EngineException failure) {
  public ApplyOutcome {
    applied = List.copyOf(applied);
  }

  /** Failed before anything is known. */
  public static ApplyOutcome failed(EngineException failure) {
    return new ApplyOutcome(null, null, null, List.of(), false, false, null, 0, 0, null, failure);
  }
}
