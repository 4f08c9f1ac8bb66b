package dev.schemaward.engine.recover;

import java.util.List;

/**
 * A recovery plan: one way out, and what it rests on.
 *
 * @param hash {@code sha256:<64 hex>} over the situation, the way out and the SQL: what a person
 *     approves
 * @param action the way out
 * @param title one line: what it does
 * @param consequence one or two sentences: what follows from it, and when it would be wrong
 * @param sql what it would write, one statement an element
 * @param recommended true when what was seen in the database speaks for this one and no other
 */
public record RecoveryOption(
    String hash,
    RecoveryAction action,
    String title,
    String consequence,
    List<String> sql,
    boolean recommended) {
  public RecoveryOption {
    sql = List.copyOf(sql);
  }

  /** The first six hex digits of the hash. */
  public String shortId() {
    return hash.substring("sha256:".length(), "sha256:".length() + 6);
  }
}
