package dev.schemaward.engine.drift;

import dev.schemaward.engine.plan.TargetIdentity;
import java.util.List;

/**
 * How a live schema stands against the one that the applied migrations make.
 *
 * @param target which database
 * @param version the last applied migration; null when none is
 * @param applied how many migrations the expected schema is made of
 * @param fingerprint of the live schema, as far as it was compared
 * @param expectedFingerprint of the expected one; equal to the former when nothing differs, not
 *     even in what is harmless
 * @param comparison the differences
 * @param notCompared what was left out because no migration says how it should be; for a person
 * @param revert SQL that makes the live schema what it should be; null when nothing differs
 * @param adopt SQL that makes the expected schema what the live one is: the text of a new
 *     migration; null when nothing differs
 */
public record DriftReport(
    TargetIdentity target,
    String version,
    int applied,
    String fingerprint,
    String expectedFingerprint,
    SchemaComparison comparison,
    List<String> notCompared,
    DriftProposal revert,
    DriftProposal adopt) {
  public DriftReport {
    notCompared = List.copyOf(notCompared);
  }

  /** Something differs that nobody said may differ. */
  public boolean drifted() {
    return !comparison.clean();
  }
}
