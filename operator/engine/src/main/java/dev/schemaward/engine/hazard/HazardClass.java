package dev.schemaward.engine.hazard;

/** What kind of harm a finding is about. */
public enum HazardClass {
  /** Data or protection is lost. */
  DESTRUCTIVE,
  /** Others are blocked. */
  LOCK,
  /** A table or index is written anew. */
  REWRITE,
  /** A table is read as a whole while others are blocked. */
  SCAN,
  /** Rows may not fit what is asked of them. */
  DATA,
  /** It is not all or nothing. */
  TRANSACTION,
  /** Who may see or change what. */
  SECURITY,
  /** Nobody can tell what it does without running it. */
  OPAQUE,
  /** A rule about findings themselves is not kept: a waiver that does not count. */
  POLICY
}
