package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.verify.SpecReader;
import dev.schemaward.engine.verify.VerificationSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads a verification specification from a file or standard input: YAML or JSON. */
final class SpecFile {
  private static final int LONGEST = 1 << 20;

  private SpecFile() {}

  /**
   * Reads.
   *
   * @param file {@code -} for standard input
   * @throws EngineException InvalidRequest
   */
  static VerificationSpec read(String file, InputStream standardInput) throws EngineException {
    String name = file.equals("-") ? "standard input" : file;
    String text;
    try (InputStream in = file.equals("-") ? standardInput : Files.newInputStream(Path.of(file))) {
      byte[] bytes = in.readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw invalid(name + " is longer than 1 MiB", null);
      }
      text = new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw invalid("there is no file " + name, e);
    } catch (IOException e) {
      throw invalid("cannot read " + name + ": " + e.getClass().getSimpleName(), e);
    }
    return SpecReader.read(parsed(name, text));
  }

  private static JsonNode parsed(String name, String text) throws EngineException {
    // JSON may be indented with tabs, which YAML does not allow.
    try (MappingIterator<JsonNode> documents =
        (text.stripLeading().startsWith("{") ? json() : yaml())
            .readerFor(JsonNode.class)
            .readValues(text)) {
      List<JsonNode> all = documents.readAll().stream().filter(n -> !n.isNull()).toList();
      if (all.size() != 1) {
        throw invalid(name + " holds " + all.size() + " documents instead of one", null);
      }
      return all.getFirst();
    } catch (JsonProcessingException e) {
      throw invalid(
          name
              + " is neither JSON nor YAML"
              + (e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr())
              + ": "
              + e.getOriginalMessage().lines().findFirst().orElse(""),
          e);
    } catch (IOException e) {
      throw invalid("cannot read " + name + ": " + e.getClass().getSimpleName(), e);
    }
  }

  private static EngineException invalid(String message, Exception cause) {
    return new EngineException(FailureReason.InvalidRequest, "--spec: " + message, cause);
  }

  /** 1.50 stays 1.50, and a name that is there twice is a mistake. */
  private static ObjectMapper json() {
    return JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }

  private static ObjectMapper yaml() {
    return YAMLMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }
}
