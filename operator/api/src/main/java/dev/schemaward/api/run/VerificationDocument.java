package dev.schemaward.api.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What {@code schemaward verify} found, as programs read it: {@code --output json}, and {@link
 * RunResult#verification()}. Field names are an interface. Holds no secret; values that SQL
 * assertions and HTTP checks found are in it, cut to a bounded length.
 *
 * @param ok true when everything holds
 * @param total how many checks there were
 * @param failed how many of them do not hold or could not be made
 * @param summary one sentence for a person, which names the first that failed
 * @param checks one by one; in a {@link RunResult} failed ones first, and fewer than {@code total}
 *     when they do not fit
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VerificationDocument(
    boolean ok, int total, int failed, String summary, List<Check> checks) {

  /**
   * One check.
   *
   * @param kind {@code table}, {@code index}, {@code constraint}, {@code enum}, {@code sql} or
   *     {@code http}
   * @param name as the specification names it
   * @param ok true when it holds
   * @param outcome {@code ok}; {@code failed}: it does not hold; {@code error}: it could not be
   *     made
   * @param expected what must be, in words
   * @param found what is, in words; null when it could not be seen
   * @param message one sentence: what is wrong, or that nothing is
   * @param durationMs how long it took, in milliseconds
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Check(
      String kind,
      String name,
      boolean ok,
      String outcome,
      String expected,
      String found,
      String message,
      long durationMs) {}
}
