package dev.schemaward.engine.shadow;

/** There is no shadow database to measure on. Its message says why and what to do, for a person. */
public final class ShadowUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  public ShadowUnavailableException(String message) {
    super(message);
  }

  public ShadowUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
