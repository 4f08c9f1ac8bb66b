package dev.schemaward.engine.hazard;

/** How much a finding matters. */
public enum Severity {
  /** Not without an approval. */
  BLOCK,
  /** A person should know before it runs. */
  WARN,
  /** For information. */
  INFORM
}
