package dev.schemaward.engine.drift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Privileges as text: one line a grantee, {@code grantee: PRIVILEGE, PRIVILEGE*}, sorted; {@code *}
 * is WITH GRANT OPTION. The owner is written {@code {owner}}, so that a change of owner is one
 * difference and not two. Who granted is left out.
 */
public final class Acl {
  /** Stands for the object's owner. */
  public static final String OWNER = "{owner}";

  /** The text of an access list in which nobody has anything. */
  public static final String NOBODY = "none";

  private Acl() {}

  /**
   * SQL for the privileges in {@code acl}: NULL when they are what the object is born with.
   *
   * @param owner SQL for the owner's OID
   * @param born what {@link #born} says
   */
  static String sql(String acl, String owner, String born) {
    return "CASE WHEN "
        + acl
        + " IS NOT NULL THEN nullif("
        + effective(acl, owner)
        + ", E'"
        + born.replace("\n", "\\n")
        + "') END";
  }

  /** SQL for the privileges in {@code acl}, whatever they are. */
  static String effective(String acl, String owner) {
    return """
    (SELECT coalesce(string_agg(g.line, E'\\n' ORDER BY g.line COLLATE "C"), 'none') FROM (
      SELECT CASE WHEN e.grantee = 0 THEN 'PUBLIC' WHEN e.grantee = %s THEN '{owner}'
          ELSE quote_ident(pg_get_userbyid(e.grantee)) END || ': ' || string_agg(DISTINCT e.privilege_type
          || CASE WHEN e.is_grantable AND e.grantee <> %s THEN '*' ELSE '' END, ', ') AS line
      FROM aclexplode(%s) e GROUP BY e.grantee) g)\
    """
        .formatted(owner, owner, acl);
  }

  /** The privileges that an object of this kind has when nobody granted or revoked anything. */
  public static String born(ObjectKind kind, int major) {
    return switch (kind) {
      case TABLE, VIEW, MATERIALIZED_VIEW ->
          OWNER
              + ": DELETE, INSERT, "
              + (major >= 17 ? "MAINTAIN, " : "")
              + "REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE";
      case SEQUENCE -> OWNER + ": SELECT, UPDATE, USAGE";
      case FUNCTION, AGGREGATE -> "PUBLIC: EXECUTE\n" + OWNER + ": EXECUTE";
      case ENUM, COMPOSITE_TYPE, DOMAIN, RANGE_TYPE, BASE_TYPE ->
          "PUBLIC: USAGE\n" + OWNER + ": USAGE";
      case SCHEMA -> OWNER + ": CREATE, USAGE";
      default -> NOBODY;
    };
  }

  /** Privileges by grantee, in the text's order. */
  public static Map<String, List<String>> parse(String text) {
    Map<String, List<String>> privileges = new LinkedHashMap<>();
    if (text.equals(NOBODY)) {
      return privileges;
    }
    for (String line : text.lines().toList()) {
      int colon = line.lastIndexOf(": ");
      privileges.put(
          line.substring(0, colon),
          new ArrayList<>(Arrays.asList(line.substring(colon + 2).split(", ", -1))));
    }
    return privileges;
  }

  /** The text again. */
  public static String text(Map<String, List<String>> privileges) {
    return privileges.isEmpty()
        ? NOBODY
        : privileges.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + String.join(", ", entry.getValue()))
            .sorted()
            .collect(Collectors.joining("\n"));
  }
}
