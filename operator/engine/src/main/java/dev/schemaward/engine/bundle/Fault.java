package dev.schemaward.engine.bundle;

/**
 * One thing that is wrong with a bundle.
 *
 * @param path the file inside the bundle; empty for the bundle as a whole
 * @param line line in the file, from 1; 0 for the whole file
 * @param message what is wrong
 * @param advice what to do about it
 */
public record Fault(String path, int line, String message, String advice) {
  @Override
  public String toString() {
    String where = path.isEmpty() ? "" : path + (line > 0 ? " line " + line : "") + ": ";
    return where + message + (advice.isEmpty() ? "" : ". " + advice);
  }
}
