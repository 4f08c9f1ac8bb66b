package dev.schemaward.engine.recover;

import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.TokenCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * For a statement, the question to the catalogue whether what it asks for is there: an SQL scalar
 * that is true (it is), false (it is not) or NULL (the catalogue cannot tell). Reads the
 * statement's shape only; whatever it does not know for certain gives NULL.
 */
final class EffectQuery {
  static final String UNKNOWN = "NULL::boolean";

  private EffectQuery() {}

  /** Never null. */
  static String of(Statement statement) {
    TokenCursor cursor = TokenCursor.of(statement);
    String query = null;
    if (cursor.accept("CREATE")) {
      query = create(cursor);
    } else if (cursor.accept("DROP")) {
      query = drop(cursor);
    } else if (cursor.accept("ALTER", "TABLE")) {
      query = alterTable(cursor);
    } else if (cursor.accept("ALTER", "TYPE")) {
      query = alterType(cursor);
    } else if (cursor.accept("ALTER", "INDEX")) {
      query = rename(cursor);
    }
    return query == null ? UNKNOWN : query;
  }

  private static String create(TokenCursor cursor) {
    boolean replace = cursor.accept("OR", "REPLACE");
    boolean ignored =
        cursor.accept("UNLOGGED")
            || cursor.accept("MATERIALIZED")
            || cursor.accept("RECURSIVE")
            || cursor.accept("FOREIGN");
    if (cursor.accept("TABLE") || cursor.accept("VIEW") || cursor.accept("SEQUENCE")) {
      cursor.accept("IF", "NOT", "EXISTS");
      String there = ifNamed(cursor, name -> relation(name) + " IS NOT NULL");
      return replace ? falseOnly(there) : there;
    }
    if (ignored) {
      return null;
    }
    if (cursor.accept("UNIQUE", "INDEX") || cursor.accept("INDEX")) {
      return createIndex(cursor);
    }
    if (cursor.accept("TYPE") || cursor.accept("DOMAIN")) {
      return ifNamed(cursor, name -> "to_regtype(" + Sql.literal(name) + ") IS NOT NULL");
    }
    if (cursor.accept("SCHEMA")) {
      cursor.accept("IF", "NOT", "EXISTS");
      return cursor.sees("AUTHORIZATION")
          ? null
          : ifNamed(cursor, name -> exists("pg_namespace WHERE nspname = " + folded(name)));
    }
    if (cursor.accept("EXTENSION")) {
      cursor.accept("IF", "NOT", "EXISTS");
      return ifNamed(cursor, name -> exists("pg_extension WHERE extname = " + folded(name)));
    }
    if (cursor.accept("FUNCTION") || cursor.accept("PROCEDURE")) {
      // Its body may be another one.
      return falseOnly(ifNamed(cursor, name -> exists("pg_proc WHERE proname = " + folded(name))));
    }
    boolean trigger = cursor.accept("TRIGGER") || cursor.accept("CONSTRAINT", "TRIGGER");
    if (trigger || cursor.accept("POLICY")) {
      String own = cursor.name();
      cursor.skipTo("ON");
      cursor.skip();
      String table = cursor.name();
      if (own == null || table == null) {
        return null;
      }
      String there =
          trigger
              ? exists(
                  "pg_trigger WHERE tgrelid = " + relation(table) + " AND tgname = " + folded(own))
              : exists(
                  "pg_policy WHERE polrelid = "
                      + relation(table)
                      + " AND polname = "
                      + folded(own));
      return replace ? falseOnly(there) : there;
    }
    return null;
  }

  private static String createIndex(TokenCursor cursor) {
    cursor.accept("CONCURRENTLY");
    cursor.accept("IF", "NOT", "EXISTS");
    if (cursor.sees("ON")) {
      return null;
    }
    String index = cursor.name();
    if (index == null || !cursor.accept("ON")) {
      return null;
    }
    cursor.accept("ONLY");
    return ifNamed(
        cursor,
        table ->
            exists(
                "pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = "
                    + relation(table)
                    + " AND i.indisvalid AND c.relname = "
                    + folded(index)));
  }

  private static String drop(TokenCursor cursor) {
    cursor.accept("MATERIALIZED");
    cursor.accept("FOREIGN");
    Function<String, String> gone;
    if (cursor.accept("TABLE")
        || cursor.accept("VIEW")
        || cursor.accept("SEQUENCE")
        || cursor.accept("INDEX", "CONCURRENTLY")
        || cursor.accept("INDEX")) {
      gone = name -> relation(name) + " IS NULL";
    } else if (cursor.accept("TYPE") || cursor.accept("DOMAIN")) {
      gone = name -> "to_regtype(" + Sql.literal(name) + ") IS NULL";
    } else if (cursor.accept("SCHEMA")) {
      gone = name -> "NOT " + exists("pg_namespace WHERE nspname = " + folded(name));
    } else if (cursor.accept("EXTENSION")) {
      gone = name -> "NOT " + exists("pg_extension WHERE extname = " + folded(name));
    } else {
      return null;
    }
    cursor.accept("IF", "EXISTS");
    List<String> all = new ArrayList<>();
    for (TokenCursor part : cursor.parts()) {
      String name = part.name();
      if (name == null) {
        return null;
      }
      all.add(gone.apply(name));
    }
    return together(all);
  }

  private static String alterTable(TokenCursor cursor) {
    cursor.accept("IF", "EXISTS");
    cursor.accept("ONLY");
    String table = cursor.name();
    if (table == null) {
      return null;
    }
    if (cursor.sees("RENAME")) {
      return renameInTable(cursor, table);
    }
    List<String> all = new ArrayList<>();
    for (TokenCursor action : cursor.parts()) {
      String query = action(action, table);
      if (query == null) {
        return null;
      }
      all.add(query);
    }
    return together(all);
  }

  private static String action(TokenCursor action, String table) {
    if (action.accept("ADD", "CONSTRAINT")) {
      return ifNamed(action, name -> constraint(table, name, ""));
    }
    if (action.accept("ADD")) {
      if (action.sees("PRIMARY")
          || action.sees("UNIQUE")
          || action.sees("FOREIGN")
          || action.sees("CHECK")
          || action.sees("EXCLUDE")) {
        return null;
      }
      action.accept("COLUMN");
      action.accept("IF", "NOT", "EXISTS");
      return ifNamed(action, name -> column(table, name, ""));
    }
    if (action.accept("DROP", "CONSTRAINT")) {
      action.accept("IF", "EXISTS");
      return ifNamed(action, name -> "NOT " + constraint(table, name, ""));
    }
    if (action.accept("DROP")) {
      action.accept("COLUMN");
      action.accept("IF", "EXISTS");
      return ifNamed(action, name -> "NOT " + column(table, name, ""));
    }
    if (action.accept("VALIDATE", "CONSTRAINT")) {
      return ifNamed(action, name -> constraint(table, name, " AND convalidated"));
    }
    if (action.accept("ENABLE", "ROW", "LEVEL", "SECURITY")) {
      return exists("pg_class WHERE oid = " + relation(table) + " AND relrowsecurity");
    }
    if (action.accept("DISABLE", "ROW", "LEVEL", "SECURITY")) {
      return exists("pg_class WHERE oid = " + relation(table) + " AND NOT relrowsecurity");
    }
    if (action.accept("ALTER")) {
      action.accept("COLUMN");
      return ifNamed(
          action,
          name -> {
            if (action.accept("SET", "NOT", "NULL")) {
              return column(table, name, " AND attnotnull");
            }
            if (action.accept("DROP", "NOT", "NULL")) {
              return column(table, name, " AND NOT attnotnull");
            }
            if (action.accept("DROP", "DEFAULT")) {
              return column(table, name, " AND NOT atthasdef");
            }
            // There may have been another default before.
            return action.accept("SET", "DEFAULT")
                ? falseOnly(column(table, name, " AND atthasdef"))
                : null;
          });
    }
    return null;
  }

  private static String renameInTable(TokenCursor cursor, String table) {
    cursor.accept("RENAME");
    if (cursor.accept("TO")) {
      return ifNamed(cursor, name -> renamed(table, name));
    }
    if (cursor.accept("CONSTRAINT")) {
      return fromTo(cursor, name -> constraint(table, name, ""));
    }
    cursor.accept("COLUMN");
    return fromTo(cursor, name -> column(table, name, ""));
  }

  private static String rename(TokenCursor cursor) {
    cursor.accept("IF", "EXISTS");
    String index = cursor.name();
    return index != null && cursor.accept("RENAME", "TO")
        ? ifNamed(cursor, name -> renamed(index, name))
        : null;
  }

  /** The new name stands in the old one's schema. */
  private static String renamed(String old, String name) {
    String own = TokenCursor.last(old);
    String qualifier = old.substring(0, old.length() - own.length());
    return together(
        List.of(relation(old) + " IS NULL", relation(qualifier + name) + " IS NOT NULL"));
  }

  private static String alterType(TokenCursor cursor) {
    String type = cursor.name();
    if (type == null) {
      return null;
    }
    if (cursor.accept("ADD", "VALUE")) {
      cursor.accept("IF", "NOT", "EXISTS");
      String label = cursor.string();
      return label == null ? null : label(type, label);
    }
    if (cursor.accept("RENAME", "VALUE")) {
      String from = cursor.string();
      String to = cursor.accept("TO") ? cursor.string() : null;
      return from == null || to == null
          ? null
          : together(List.of("NOT " + label(type, from), label(type, to)));
    }
    if (cursor.accept("RENAME", "TO")) {
      String own = TokenCursor.last(type);
      String qualifier = type.substring(0, type.length() - own.length());
      return ifNamed(
          cursor,
          name ->
              together(
                  List.of(
                      "to_regtype(" + Sql.literal(type) + ") IS NULL",
                      "to_regtype(" + Sql.literal(qualifier + name) + ") IS NOT NULL")));
    }
    return null;
  }

  private static String fromTo(TokenCursor cursor, Function<String, String> there) {
    String from = cursor.name();
    String to = cursor.accept("TO") ? cursor.name() : null;
    return from == null || to == null
        ? null
        : together(List.of("NOT " + there.apply(from), there.apply(to)));
  }

  private static String ifNamed(TokenCursor cursor, Function<String, String> query) {
    String name = cursor.name();
    return name == null ? null : query.apply(name);
  }

  /** True when all are, false when none is, NULL when some are or one is not known. */
  private static String together(List<String> queries) {
    if (queries.size() == 1) {
      return queries.getFirst();
    }
    return "CASE WHEN ("
        + String.join(") AND (", queries)
        + ") THEN true WHEN NOT (("
        + String.join(") OR (", queries)
        + ")) THEN false END";
  }

  private static String falseOnly(String query) {
    return query == null ? null : "CASE WHEN NOT (" + query + ") THEN false END";
  }

  private static String relation(String name) {
    return "to_regclass(" + Sql.literal(name) + ")";
  }

  private static String folded(String name) {
    return Sql.literal(TokenCursor.fold(TokenCursor.last(name)));
  }

  private static String exists(String fromWhere) {
    return "EXISTS (SELECT FROM pg_catalog." + fromWhere + ")";
  }

  private static String column(String table, String name, String and) {
    return exists(
        "pg_attribute WHERE attrelid = "
            + relation(table)
            + " AND NOT attisdropped AND attname = "
            + folded(name)
            + and);
  }

  private static String constraint(String table, String name, String and) {
    return exists(
        "pg_constraint WHERE conrelid = "
            + relation(table)
            + " AND conname = "
            + folded(name)
            + and);
  }

  private static String label(String type, String label) {
    return exists(
        "pg_enum WHERE enumtypid = to_regtype("
            + Sql.literal(type)
            + ")::oid AND enumlabel = "
            + label);
  }
}
