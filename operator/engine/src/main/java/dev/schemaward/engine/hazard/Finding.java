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
 * @param saferWay what to do instead; null when nothing is better
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
    String waived) {}
