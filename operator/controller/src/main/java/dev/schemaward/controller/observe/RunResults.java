package dev.schemaward.controller.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.schemaward.api.run.RunResult;
import java.util.Optional;

/**
 * Reads the result of a run out of a container's termination message. Half a message is no message:
 * JSON that is cut, follows other text, lacks its reason or names an unknown one gives nothing, and
 * the caller then knows only the exit code.
 */
final class RunResults {
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(RunResult.class);

  private RunResults() {}

  /**
   * @param message the termination message; may be null
   * @param runId the run that must have written it; a message of another run is refused
   */
  static Optional<RunResult> parse(String message, String runId) {
    if (message == null || !message.strip().startsWith("{")) {
      return Optional.empty();
    }
    try {
      RunResult result = READER.readValue(message);
      boolean usable =
          result != null
              && result.reason() != null
              && result.kind() != null
              && runId.equals(result.runId());
      return usable ? Optional.of(result) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
