package dev.schemaward.engine.drift;

import dev.schemaward.engine.drift.script.SchemaScript;

/**
 * A way out of drift, tried on a shadow before it is shown. For a person to read and run.
 *
 * @param script the statements
 * @param verdict what trying it showed
 * @param detail for a person: what is left, what failed; null when there is nothing to say
 */
public record DriftProposal(SchemaScript script, Verdict verdict, String detail) {
  /** What trying a script on the shadow showed. */
  public enum Verdict {
    /** It makes exactly the schema that it should, and no value is lost. */
    EXACT,
    /** It makes exactly the schema that it should; what it destroys is listed. */
    LOSES_DATA,
    /** It leaves differences; they are in the detail. */
    PARTIAL,
    /** It fails, or could not be tried. */
    UNPROVEN
  }
}
