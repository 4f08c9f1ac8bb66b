package dev.schemaward.api.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The ways on, as programs read them: {@code schemaward recover --show --output json}. Field names
 * are an interface.
 *
 * @param target the database
 * @param situation one sentence: what the history says
 * @param facts what of it is in the database, one line each
 * @param options the ways on, the recommended one first; empty when nothing is wrong
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RecoveryDocument(
    RunResult.Target target, String situation, List<String> facts, List<Option> options) {

  /**
   * A way on.
   *
   * @param hash {@code sha256:<64 hex>}: what one approves, or gives to {@code recover --expect}
   * @param shortId the first 6 hex digits of the hash
   * @param action {@code ContinueAfter}, {@code MarkApplied}, {@code MarkRolledBack}, {@code
   *     Baseline}, {@code AdoptEdited} or {@code RestoreLedger}
   * @param title one line: what it does
   * @param consequence what follows from it, and when it would be wrong
   * @param sql what it writes, one statement an element
   * @param recommended true when what was seen in the database speaks for this one
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Option(
      String hash,
      String shortId,
      String action,
      String title,
      String consequence,
      List<String> sql,
      boolean recommended) {}
}
