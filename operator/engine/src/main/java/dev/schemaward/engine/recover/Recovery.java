package dev.schemaward.engine.recover;

import dev.schemaward.engine.plan.TargetIdentity;
import java.util.List;

/**
 * What is wrong, what is known, and the ways out.
 *
 * @param target which database
 * @param situation one sentence; what the history says
 * @param facts what of it is in the database, one line each; may be empty
 * @param options the ways out, the recommended one first; empty when nothing is wrong
 */
public record Recovery(
    TargetIdentity target, String situation, List<String> facts, List<RecoveryOption> options) {
  public Recovery {
    facts = List.copyOf(facts);
    options = List.copyOf(options);
  }

  /** True when there is nothing to recover from. */
  public boolean nothingToDo() {
    return options.isEmpty();
  }
}
