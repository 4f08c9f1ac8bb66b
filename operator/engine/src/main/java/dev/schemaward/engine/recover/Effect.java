package dev.schemaward.engine.recover;

/** Whether the catalogue shows what a statement asks for. */
public enum Effect {
  /** It is there. */
  SEEN("is in the database"),
  /** It is not there. */
  ABSENT("is not in the database"),
  /** The catalogue cannot tell, for example for an UPDATE. */
  UNKNOWN("cannot be told from the catalogue"),
  /** It leaves nothing behind (SET, BEGIN, COMMIT). */
  NONE("leaves nothing behind");

  private final String words;

  Effect(String words) {
    this.words = words;
  }

  /** For a sentence whose subject is the statement's effect. */
  public String words() {
    return words;
  }
}
