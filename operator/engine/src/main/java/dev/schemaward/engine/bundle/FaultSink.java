package dev.schemaward.engine.bundle;

/** Takes what is wrong with a bundle; see {@link Fault} for the parameters. */
interface FaultSink {
  void fault(String path, int line, String message, String advice);
}
