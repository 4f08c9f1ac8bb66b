package dev.schemaward.engine.drift;

import java.util.Map;
import java.util.TreeMap;

/**
 * One object of a schema, as the catalogue describes it.
 *
 * @param kind what it is
 * @param identity its name as SQL writes it, qualified and quoted where needed; unique in its kind.
 *     A column is {@code schema.table.column}, a function {@code schema.name(types)}
 * @param parent identity of the relation or domain that it is a part of; null when it stands alone
 * @param attributes everything else that a person could have set, by name; what has its default is
 *     left out. Never an OID, a statistic or data
 */
public record SchemaObject(
    ObjectKind kind, String identity, String parent, Map<String, String> attributes) {
  public SchemaObject {
    attributes = Map.copyOf(attributes);
  }

  /** Names it among all objects. */
  public ObjectKey key() {
    return new ObjectKey(kind, identity);
  }

  /** An attribute; null when it has its default. */
  public String get(String attribute) {
    return attributes.get(attribute);
  }

  /** True when an attribute that is either there or not is there. */
  public boolean is(String attribute) {
    return attributes.containsKey(attribute);
  }

  /** For a part, its own name without its parent's, quoted where needed. */
  public String localName() {
    return parent != null && identity.startsWith(parent + ".")
        ? identity.substring(parent.length() + 1)
        : identity;
  }

  /** The canonical form: one text for equal objects, different texts for different ones. */
  public String canonical() {
    StringBuilder text = new StringBuilder(200);
    write(text, kind.name());
    write(text, identity);
    new TreeMap<>(attributes)
        .forEach(
            (name, value) -> {
              write(text, name);
              write(text, value);
            });
    return text.toString();
  }

  private static void write(StringBuilder text, String part) {
    text.append(part.length()).append(':').append(part).append('\n');
  }
}
