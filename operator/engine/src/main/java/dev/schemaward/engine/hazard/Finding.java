package dev.schemaward.engine.hazard;

/**
 * A hazard in a plan.
 *
 * @param rule id of the rule, for example {@code drop-column}
 * @param severity how much it matters
 * @param hazardClass what kind of harm
 * @param migration name of the migration
 * @param index number of the statement in its file, from 1; 0 for the whole file
 * @param line line in the file, from 1; 0 for the whole file
 * @param message the consequence, one sentence
 * @param saferWay what to do instead; null when nothing is better. SQL when it ends with a
 *     semicolon, one migration after the other with a line {@code -- in the next migration:}
 *     between them; advice otherwise
 * @param waived the reason of a waiver that covers it; null when none does
 */
public record Finding(
    String rule,
    Severity severity,
    HazardClass hazardClass,
    String migration,
    int index,
    int line,
    String message,
    String saferWay,
    String waived) {
  /** True when a person must decide before it runs. A waiver covers no destruction. */
  public boolean needsApproval() {
    return hazardClass == HazardClass.DESTRUCTIVE || (severity == Severity.BLOCK && waived == null);
  }

  Finding waivedBecause(String reason) {
    return new Finding(
        rule, severity, hazardClass, migration, index, line, message, saferWay, reason);
  }
}
