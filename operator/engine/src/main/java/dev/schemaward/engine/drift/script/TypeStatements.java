package dev.schemaward.engine.drift.script;

import static dev.schemaward.engine.drift.script.Changes.differ;

import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Types, domains, collations. */
final class TypeStatements {
  private TypeStatements() {}

  static void create(SchemaObject type, ScriptWriter out) {
    String name = type.identity();
    switch (type.kind()) {
      case ENUM ->
          out.add(
              "CREATE TYPE "
                  + name
                  + " AS ENUM ("
                  + (type.is("labels") ? type.get("labels") : "")
                  + ")");
      case COMPOSITE_TYPE ->
          out.add(
              "CREATE TYPE "
                  + name
                  + " AS ("
                  + (type.is("attributes") ? type.get("attributes") : "")
                  + ")");
      case DOMAIN -> {
        StringBuilder sql = new StringBuilder("CREATE DOMAIN ");
        sql.append(name).append(" AS ").append(type.get("type"));
        sql.append(type.is("collation") ? " COLLATE " + type.get("collation") : "");
        sql.append(type.is("default") ? " DEFAULT " + type.get("default") : "");
        sql.append(type.is("not null") ? " NOT NULL" : "");
        out.add(sql.toString());
      }
      case DOMAIN_CONSTRAINT ->
          out.add(
              "ALTER DOMAIN "
                  + type.parent()
                  + " ADD CONSTRAINT "
                  + type.localName()
                  + " "
                  + type.get("definition")
                  + (type.is("not valid") ? " NOT VALID" : ""));
      case RANGE_TYPE -> range(type, out);
      case COLLATION -> collation(type, out);
      default -> {
        if (!type.is("shell")) {
          out.refuse(type.key() + ": a base type is made by hand");
          return;
        }
        out.add("CREATE TYPE " + name);
      }
    }
    out.finishCreated(type);
  }

  private static void range(SchemaObject type, ScriptWriter out) {
    List<String> parts = new ArrayList<>();
    parts.add("SUBTYPE = " + type.get("subtype"));
    parts.add("SUBTYPE_OPCLASS = " + type.get("operator class"));
    part(parts, "COLLATION", type.get("collation"));
    part(parts, "CANONICAL", type.get("canonical"));
    part(parts, "SUBTYPE_DIFF", type.get("difference"));
    part(parts, "MULTIRANGE_TYPE_NAME", type.get("multirange"));
    out.add("CREATE TYPE " + type.identity() + " AS RANGE (" + String.join(", ", parts) + ")");
  }

  private static void part(List<String> parts, String name, String value) {
    if (value != null) {
      parts.add(name + " = " + value);
    }
  }

  private static void collation(SchemaObject type, ScriptWriter out) {
    List<String> parts = new ArrayList<>();
    parts.add("PROVIDER = " + type.get("provider"));
    if (type.is("locale")) {
      parts.add("LOCALE = " + Names.literal(type.get("locale")));
    } else if (type.get("provider").equals("icu")) {
      parts.add("LOCALE = " + Names.literal(type.get("lc_collate")));
    } else {
      parts.add("LC_COLLATE = " + Names.literal(type.get("lc_collate")));
      parts.add("LC_CTYPE = " + Names.literal(type.get("lc_ctype")));
    }
    if (type.is("rules")) {
      parts.add("RULES = " + Names.literal(type.get("rules")));
    }
    if (type.is("nondeterministic")) {
      parts.add("DETERMINISTIC = false");
    }
    out.add("CREATE COLLATION " + type.identity() + " (" + String.join(", ", parts) + ")");
  }

  static void alter(SchemaObject before, SchemaObject after, ScriptWriter out) {
    switch (after.kind()) {
      case ENUM -> {
        if (differ(before, after, "labels")) {
          labels(before, after, out);
        }
      }
      case COMPOSITE_TYPE -> attributes(before, after, out);
      case DOMAIN -> {
        String alter = "ALTER DOMAIN " + after.identity();
        if (differ(before, after, "default")) {
          out.add(
              alter
                  + (after.is("default")
                      ? " SET DEFAULT " + after.get("default")
                      : " DROP DEFAULT"));
        }
        if (differ(before, after, "not null")) {
          out.add(alter + (after.is("not null") ? " SET" : " DROP") + " NOT NULL");
        }
      }
      case DOMAIN_CONSTRAINT -> {
        if (before.is("not valid") && !after.is("not valid")) {
          out.add("ALTER DOMAIN " + after.parent() + " VALIDATE CONSTRAINT " + after.localName());
        }
      }
      default -> {
        // Only owner, privileges and comment can differ: all else is made anew or refused.
      }
    }
    if (after.kind() == ObjectKind.ENUM
        && EnumChange.of(before, after) == EnumChange.EXCHANGE
        && differ(before, after, "labels")) {
      out.finishCreated(after);
    } else {
      out.finishAltered(before, after);
    }
  }

  private static void labels(SchemaObject before, SchemaObject after, ScriptWriter out) {
    List<String> old = EnumChange.labels(before);
    List<String> wanted = EnumChange.labels(after);
    String alter = "ALTER TYPE " + after.identity();
    switch (EnumChange.of(before, after)) {
      case RENAME -> {
        for (int i = 0; i < old.size(); i++) {
          if (!old.get(i).equals(wanted.get(i))) {
            out.add(alter + " RENAME VALUE " + old.get(i) + " TO " + wanted.get(i));
          }
        }
      }
      case ADD -> {
        for (int i = 0; i < wanted.size(); i++) {
          if (!old.contains(wanted.get(i))) {
            out.add(
                alter
                    + " ADD VALUE "
                    + wanted.get(i)
                    + (i > 0
                        ? " AFTER " + wanted.get(i - 1)
                        : old.isEmpty() ? "" : " BEFORE " + old.getFirst()));
          }
        }
      }
      case EXCHANGE -> exchange(after, out);
    }
  }

  /** Columns keep their values by name; a row that holds a vanished label makes it fail. */
  private static void exchange(SchemaObject after, ScriptWriter out) {
    String name = after.identity();
    String plain = Names.unqualified(name);
    String bare = plain.startsWith("\"") ? plain.substring(1, plain.length() - 1) : plain;
    String aside = "\"" + bare + " (replaced)\"";
    out.add("ALTER TYPE " + name + " RENAME TO " + aside);
    create(Changes.without(Changes.without(after, "privileges"), "comment"), out);
    for (SchemaObject column : out.from().of(ObjectKind.COLUMN)) {
      String type = column.get("type");
      if (type == null
          || !(type.equals(name) || type.equals(name + "[]"))
          || column.is("inherited")
          || out.to().find(ObjectKind.COLUMN, column.identity()).isEmpty()) {
        continue;
      }
      String alter = "ALTER TABLE " + column.parent() + " ALTER COLUMN " + column.localName();
      if (column.is("default")) {
        out.add(alter + " DROP DEFAULT");
      }
      String text = type.endsWith("[]") ? "text[]" : "text";
      out.add(alter + " TYPE " + type + " USING " + column.localName() + "::" + text + "::" + type);
      if (column.is("default")) {
        out.add(alter + " SET DEFAULT " + column.get("default"));
      }
    }
    out.add("DROP TYPE " + Names.schema(name) + "." + aside);
  }

  private static void attributes(SchemaObject before, SchemaObject after, ScriptWriter out) {
    Map<String, String> old = attributes(before);
    Map<String, String> wanted = attributes(after);
    String alter = "ALTER TYPE " + after.identity();
    old.keySet().stream()
        .filter(name -> !wanted.containsKey(name))
        .forEach(
            name -> {
              out.add(alter + " DROP ATTRIBUTE " + name);
              out.losesData("attribute " + name + " of type " + after.identity());
            });
    wanted.forEach(
        (name, type) -> {
          if (!old.containsKey(name)) {
            out.add(alter + " ADD ATTRIBUTE " + name + " " + type);
          } else if (!old.get(name).equals(type)) {
            out.add(alter + " ALTER ATTRIBUTE " + name + " TYPE " + type);
            out.losesData(
                "what " + type + " cannot hold in attribute " + name + " of " + after.identity());
          }
        });
  }

  private static Map<String, String> attributes(SchemaObject type) {
    Map<String, String> attributes = new LinkedHashMap<>();
    if (type.is("attributes")) {
      for (String line : type.get("attributes").split(",\n", -1)) {
        int space = line.startsWith("\"") ? line.indexOf("\" ") + 1 : line.indexOf(' ');
        attributes.put(line.substring(0, space), line.substring(space + 1));
      }
    }
    return attributes;
  }
}
