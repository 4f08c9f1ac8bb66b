package dev.schemaward.controller.decide;

import java.util.Optional;

/** What a Job may do. The names are written into status and onto Jobs. */
public enum RunKind {
  /** Look and plan. */
  Plan,
  /** Execute exactly the plan of a given hash. */
  Apply,
  /** Plan, and execute in the same run unless the plan needs an approval. */
  ApplyIfAllowed,
  /** Perform exactly the recovery plan of a given hash. */
  Recover,
  /** Verify, and compare the schema with its migrations. */
  Check;

  /** True when a run of this kind may change the database. */
  public boolean executes() {
    return this != Plan && this != Check;
  }

  /** The kind of this name; empty for a name of another version of the operator. */
  public static Optional<RunKind> of(String name) {
    for (RunKind kind : values()) {
      if (kind.name().equals(name)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
