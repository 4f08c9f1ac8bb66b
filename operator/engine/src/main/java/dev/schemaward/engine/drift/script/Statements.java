package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.ObjectKey;
import dev.schemaward.engine.drift.SchemaObject;
import java.util.List;
import java.util.Set;

/** DROP, CREATE and ALTER of one object, whatever its kind. */
final class Statements {
  private Statements() {}

  /**
   * Drops it.
   *
   * @param comesBack true when it is made anew afterwards
   */
  static void drop(SchemaObject object, ScriptWriter out, boolean comesBack) {
    switch (object.kind()) {
      case COLUMN -> {
        out.add("ALTER TABLE " + object.parent() + " DROP COLUMN " + object.localName());
        if (!object.is("generated")) {
          out.losesData("column " + object.identity() + " and what is in it");
        }
      }
      case CONSTRAINT ->
          out.add("ALTER TABLE " + object.parent() + " DROP CONSTRAINT " + object.localName());
      case DOMAIN_CONSTRAINT ->
          out.add("ALTER DOMAIN " + object.parent() + " DROP CONSTRAINT " + object.localName());
      case DEFAULT_PRIVILEGES -> OtherStatements.defaultPrivileges(object, null, out);
      case SEQUENCE -> {
        if (!object.is("identity")) {
          out.add("DROP SEQUENCE " + object.identity());
          out.losesData("sequence " + object.identity() + " and how far it has counted");
        }
      }
      case TABLE -> {
        out.add("DROP " + Names.forDrop(object));
        if (!"foreign table".equals(object.get("kind"))) {
          out.losesData("table " + object.identity() + " and its rows");
        }
      }
      case EXTENSION -> {
        out.add("DROP " + Names.forDrop(object));
        out.losesData("extension " + object.identity() + " and what it keeps");
      }
      case PUBLICATION -> {
        out.add("DROP " + Names.forDrop(object));
        out.losesData(
            "publication " + object.identity() + ": its subscribers miss what happens meanwhile");
      }
      case BASE_TYPE -> {
        if (object.is("shell")) {
          out.add("DROP " + Names.forDrop(object));
        } else {
          out.refuse("base type " + object.identity() + ": drop it by hand");
        }
      }
      case MATERIALIZED_VIEW -> {
        out.add("DROP " + Names.forDrop(object));
        if (!comesBack) {
          out.losesData("materialized view " + object.identity() + " and its rows");
        }
      }
      default -> out.add("DROP " + Names.forDrop(object));
    }
  }

  /**
   * Makes it.
   *
   * @param created everything that the script makes
   */
  static void create(SchemaObject object, ScriptWriter out, Set<ObjectKey> created) {
    switch (object.kind()) {
      case TABLE, COLUMN -> TableStatements.create(object, out, created);
      case CONSTRAINT, INDEX, STATISTICS, TRIGGER, RULE, POLICY ->
          PartStatements.create(object, out, created);
      case ENUM, COMPOSITE_TYPE, DOMAIN, DOMAIN_CONSTRAINT, RANGE_TYPE, BASE_TYPE, COLLATION ->
          TypeStatements.create(object, out);
      default -> OtherStatements.create(object, out);
    }
  }

  /** Changes it. */
  static void alter(SchemaObject before, SchemaObject after, ScriptWriter out) {
    switch (after.kind()) {
      case TABLE, COLUMN -> TableStatements.alter(before, after, out);
      case CONSTRAINT, INDEX, STATISTICS, TRIGGER, RULE, POLICY ->
          PartStatements.alter(before, after, out);
      case ENUM, COMPOSITE_TYPE, DOMAIN, DOMAIN_CONSTRAINT, RANGE_TYPE, BASE_TYPE, COLLATION ->
          TypeStatements.alter(before, after, out);
      default -> OtherStatements.alter(before, after, out);
    }
  }

  /** Storage parameters, {@code name=value, name=value}, by SET and RESET. */
  static void options(
      String alter,
      SchemaObject before,
      SchemaObject after,
      String attribute,
      String prefix,
      ScriptWriter out) {
    if (!Changes.differ(before, after, attribute)) {
      return;
    }
    List<String> old = list(before.get(attribute));
    List<String> wanted = list(after.get(attribute));
    List<String> names = wanted.stream().map(Statements::optionName).toList();
    List<String> gone =
        old.stream()
            .map(Statements::optionName)
            .filter(name -> !names.contains(name))
            .map(name -> prefix + name)
            .toList();
    List<String> fresh =
        wanted.stream()
            .filter(option -> !old.contains(option))
            .map(option -> prefix + option)
            .toList();
    if (!gone.isEmpty()) {
      out.add(alter + " RESET (" + String.join(", ", gone) + ")");
    }
    if (!fresh.isEmpty()) {
      out.add(alter + " SET (" + String.join(", ", fresh) + ")");
    }
  }

  private static String optionName(String option) {
    int equals = option.indexOf('=');
    return equals < 0 ? option : option.substring(0, equals);
  }

  /** The items of a comma-separated attribute; none for null. */
  static List<String> list(String text) {
    return text == null || text.isEmpty() ? List.of() : List.of(text.split(",\\s+", -1));
  }
}
