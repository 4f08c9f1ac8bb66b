package dev.schemaward.engine.sql;

/** A script that cannot be split into statements that a server would take. */
public final class ScriptFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final String advice;

  /**
   * A fault.
   *
   * @param line where, from 1
   * @param message what is wrong
   * @param advice what to write instead
   */
  public ScriptFault(int line, String message, String advice) {
    super(message);
    this.line = line;
    this.advice = advice;
  }

  public int line() {
    return line;
  }

  public String advice() {
    return advice;
  }
}
