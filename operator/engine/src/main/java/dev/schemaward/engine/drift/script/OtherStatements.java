package dev.schemaward.engine.drift.script;

import static dev.schemaward.engine.drift.script.Changes.differ;

import dev.schemaward.engine.drift.Acl;
import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Everything that is neither a table, nor a part of one, nor a type. */
final class OtherStatements {
  private OtherStatements() {}

  static void create(SchemaObject object, ScriptWriter out) {
    String name = object.identity();
    switch (object.kind()) {
      case SCHEMA -> out.add("CREATE SCHEMA " + name);
      case EXTENSION ->
          out.add(
              "CREATE EXTENSION "
                  + name
                  + " SCHEMA "
                  + object.get("schema")
                  + " VERSION "
                  + Names.literal(object.get("version")));
      case SEQUENCE -> createSequence(object, out);
      case VIEW ->
          out.add("CREATE VIEW " + name + options(object) + " AS\n" + object.get("definition"));
      case MATERIALIZED_VIEW ->
          out.add(
              "CREATE MATERIALIZED VIEW "
                  + name
                  + (object.is("access method") ? " USING " + object.get("access method") : "")
                  + options(object)
                  + (object.is("tablespace") ? " TABLESPACE " + object.get("tablespace") : "")
                  + " AS\n"
                  + object.get("definition"));
      case FUNCTION -> out.add(object.get("definition"));
      case AGGREGATE ->
          out.add("CREATE " + Names.forAlter(object) + " (\n" + object.get("definition") + "\n)");
      case OPERATOR ->
          out.add(
              "CREATE OPERATOR "
                  + name.substring(0, name.indexOf(" ("))
                  + " (\n"
                  + object.get("definition")
                  + "\n)");
      case OPERATOR_FAMILY -> createOperatorFamily(object, out);
      case OPERATOR_CLASS -> createOperatorClass(object, out);
      case CAST -> out.add("CREATE CAST " + name + " " + object.get("definition"));
      case EVENT_TRIGGER -> createEventTrigger(object, out);
      case PUBLICATION -> createPublication(object, out);
      case DEFAULT_PRIVILEGES -> defaultPrivileges(null, object, out);
      case TEXT_SEARCH_PARSER, TEXT_SEARCH_TEMPLATE ->
          out.add("CREATE " + Names.forAlter(object) + " (" + object.get("definition") + ")");
      case TEXT_SEARCH_DICTIONARY ->
          out.add(
              "CREATE "
                  + Names.forAlter(object)
                  + " (TEMPLATE = "
                  + object.get("template")
                  + (object.is("options") ? ", " + object.get("options") : "")
                  + ")");
      default -> {
        out.add("CREATE " + Names.forAlter(object) + " (PARSER = " + object.get("parser") + ")");
        mappings("", object.get("mappings"), object, out);
      }
    }
    out.finishCreated(object);
  }

  static void alter(SchemaObject before, SchemaObject after, ScriptWriter out) {
    String alter = "ALTER " + Names.forAlter(after);
    switch (after.kind()) {
      case EXTENSION -> {
        if (differ(before, after, "version")) {
          out.add(alter + " UPDATE TO " + Names.literal(after.get("version")));
        }
        if (differ(before, after, "schema")) {
          out.add(alter + " SET SCHEMA " + after.get("schema"));
        }
      }
      case SEQUENCE -> alterSequence(before, after, out);
      case VIEW -> {
        if (differ(before, after, "definition", "columns")) {
          out.add(
              "CREATE OR REPLACE VIEW "
                  + after.identity()
                  + options(after)
                  + " AS\n"
                  + after.get("definition"));
        } else {
          Statements.options(alter, before, after, "options", "", out);
        }
      }
      case MATERIALIZED_VIEW -> {
        Statements.options(alter, before, after, "options", "", out);
        if (differ(before, after, "tablespace")) {
          out.add(
              alter
                  + " SET TABLESPACE "
                  + Objects.requireNonNullElse(after.get("tablespace"), "pg_default"));
        }
      }
      case FUNCTION -> {
        if (differ(before, after, "definition")) {
          out.add(after.get("definition"));
        }
      }
      case EVENT_TRIGGER -> {
        if (differ(before, after, "state")) {
          out.add(alter + " " + state(after));
        }
      }
      case PUBLICATION -> alterPublication(before, after, out);
      case DEFAULT_PRIVILEGES -> defaultPrivileges(before, after, out);
      case TEXT_SEARCH_CONFIGURATION ->
          mappings(before.get("mappings"), after.get("mappings"), after, out);
      default -> {
        // Only owner, privileges and comment can differ: all else is made anew or refused.
      }
    }
    if (after.kind() != ObjectKind.DEFAULT_PRIVILEGES) {
      out.finishAltered(before, after);
    }
  }

  private static String options(SchemaObject view) {
    return view.is("options") ? " WITH (" + view.get("options") + ")" : "";
  }

  /** What follows CREATE SEQUENCE and its name. */
  static String sequenceOptions(SchemaObject sequence) {
    return " START WITH "
        + sequence.get("start")
        + " INCREMENT BY "
        + sequence.get("increment")
        + " MINVALUE "
        + sequence.get("minimum")
        + " MAXVALUE "
        + sequence.get("maximum")
        + " CACHE "
        + sequence.get("cache")
        + (sequence.is("cycle") ? " CYCLE" : " NO CYCLE");
  }

  private static void createSequence(SchemaObject sequence, ScriptWriter out) {
    if (sequence.is("identity")) {
      return; // made with its column
    }
    out.add(
        "CREATE "
            + (sequence.is("unlogged") ? "UNLOGGED " : "")
            + "SEQUENCE "
            + sequence.identity()
            + " AS "
            + sequence.get("type")
            + sequenceOptions(sequence));
    if (sequence.is("owned by")) {
      out.addLast(
          "ALTER SEQUENCE " + sequence.identity() + " OWNED BY " + sequence.get("owned by"));
    }
  }

  private static void alterSequence(SchemaObject before, SchemaObject after, ScriptWriter out) {
    String alter = "ALTER SEQUENCE " + after.identity();
    if (differ(before, after, "type")) {
      out.add(alter + " AS " + after.get("type"));
    }
    if (differ(
        before, after, "type", "start", "increment", "minimum", "maximum", "cache", "cycle")) {
      out.add(alter + sequenceOptions(after));
    }
    if (differ(before, after, "unlogged")) {
      out.add(alter + (after.is("unlogged") ? " SET UNLOGGED" : " SET LOGGED"));
    }
    if (differ(before, after, "owned by") && !after.is("identity") && !before.is("identity")) {
      if (after.is("owned by")) {
        out.addLast(alter + " OWNED BY " + after.get("owned by"));
      } else {
        out.add(alter + " OWNED BY NONE");
      }
    }
  }

  private static void createOperatorFamily(SchemaObject family, ScriptWriter out) {
    out.add("CREATE " + Names.forAlter(family));
    List<String> members = new ArrayList<>();
    for (String attribute : List.of("operators", "functions")) {
      if (family.is(attribute)) {
        members.add(family.get(attribute));
      }
    }
    if (!members.isEmpty()) {
      out.add("ALTER " + Names.forAlter(family) + " ADD " + String.join(",\n", members));
    }
  }

  private static void createOperatorClass(SchemaObject object, ScriptWriter out) {
    String name = object.identity();
    int using = name.lastIndexOf(" USING ");
    List<String> members = new ArrayList<>();
    for (String attribute : List.of("operators", "functions")) {
      if (object.is(attribute)) {
        members.add(object.get(attribute));
      }
    }
    if (object.is("storage")) {
      members.add("STORAGE " + object.get("storage"));
    }
    out.add(
        "CREATE OPERATOR CLASS "
            + name.substring(0, using)
            + (object.is("default") ? " DEFAULT" : "")
            + " FOR TYPE "
            + object.get("type")
            + name.substring(using)
            + " FAMILY "
            + object.get("family")
            + " AS\n"
            + String.join(",\n", members));
  }

  private static void createEventTrigger(SchemaObject trigger, ScriptWriter out) {
    out.add(
        "CREATE EVENT TRIGGER "
            + trigger.identity()
            + " ON "
            + trigger.get("event")
            + (trigger.is("tags") ? " WHEN TAG IN (" + trigger.get("tags") + ")" : "")
            + " EXECUTE FUNCTION "
            + trigger.get("function")
            + "()");
    if (trigger.is("state")) {
      out.add("ALTER EVENT TRIGGER " + trigger.identity() + " " + state(trigger));
    }
  }

  private static String state(SchemaObject trigger) {
    return switch (Objects.requireNonNullElse(trigger.get("state"), "")) {
      case "DISABLED" -> "DISABLE";
      case "REPLICA" -> "ENABLE REPLICA";
      case "ALWAYS" -> "ENABLE ALWAYS";
      default -> "ENABLE";
    };
  }

  private static List<String> published(SchemaObject publication) {
    List<String> items = new ArrayList<>();
    if (publication.is("tables")) {
      for (String table : publication.get("tables").split(",\n", -1)) {
        items.add("TABLE " + table);
      }
    }
    Statements.list(publication.get("schemas")).forEach(s -> items.add("TABLES IN SCHEMA " + s));
    return items;
  }

  /** Identities of the tables that a publication names. */
  static List<String> publishedTables(SchemaObject publication) {
    return published(publication).stream()
        .filter(item -> item.startsWith("TABLE "))
        .map(item -> withoutColumns(item).substring("TABLE ".length()))
        .toList();
  }

  private static String withoutColumns(String table) {
    return table.replaceFirst("(?s)( \\(| WHERE ).*$", "");
  }

  private static String settings(SchemaObject publication) {
    return "publish = '"
        + Objects.requireNonNullElse(publication.get("publish"), "")
        + "', publish_via_partition_root = "
        + publication.is("via root")
        + (publication.is("generated columns")
            ? ", publish_generated_columns = " + publication.get("generated columns")
            : "");
  }

  private static void createPublication(SchemaObject publication, ScriptWriter out) {
    List<String> items = published(publication);
    out.add(
        "CREATE PUBLICATION "
            + publication.identity()
            + (publication.is("all tables")
                ? " FOR ALL TABLES"
                : items.isEmpty()
                    ? ""
                    : " FOR " + String.join(", ", items).replace(", TABLE ", ", "))
            + " WITH ("
            + settings(publication)
            + ")");
  }

  private static void alterPublication(SchemaObject before, SchemaObject after, ScriptWriter out) {
    String alter = "ALTER PUBLICATION " + after.identity();
    if (differ(before, after, "publish", "via root", "generated columns")) {
      out.add(
          alter
              + " SET ("
              + settings(after)
              + (before.is("generated columns") && !after.is("generated columns")
                  ? ", publish_generated_columns = none"
                  : "")
              + ")");
    }
    List<String> old = published(before);
    List<String> wanted = published(after);
    for (String item : old) {
      if (!wanted.contains(item)) {
        // DROP takes the table alone, without its columns and condition.
        String table = item.startsWith("TABLE ") ? withoutColumns(item) : item;
        if (!item.startsWith("TABLE ")
            || out.to().find(ObjectKind.TABLE, table.substring("TABLE ".length())).isPresent()) {
          out.add(alter + " DROP " + table);
        }
      }
    }
    for (String item : wanted) {
      if (!old.contains(item)) {
        out.add(alter + " ADD " + item);
      }
    }
  }

  private static void mappings(String before, String after, SchemaObject object, ScriptWriter out) {
    String alter = "ALTER " + Names.forAlter(object);
    List<String> old = before == null ? List.of() : before.lines().toList();
    List<String> wanted = after == null ? List.of() : after.lines().toList();
    for (String line : old) {
      if (!wanted.contains(line)) {
        out.add(alter + " DROP MAPPING FOR " + line.substring(0, line.indexOf(": ")));
      }
    }
    for (String line : wanted) {
      if (!old.contains(line)) {
        int colon = line.indexOf(": ");
        out.add(
            alter
                + " ADD MAPPING FOR "
                + line.substring(0, colon)
                + " WITH "
                + line.substring(colon + 2));
      }
    }
  }

  /** Either may be null: then the privileges are what the server gives by itself. */
  static void defaultPrivileges(SchemaObject before, SchemaObject after, ScriptWriter out) {
    SchemaObject object = before == null ? after : before;
    String name = object.identity();
    int on = name.lastIndexOf(" ON ");
    String type = name.substring(on + 4);
    String born = Acl.NOBODY;
    if (!name.contains(" IN SCHEMA ")) {
      born =
          switch (type) {
            case "TABLES" -> Acl.born(ObjectKind.TABLE, out.to().major());
            case "SEQUENCES" -> Acl.born(ObjectKind.SEQUENCE, out.to().major());
            case "FUNCTIONS" -> Acl.born(ObjectKind.FUNCTION, out.to().major());
            case "SCHEMAS" -> Acl.born(ObjectKind.SCHEMA, out.to().major());
            default -> Acl.born(ObjectKind.ENUM, out.to().major());
          };
    }
    int inSchema = name.indexOf(" IN SCHEMA ");
    out.defaultPrivileges(
        "ALTER DEFAULT PRIVILEGES " + name.substring(0, on) + " ",
        type,
        name.substring("FOR ROLE ".length(), inSchema < 0 ? on : inSchema),
        before == null ? born : before.get("privileges"),
        after == null ? born : after.get("privileges"));
  }
}
