package dev.schemaward.engine.drift.script;

import static dev.schemaward.engine.drift.script.Changes.differ;

import dev.schemaward.engine.drift.ObjectKey;
import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Tables and their columns. */
final class TableStatements {
  private TableStatements() {}

  static void create(SchemaObject object, ScriptWriter out, Set<ObjectKey> created) {
    if (object.kind() == ObjectKind.COLUMN) {
      createColumn(object, out, created);
    } else {
      createTable(object, out);
    }
  }

  static void alter(SchemaObject before, SchemaObject after, ScriptWriter out) {
    if (after.kind() == ObjectKind.COLUMN) {
      alterColumn(before, after, out);
    } else {
      alterTable(before, after, out);
    }
  }

  private static boolean isPartition(SchemaObject table) {
    return table.is("partition bound");
  }

  private static void createTable(SchemaObject table, ScriptWriter out) {
    StringBuilder sql = new StringBuilder("CREATE ");
    sql.append(table.is("unlogged") ? "UNLOGGED " : "");
    sql.append(Names.forAlter(table));
    List<SchemaObject> columns =
        out.to().of(ObjectKind.COLUMN).stream()
            .filter(column -> column.parent().equals(table.identity()))
            .filter(column -> isPartition(table) || !column.is("inherited"))
            .sorted(Comparator.comparingInt(column -> Integer.parseInt(column.get("position"))))
            .toList();
    if (table.is("of type")) {
      sql.append(" OF ").append(table.get("of type"));
    } else {
      sql.append(" (");
      String separator = "\n  ";
      for (SchemaObject column : columns) {
        sql.append(separator).append(definition(column, out));
        separator = ",\n  ";
      }
      sql.append("\n)");
    }
    if (table.is("inherits") && !isPartition(table)) {
      sql.append(" INHERITS (").append(table.get("inherits")).append(')');
    }
    clause(sql, " SERVER ", table.get("server"), "");
    clause(sql, " OPTIONS (", table.get("foreign options"), ")");
    clause(sql, " PARTITION BY ", table.get("partition key"), "");
    clause(sql, " USING ", table.get("access method"), "");
    List<String> options = new ArrayList<>(Statements.list(table.get("options")));
    Statements.list(table.get("toast options")).forEach(option -> options.add("toast." + option));
    if (!options.isEmpty()) {
      sql.append(" WITH (").append(String.join(", ", options)).append(')');
    }
    clause(sql, " TABLESPACE ", table.get("tablespace"), "");
    out.add(sql.toString());
    if (isPartition(table)) {
      out.addLast(
          "ALTER TABLE "
              + table.get("inherits")
              + " ATTACH PARTITION "
              + table.identity()
              + " "
              + table.get("partition bound"));
    }
    rowSecurity(
        Changes.without(Changes.without(table, "row level security"), "force row level security"),
        table,
        out);
    if (table.is("replica identity")) {
      out.addLast(alterTable(table) + " REPLICA IDENTITY " + table.get("replica identity"));
    }
    out.finishCreated(table);
  }

  private static void clause(StringBuilder sql, String before, String value, String after) {
    if (value != null) {
      sql.append(before).append(value).append(after);
    }
  }

  private static String alterTable(SchemaObject table) {
    return "ALTER " + Names.forAlter(table);
  }

  private static void rowSecurity(SchemaObject before, SchemaObject after, ScriptWriter out) {
    if (differ(before, after, "row level security")) {
      out.add(
          alterTable(after)
              + (after.is("row level security") ? " ENABLE" : " DISABLE")
              + " ROW LEVEL SECURITY");
    }
    if (differ(before, after, "force row level security")) {
      out.add(
          alterTable(after)
              + (after.is("force row level security") ? " FORCE" : " NO FORCE")
              + " ROW LEVEL SECURITY");
    }
  }

  private static void alterTable(SchemaObject before, SchemaObject after, ScriptWriter out) {
    String alter = alterTable(after);
    if (differ(before, after, "unlogged")) {
      out.add(alter + (after.is("unlogged") ? " SET UNLOGGED" : " SET LOGGED"));
    }
    if (differ(before, after, "access method")) {
      out.add(
          alter
              + " SET ACCESS METHOD "
              + Objects.requireNonNullElse(after.get("access method"), "heap"));
    }
    if (differ(before, after, "tablespace")) {
      out.add(
          alter
              + " SET TABLESPACE "
              + Objects.requireNonNullElse(after.get("tablespace"), "pg_default"));
    }
    Statements.options(alter, before, after, "options", "", out);
    Statements.options(alter, before, after, "toast options", "toast.", out);
    rowSecurity(before, after, out);
    inheritance(before, after, out);
    if (differ(before, after, "replica identity")) {
      out.addLast(
          alter
              + " REPLICA IDENTITY "
              + Objects.requireNonNullElse(after.get("replica identity"), "DEFAULT"));
    }
    out.finishAltered(before, after);
  }

  private static void inheritance(SchemaObject before, SchemaObject after, ScriptWriter out) {
    if (!differ(before, after, "inherits", "partition bound")) {
      return;
    }
    String parent = before.get("inherits");
    if (isPartition(before)) {
      out.add("ALTER TABLE " + parent + " DETACH PARTITION " + after.identity());
    } else if (before.is("inherits")) {
      Statements.list(parent).stream()
          .filter(each -> !Statements.list(after.get("inherits")).contains(each))
          .forEach(each -> out.add("ALTER TABLE " + after.identity() + " NO INHERIT " + each));
    }
    if (isPartition(after)) {
      out.addLast(
          "ALTER TABLE "
              + after.get("inherits")
              + " ATTACH PARTITION "
              + after.identity()
              + " "
              + after.get("partition bound"));
    } else if (after.is("inherits")) {
      Statements.list(after.get("inherits")).stream()
          .filter(each -> isPartition(before) || !Statements.list(parent).contains(each))
          .forEach(each -> out.addLast("ALTER TABLE " + after.identity() + " INHERIT " + each));
    }
  }

  /** A column as CREATE TABLE and ADD COLUMN write it. */
  private static String definition(SchemaObject column, ScriptWriter out) {
    StringBuilder sql = new StringBuilder(column.localName());
    sql.append(' ').append(column.get("type"));
    clause(sql, " COLLATE ", column.get("collation"), "");
    clause(sql, " OPTIONS (", column.get("foreign options"), ")");
    clause(sql, " DEFAULT ", column.get("default"), "");
    clause(sql, " GENERATED ALWAYS AS ", column.get("generated"), "");
    if (column.is("identity")) {
      sql.append(identity(column, out));
    }
    if (column.is("not null")) {
      sql.append(" NOT NULL");
    }
    return sql.toString();
  }

  private static String identity(SchemaObject column, ScriptWriter out) {
    String options =
        out.to().of(ObjectKind.SEQUENCE).stream()
            .filter(s -> s.is("identity") && column.identity().equals(s.get("owned by")))
            .findFirst()
            .map(s -> " (SEQUENCE NAME " + s.identity() + OtherStatements.sequenceOptions(s) + ")")
            .orElse("");
    return " GENERATED " + column.get("identity") + " AS IDENTITY" + options;
  }

  private static void createColumn(SchemaObject column, ScriptWriter out, Set<ObjectKey> created) {
    boolean ofView = !column.is("type");
    boolean withTable =
        ofView || created.contains(new ObjectKey(ObjectKind.TABLE, column.parent()));
    if (!withTable && !column.is("inherited")) {
      out.add("ALTER TABLE " + column.parent() + " ADD COLUMN " + definition(column, out));
    }
    SchemaObject plain = column;
    for (String attribute :
        List.of(
            "storage", "compression", "statistics target", "options", "privileges", "comment")) {
      plain = Changes.without(plain, attribute);
    }
    if (ofView || (column.is("inherited") && !isInPartition(column, out))) {
      plain = Changes.without(plain, "default");
    }
    alterColumn(plain, column, out);
  }

  private static boolean isInPartition(SchemaObject column, ScriptWriter out) {
    return out.to()
        .find(ObjectKind.TABLE, column.parent())
        .filter(TableStatements::isPartition)
        .isPresent();
  }

  private static void alterColumn(SchemaObject before, SchemaObject after, ScriptWriter out) {
    String alter = "ALTER TABLE " + after.parent() + " ALTER COLUMN " + after.localName();
    if (!after.is("type")) {
      alter =
          alter.replaceFirst(
              "^ALTER TABLE",
              isMaterialized(after, out) ? "ALTER MATERIALIZED VIEW" : "ALTER VIEW");
    }
    SchemaObject now = before;
    if (before.is("generated") && !after.is("generated")) {
      out.add(alter + " DROP EXPRESSION");
    }
    if (before.is("identity") && !after.is("identity")) {
      out.add(alter + " DROP IDENTITY");
      out.losesData("how far the identity of " + after.identity() + " has counted");
    }
    if (differ(before, after, "type", "collation") && !after.is("inherited")) {
      if (before.is("default")) {
        out.add(alter + " DROP DEFAULT");
        now = Changes.without(now, "default");
      }
      changeType(alter, before, after, out);
    }
    if (differ(now, after, "default")) {
      out.add(
          alter + (after.is("default") ? " SET DEFAULT " + after.get("default") : " DROP DEFAULT"));
    }
    if (differ(before, after, "not null")) {
      out.add(alter + (after.is("not null") ? " SET" : " DROP") + " NOT NULL");
    }
    if (after.is("identity") && differ(before, after, "identity")) {
      out.add(
          before.is("identity")
              ? alter + " SET GENERATED " + after.get("identity")
              : alter + " ADD" + identity(after, out));
    }
    if (differ(before, after, "storage")) {
      out.add(alter + " SET STORAGE " + storage(after));
    }
    if (differ(before, after, "compression")) {
      out.add(
          alter
              + " SET COMPRESSION "
              + Objects.requireNonNullElse(after.get("compression"), "default"));
    }
    if (differ(before, after, "statistics target")) {
      out.add(
          alter
              + " SET STATISTICS "
              + Objects.requireNonNullElse(after.get("statistics target"), "-1"));
    }
    Statements.options(alter, before, after, "options", "", out);
    if (differ(before, after, "foreign options")) {
      out.refuse(after.key() + ": foreign options are left as they are");
    }
    out.finishAltered(before, after);
  }

  private static boolean isMaterialized(SchemaObject column, ScriptWriter out) {
    return out.to().find(ObjectKind.MATERIALIZED_VIEW, column.parent()).isPresent();
  }

  private static void changeType(
      String alter, SchemaObject before, SchemaObject after, ScriptWriter out) {
    out.add(
        alter
            + " TYPE "
            + after.get("type")
            + (after.is("collation") ? " COLLATE " + after.get("collation") : "")
            + (differ(before, after, "type")
                ? " USING " + after.localName() + "::" + after.get("type")
                : ""));
    if (differ(before, after, "type")
        && !TypeChange.keepsEveryValue(before.get("type"), after.get("type"))) {
      out.losesData(
          "what "
              + after.get("type")
              + " cannot hold of the "
              + before.get("type")
              + " in column "
              + after.identity());
    }
  }

  /** The type's own storage, where the column has no other; DEFAULT is known from 16 on. */
  private static String storage(SchemaObject column) {
    if (column.is("storage")) {
      return column.get("storage");
    }
    String type = column.get("type");
    return type.startsWith("numeric") || type.equals("inet") || type.equals("cidr")
        ? "MAIN"
        : "EXTENDED";
  }
}
