package dev.schemaward.engine.sql;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The name of an object as a statement writes it.
 *
 * @param schema null when not qualified
 * @param name as the catalogue would call it, unquoted
 */
public record Name(String schema, String name) {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  /** Words that PostgreSQL 14 to 18 does not take as a name of a table or column unquoted. */
  private static final Set<String> RESERVED =
      Set.of(
          "all",
          "analyse",
          "analyze",
          "and",
          "any",
          "array",
          "as",
          "asc",
          "asymmetric",
          "authorization",
          "binary",
          "both",
          "case",
          "cast",
          "check",
          "collate",
          "collation",
          "column",
          "concurrently",
          "constraint",
          "create",
          "cross",
          "current_catalog",
          "current_date",
          "current_role",
          "current_schema",
          "current_time",
          "current_timestamp",
          "current_user",
          "default",
          "deferrable",
          "desc",
          "distinct",
          "do",
          "else",
          "end",
          "except",
          "false",
          "fetch",
          "for",
          "foreign",
          "freeze",
          "from",
          "full",
          "grant",
          "group",
          "having",
          "ilike",
          "in",
          "initially",
          "inner",
          "intersect",
          "into",
          "is",
          "isnull",
          "join",
          "lateral",
          "leading",
          "left",
          "like",
          "limit",
          "localtime",
          "localtimestamp",
          "natural",
          "not",
          "notnull",
          "null",
          "offset",
          "on",
          "only",
          "or",
          "order",
          "outer",
          "overlaps",
          "placing",
          "primary",
          "references",
          "returning",
          "right",
          "select",
          "session_user",
          "similar",
          "some",
          "symmetric",
          "system_user",
          "table",
          "tablesample",
          "then",
          "to",
          "trailing",
          "true",
          "union",
          "unique",
          "user",
          "using",
          "variadic",
          "verbose",
          "when",
          "where",
          "window",
          "with");

  /** {@code schema.name} or {@code name}, unquoted, for people. */
  @Override
  public String toString() {
    return schema == null ? name : schema + "." + name;
  }

  /** As SQL, quoted where it must be. */
  public String sql() {
    return schema == null ? quoted(name) : quoted(schema) + "." + quoted(name);
  }

  /** Another object beside this one: same qualification. */
  public Name sibling(String other) {
    return new Name(schema, other);
  }

  /** An identifier as SQL, quoted where it must be. */
  public static String quoted(String identifier) {
    return PLAIN.matcher(identifier).matches()
            && !RESERVED.contains(identifier.toLowerCase(Locale.ROOT))
        ? identifier
        : "\"" + identifier.replace("\"", "\"\"") + "\"";
  }
}
