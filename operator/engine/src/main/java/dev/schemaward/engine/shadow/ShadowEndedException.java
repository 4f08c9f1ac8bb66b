package dev.schemaward.engine.shadow;

/** The shadow can be asked nothing more: it died, or its time is up. The message says which. */
final class ShadowEndedException extends Exception {
  private static final long serialVersionUID = 1L;

  ShadowEndedException(String message, Throwable cause) {
    super(message, cause);
  }
}
