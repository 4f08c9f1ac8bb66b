package dev.schemaward.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLocationTest {
  private static final String DOCUMENT =
      """
      {"status": "up", "n": 1.50, "ok": true, "none": null, "my-key": "d", "a b": "s", "a/b~c": "e",
       "it's": "q", "checks": [{"status": "first"}, {"status": "second", "list": [[7]]}], "": "empty"}\
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          $.status                  | up
          $.n                       | 1.5
          $.ok                      | true
          $.none                    | null
          $.my-key                  | d
          $['a b']                  | s
          $["a/b~c"]                | e
          $['it\\'s']                | q
          $.checks[1].status        | second
          $.checks[ 0 ]['status']   | first
          $['checks'][1].list[0][0] | 7
          $.checks[1].list          | [[7]]
          $['']                     | empty
          /status                   | up
          /checks/0/status          | first
          /a~1b~0c                  | e
          """)
  void leadsToOneValue(String location, String found) throws JsonProcessingException {
    JsonNode document = new ObjectMapper().readTree(DOCUMENT);
    assertThat(JsonLocation.parse(location).in(document)).contains(found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"$.nothing", "$.status.deeper", "$.checks[2]", "$.status[0]", "/checks/x", "/"})
  void nothingThereIsNoValue(String location) throws JsonProcessingException {
    JsonNode document =
        new ObjectMapper().readTree(DOCUMENT.replace("\"\": \"empty\"", "\"e\": 1"));
    assertThat(JsonLocation.parse(location).in(document)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "{.status}",
        "$.*",
        "$..status",
        "$.checks[*]",
        "$.checks[-1]",
        "$.a[0:1]",
        "$.checks[?(@.ok)]",
        "$.a,b",
        "$.",
        "$status",
        "$[a]",
        "$.checks[0"
      })
  void whatCouldGiveManyValuesIsRefused(String location) {
    assertThatThrownBy(() -> JsonLocation.parse(location))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
