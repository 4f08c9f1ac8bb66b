package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import java.util.List;
import java.util.Locale;

/**
 * A constraint that a table has at some point of the plan.
 *
 * @param name null when PostgreSQL chose it and the plan does not say
 * @param type {@code pg_constraint.contype}: c, f, n, p, u, x
 * @param definition text that holds the CHECK expression
 * @param references table of a foreign key, as written; null otherwise
 * @param transaction number of the plan's transaction that made it; -1 when it was there before
 */
record KnownConstraint(
    String name,
    char type,
    boolean validated,
    List<String> columns,
    String definition,
    Name references,
    int transaction) {
  KnownConstraint {
    columns = List.copyOf(columns);
  }

  KnownConstraint valid() {
    return new KnownConstraint(name, type, true, columns, definition, references, transaction);
  }

  /**
   * True when it proves that the column holds no NULL: a valid NOT NULL, or a valid CHECK of which
   * {@code column IS NOT NULL} is one of the conditions joined by AND.
   */
  boolean provesNotNull(String column) {
    if (!validated) {
      return false;
    }
    if (type == 'n' || type == 'p') {
      return columns.contains(column);
    }
    return type == 'c' && conditions().contains(comparable(Name.quoted(column) + " IS NOT NULL"));
  }

  /** The column of a CHECK that says {@code column IS NOT NULL} and no more; null otherwise. */
  String onlyNotNull() {
    List<String> conditions = conditions();
    return type == 'c'
            && conditions.size() == 1
            && conditions.getFirst().matches("[^ ()]+ is not null")
        ? conditions.getFirst().substring(0, conditions.getFirst().indexOf(' '))
        : null;
  }

  /** True when the column's name stands in a CHECK. */
  boolean mentions(String column) {
    return type == 'c'
        && (columns.contains(column)
            || comparable(definition)
                .matches(
                    ".*(?<![a-z0-9_])"
                        + java.util.regex.Pattern.quote(column.toLowerCase(Locale.ROOT))
                        + "(?![a-z0-9_]).*"));
  }

  private List<String> conditions() {
    String text = comparable(definition);
    if (text.startsWith("check")) {
      text = text.substring("check".length()).strip();
    }
    text = text.replace(" not valid", "").replace(" no inherit", "");
    text = withoutOuterParentheses(text);
    return split(text);
  }

  private static List<String> split(String text) {
    List<String> parts = new java.util.ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (depth == 0 && text.startsWith(" or ", i)) {
        return List.of();
      } else if (depth == 0 && text.startsWith(" and ", i)) {
        parts.add(withoutOuterParentheses(text.substring(from, i).strip()));
        from = i + " and ".length();
      }
    }
    parts.add(withoutOuterParentheses(text.substring(from).strip()));
    return parts;
  }

  private static String withoutOuterParentheses(String text) {
    String inner = text.strip();
    while (inner.startsWith("(") && closes(inner) == inner.length() - 1) {
      inner = inner.substring(1, inner.length() - 1).strip();
    }
    return inner;
  }

  private static int closes(String text) {
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      depth += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    return -1;
  }

  private static String comparable(String sql) {
    return sql == null
        ? ""
        : sql.replace("\"", "").replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }
}
