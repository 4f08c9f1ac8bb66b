package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Which changes of an object ALTER can make, which need a new object, which nothing can make. */
final class Changes {
  private Changes() {}

  /** The same object without an attribute. */
  static SchemaObject without(SchemaObject object, String attribute) {
    Map<String, String> attributes = new HashMap<>(object.attributes());
    attributes.remove(attribute);
    return new SchemaObject(object.kind(), object.identity(), object.parent(), attributes);
  }

  static boolean differ(SchemaObject before, SchemaObject after, String... attributes) {
    for (String attribute : attributes) {
      if (!Objects.equals(before.get(attribute), after.get(attribute))) {
        return true;
      }
    }
    return false;
  }

  /** Why the change cannot be made without losing the object's data; null when it can. */
  static String impossible(SchemaObject before, SchemaObject after) {
    return switch (before.kind()) {
      case TABLE ->
          differ(before, after, "kind", "partition key", "of type", "server", "foreign options")
              ? "a table cannot become one of another kind, partition key, row type or server"
              : null;
      case BASE_TYPE ->
          differ(before, after, "input", "output", "length", "shell")
              ? "a base type cannot be changed"
              : null;
      case COLLATION -> before.equals(after) ? null : changedCollation(before, after);
      default -> null;
    };
  }

  private static String changedCollation(SchemaObject before, SchemaObject after) {
    return differ(
            before,
            after,
            "provider",
            "lc_collate",
            "lc_ctype",
            "locale",
            "rules",
            "nondeterministic")
        ? "a collation cannot be changed; indexes that use it would be wrong"
        : null;
  }

  /** True when the object must be dropped and made anew. */
  static boolean needsRecreation(SchemaObject before, SchemaObject after) {
    return switch (before.kind()) {
      case CONSTRAINT, DOMAIN_CONSTRAINT ->
          differ(before, after, "definition", "deferrable", "not enforced")
              || (after.is("not valid") && !before.is("not valid"));
      case INDEX -> differ(before, after, "definition", "invalid", "constraint");
      case STATISTICS, TRIGGER, RULE, OPERATOR, CAST, TEXT_SEARCH_PARSER, TEXT_SEARCH_TEMPLATE ->
          differ(before, after, "definition");
      case POLICY -> differ(before, after, "command", "restrictive", "roles", "using", "check");
      case VIEW -> differ(before, after, "columns") && !extendsColumns(before, after);
      case MATERIALIZED_VIEW -> differ(before, after, "definition", "columns", "access method");
      case FUNCTION -> !signature(before).equals(signature(after)) || differ(before, after, "kind");
      case AGGREGATE -> differ(before, after, "definition", "arguments");
      case OPERATOR_CLASS ->
          differ(before, after, "default", "type", "family", "storage", "operators", "functions");
      case OPERATOR_FAMILY -> differ(before, after, "operators", "functions");
      case EVENT_TRIGGER -> differ(before, after, "event", "function", "tags");
      case PUBLICATION -> differ(before, after, "all tables");
      case TEXT_SEARCH_DICTIONARY -> differ(before, after, "template", "options");
      case TEXT_SEARCH_CONFIGURATION -> differ(before, after, "parser");
      case DOMAIN -> differ(before, after, "type", "collation");
      case RANGE_TYPE ->
          differ(
              before,
              after,
              "subtype",
              "operator class",
              "collation",
              "canonical",
              "difference",
              "multirange");
      case COLUMN -> recomputed(before, after);
      default -> false;
    };
  }

  /** A generated column whose expression differs, or one that becomes or was one. */
  private static boolean recomputed(SchemaObject before, SchemaObject after) {
    if (!differ(before, after, "generated")) {
      return false;
    }
    return after.is("generated") || before.get("generated").endsWith("VIRTUAL");
  }

  /** What CREATE OR REPLACE must find unchanged: everything before LANGUAGE. */
  private static String signature(SchemaObject function) {
    String definition = function.get("definition");
    int language = definition.indexOf("\n LANGUAGE ");
    return language < 0 ? definition : definition.substring(0, language);
  }

  private static boolean extendsColumns(SchemaObject before, SchemaObject after) {
    return after.get("columns").startsWith(before.get("columns") + ", ");
  }

  /** True when what stands on the object must be taken away before ALTER is allowed. */
  static boolean disturbsDependents(SchemaObject before, SchemaObject after) {
    return switch (before.kind()) {
      case COLUMN -> differ(before, after, "type", "collation");
      case ENUM -> EnumChange.of(before, after) == EnumChange.EXCHANGE;
      default -> false;
    };
  }

  /** True when the server itself adapts {@code dependent} when ALTER changes {@code changed}. */
  static boolean serverFollows(ObjectKind dependent, ObjectKind changed) {
    return changed == ObjectKind.COLUMN
        && List.of(
                ObjectKind.CONSTRAINT,
                ObjectKind.INDEX,
                ObjectKind.STATISTICS,
                ObjectKind.TABLE,
                ObjectKind.SEQUENCE)
            .contains(dependent);
  }
}
