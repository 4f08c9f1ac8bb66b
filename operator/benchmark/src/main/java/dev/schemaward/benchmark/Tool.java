package dev.schemaward.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A migration tool: how its bundle is written, and how it is run. */
interface Tool {
  /** What the table calls it, with its version. */
  String name();

  /** False for one that keeps no history: a second run would fail. */
  default boolean keepsHistory() {
    return true;
  }

  /**
   * Writes a bundle in the tool's own format.
   *
   * @param directory empty
   * @param migrations how many, of {@link Migrations#sql one table} each
   */
  void write(Path directory, int migrations) throws IOException;

  /** The command that applies what is pending. */
  List<String> command(Path directory, Target target);

  /** What the command needs in its environment. */
  default Map<String, String> environment(Path directory, Target target) {
    return Map.of();
  }
}
