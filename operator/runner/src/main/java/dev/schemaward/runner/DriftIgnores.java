package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.drift.DriftIgnore;
import java.util.ArrayList;
import java.util.List;

/** The values of {@code --ignore}. */
final class DriftIgnores {
  private DriftIgnores() {}

  /**
   * Reads them.
   *
   * @throws EngineException InvalidRequest, which quotes the pattern that cannot be read
   */
  static List<DriftIgnore> parse(List<String> texts) throws EngineException {
    List<DriftIgnore> patterns = new ArrayList<>();
    for (String text : texts) {
      try {
        patterns.add(DriftIgnore.parse(text));
      } catch (IllegalArgumentException e) {
        throw new EngineException(FailureReason.InvalidRequest, "--ignore: " + e.getMessage());
      }
    }
    return patterns;
  }
}
