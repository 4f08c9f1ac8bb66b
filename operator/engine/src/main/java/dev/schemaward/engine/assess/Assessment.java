package dev.schemaward.engine.assess;

import dev.schemaward.engine.hazard.Compatibility;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.shadow.ShadowOutcome;
import java.util.List;

/**
 * What a plan does, as far as it could be found out without executing it on the target.
 *
 * @param shadow what each statement did to a shadow database, or why nothing is known
 * @param findings hazards, judged by text, live catalogue, shadow, and questions to the live data
 * @param compatibility whether the old version of the application can run beside it
 */
public record Assessment(
    ShadowOutcome shadow, List<Finding> findings, Compatibility compatibility) {
  public Assessment {
    findings = List.copyOf(findings);
  }
}
