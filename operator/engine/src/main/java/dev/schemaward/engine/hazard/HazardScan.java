package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import java.util.List;
import java.util.Map;

/**
 * Findings from the text of the pending migrations alone: nothing is measured, and every table may
 * be large and in use. Errs on the side of a finding: a statement that it cannot read for certain
 * is called opaque, never safe. The same text and version always give the same findings.
 */
public final class HazardScan {
  private HazardScan() {}

  /**
   * Findings of pending migrations, in the order of the statements.
   *
   * @param serverMajor for example 18
   */
  public static List<Finding> scan(List<Migration> pending, int serverMajor) {
    return Hazards.judge(pending, Map.of(), LiveCatalog.UNKNOWN, serverMajor);
  }
}
