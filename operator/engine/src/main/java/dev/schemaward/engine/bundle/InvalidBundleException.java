package dev.schemaward.engine.bundle;

import java.util.List;
import java.util.stream.Collectors;

/** A bundle that must not be used; says everything that is wrong with it at once. */
public final class InvalidBundleException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  /** With at least one fault. */
  public InvalidBundleException(List<Fault> faults) {
    super(
        faults.size()
            + (faults.size() == 1 ? " fault" : " faults")
            + " in the bundle: "
            + faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
    this.faults = List.copyOf(faults);
  }

  public List<Fault> faults() {
    return faults;
  }
}
