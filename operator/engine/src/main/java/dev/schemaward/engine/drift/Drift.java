package dev.schemaward.engine.drift;

import java.util.List;

/**
 * One object in which a live schema differs from the expected one.
 *
 * @param object which
 * @param change in which way
 * @param attributes what differs; empty unless {@code CHANGED}
 * @param severity how much it matters
 */
public record Drift(
    ObjectKey object, Change change, List<Attribute> attributes, Severity severity) {
  public Drift {
    attributes = List.copyOf(attributes);
  }

  /** In which way an object differs. */
  public enum Change {
    /** It is there and is not expected. */
    ADDED,
    /** It is expected and is not there. */
    MISSING,
    /** It is there, and is another than expected. */
    CHANGED
  }

  /** How much a difference matters. */
  public enum Severity {
    /** Data may be wrong, lost or exposed, a query fails or becomes slow. */
    HIGH,
    /** Behaviour differs. */
    MEDIUM,
    /** Only people notice. */
    LOW
  }

  /**
   * An attribute that differs.
   *
   * @param expected null when it should have its default
   * @param found null when it has its default
   */
  public record Attribute(String name, String expected, String found) {}
}
