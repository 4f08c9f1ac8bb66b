package dev.schemaward.engine.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One object of a specification, read field by field. What is wrong goes to a list of faults, each
 * with its place, so that the author sees all of them at once; the value read is then a stand-in.
 */
final class SpecObject {
  private final String place;
  private final ObjectNode node;
  private final List<String> faults;
  private final Set<String> known = new LinkedHashSet<>();

  private SpecObject(String place, ObjectNode node, List<String> faults) {
    this.place = place;
    this.node = node;
    this.faults = faults;
  }

  /**
   * Begins to read an object.
   *
   * @param place for example {@code tables[2]}
   */
  static SpecObject of(String place, JsonNode node, List<String> faults) {
    if (node instanceof ObjectNode object) {
      return new SpecObject(place, object, faults);
    }
    faults.add(place + " must be an object, not " + kind(node));
    return new SpecObject(place, null, faults);
  }

  /** An object with this name and nothing else: the short form. */
  static SpecObject named(String place, String name, List<String> faults) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("name", name);
    return new SpecObject(place, object, faults);
  }

  /** Nothing but what was asked for may be there. */
  void end() {
    if (node == null) {
      return;
    }
    List<String> unknown = new ArrayList<>();
    node.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(known);
    for (String name : unknown) {
      fault(
          "has no field "
              + name
              + "; its fields are "
              + String.join(", ", known)
              + suggestion(name));
    }
  }

  private String suggestion(String name) {
    String lower = name.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    return known.stream()
        .filter(field -> field.toLowerCase(Locale.ROOT).equals(lower))
        .findFirst()
        .map(field -> ". Did you mean " + field + "?")
        .orElse("");
  }

  void fault(String what) {
    faults.add(place + " " + what);
  }

  String place() {
    return place;
  }

  private JsonNode field(String name) {
    known.add(name);
    JsonNode value = node == null ? null : node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** A text that must be there. */
  String text(String name) {
    String text = optionalText(name);
    if (text == null && node != null && field(name) == null) {
      fault("lacks " + name);
    }
    return text == null ? "" : text;
  }

  /** A text; null when it is not there. */
  String optionalText(String name) {
    JsonNode value = field(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      fault(
          name
              + " must be a text, not "
              + kind(value)
              + (value.isValueNode() ? ": put it in quotes" : ""));
      return null;
    }
    if (value.asText().isBlank() || value.asText().indexOf('\0') >= 0) {
      fault(name + " is empty or holds a NUL");
      return null;
    }
    return value.asText();
  }

  /** A text, number or boolean as text; null when it is not there. May be empty. */
  String optionalScalar(String name) {
    JsonNode value = field(name);
    if (value == null) {
      return null;
    }
    if (!value.isValueNode()) {
      fault(name + " must be a text, not " + kind(value));
      return null;
    }
    return value.asText();
  }

  /** A whole number within bounds. */
  long number(String name, long standard, long least, long most) {
    JsonNode value = field(name);
    if (value == null) {
      return standard;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      fault(name + " must be a whole number, not " + kind(value));
      return standard;
    }
    if (value.asLong() < least || value.asLong() > most) {
      fault(name + " must be " + least + " to " + most + ", not " + value.asLong());
      return standard;
    }
    return value.asLong();
  }

  /** True or false; null when it is not there. */
  Boolean optionalFlag(String name) {
    JsonNode value = field(name);
    if (value == null) {
      return null;
    }
    if (!value.isBoolean()) {
      fault(name + " must be true or false, not " + kind(value));
      return null;
    }
    return value.asBoolean();
  }

  /** One of these words; null when it is not there. */
  <E extends Enum<E>> E optionalWord(String name, Class<E> words) {
    String text = optionalText(name);
    if (text == null) {
      return null;
    }
    for (E word : words.getEnumConstants()) {
      if (word.name().equals(text)) {
        return word;
      }
    }
    fault(
        name
            + " must be one of "
            + List.of(words.getEnumConstants()).stream()
                .map(Enum::name)
                .collect(Collectors.joining(", "))
            + ", not "
            + text);
    return null;
  }

  /** Texts; empty when there are none. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode value : list(name)) {
      if (value.isTextual()) {
        texts.add(value.asText());
      } else {
        fault(
            name
                + " must be a list of texts; "
                + value
                + " is "
                + kind(value)
                + (value.isValueNode() ? ": put it in quotes" : ""));
      }
    }
    return texts;
  }

  /** The elements of a list; empty when it is not there. */
  List<JsonNode> list(String name) {
    JsonNode value = field(name);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      fault(name + " must be a list, not " + kind(value));
      return List.of();
    }
    List<JsonNode> elements = new ArrayList<>();
    value.forEach(elements::add);
    return Collections.unmodifiableList(elements);
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case NULL, MISSING -> "nothing";
      case BINARY, POJO -> "binary data";
    };
  }
}
