package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.Acl;
import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import dev.schemaward.engine.drift.SchemaSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Collects a script's statements, and writes what all kinds of objects have: owner, comment,
 * privileges.
 */
final class ScriptWriter {
  private final SchemaSnapshot from;
  private final SchemaSnapshot to;
  private final String actor;
  private final List<String> statements = new ArrayList<>();
  private final List<String> last = new ArrayList<>();
  private final Set<String> losesData = new LinkedHashSet<>();
  private final Set<String> refused = new LinkedHashSet<>();

  ScriptWriter(SchemaSnapshot from, SchemaSnapshot to, String actor) {
    this.from = from;
    this.to = to;
    this.actor = actor;
  }

  SchemaSnapshot from() {
    return from;
  }

  SchemaSnapshot to() {
    return to;
  }

  void add(String statement) {
    String text = statement.strip();
    statements.add(text.endsWith(";") ? text.substring(0, text.length() - 1) : text);
  }

  /** A statement that must wait until everything exists. */
  void addLast(String statement) {
    last.add(statement);
  }

  void losesData(String what) {
    losesData.add(what);
  }

  void refuse(String what) {
    refused.add(what);
  }

  SchemaScript script() {
    List<String> all = new ArrayList<>(statements);
    all.addAll(last);
    return new SchemaScript(all, List.copyOf(losesData), List.copyOf(refused));
  }

  /** Owner, privileges and comment of an object that has just been created. */
  void finishCreated(SchemaObject object) {
    String owner = object.get("owner");
    if (owner != null && !owner.equals(actor)) {
      add("ALTER " + Names.forAlter(object) + " OWNER TO " + owner);
    }
    if (Names.grantable(object.kind())) {
      privileges(object, initial(object), effective(object));
    }
    if (object.is("comment")) {
      comment(object);
    }
  }

  /** The same of an object that stays. */
  void finishAltered(SchemaObject before, SchemaObject after) {
    if (after.is("owner") && !Objects.equals(before.get("owner"), after.get("owner"))) {
      add("ALTER " + Names.forAlter(after) + " OWNER TO " + after.get("owner"));
    }
    if (Names.grantable(after.kind())
        && !Objects.equals(before.get("privileges"), after.get("privileges"))) {
      Map<String, List<String>> has = Acl.parse(effective(before));
      if (after.is("owner")) {
        // What the new owner was granted before has become part of what it has as owner.
        has.remove(after.get("owner"));
      }
      privileges(after, has, effective(after));
    }
    if (!Objects.equals(before.get("comment"), after.get("comment"))) {
      comment(after);
    }
  }

  private void comment(SchemaObject object) {
    add(
        "COMMENT ON "
            + Names.forComment(object)
            + " IS "
            + (object.is("comment") ? Names.literal(object.get("comment")) : "NULL"));
  }

  private String effective(SchemaObject object) {
    return object.is("privileges") ? object.get("privileges") : Acl.born(object.kind(), to.major());
  }

  /** What a new object's privileges are: the server's, and what default privileges add. */
  private Map<String, List<String>> initial(SchemaObject object) {
    String type =
        switch (object.kind()) {
          case TABLE, VIEW, MATERIALIZED_VIEW -> "TABLES";
          case SEQUENCE -> "SEQUENCES";
          case FUNCTION, AGGREGATE -> "FUNCTIONS";
          case SCHEMA -> "SCHEMAS";
          default -> "TYPES";
        };
    String role = "FOR ROLE " + actor;
    Map<String, List<String>> privileges =
        from.find(ObjectKind.DEFAULT_PRIVILEGES, role + " ON " + type)
            .map(defaults -> Acl.parse(defaults.get("privileges")))
            .orElseGet(() -> Acl.parse(Acl.born(object.kind(), to.major())));
    String schema = object.kind() == ObjectKind.SCHEMA ? "" : Names.schema(object.identity());
    from.find(ObjectKind.DEFAULT_PRIVILEGES, role + " IN SCHEMA " + schema + " ON " + type)
        .ifPresent(
            defaults ->
                Acl.parse(defaults.get("privileges"))
                    .forEach(
                        (grantee, more) ->
                            privileges
                                .computeIfAbsent(grantee, key -> new ArrayList<>())
                                .addAll(more)));
    return privileges;
  }

  /** Turns these privileges into those. */
  private void privileges(SchemaObject object, Map<String, List<String>> has, String wants) {
    String column = object.kind() == ObjectKind.COLUMN ? " (" + object.localName() + ")" : "";
    change(has, Acl.parse(wants), " ON " + Names.forGrant(object), object.get("owner"), column, "");
  }

  /** Default privileges: {@code ALTER DEFAULT PRIVILEGES …} before every statement. */
  void defaultPrivileges(String prefix, String on, String role, String has, String wants) {
    change(Acl.parse(has), Acl.parse(wants), " ON " + on, role, "", prefix);
  }

  private void change(
      Map<String, List<String>> has,
      Map<String, List<String>> wants,
      String on,
      String owner,
      String column,
      String prefix) {
    Map<String, List<String>> all = new LinkedHashMap<>(has);
    wants.forEach(all::putIfAbsent);
    for (String grantee : all.keySet()) {
      List<String> now = has.getOrDefault(grantee, List.of());
      List<String> then = wants.getOrDefault(grantee, List.of());
      String name = grantee.equals(Acl.OWNER) ? owner : grantee;
      if (name == null) {
        name = "CURRENT_USER";
      }
      List<String> gone = now.stream().filter(p -> !then.contains(p)).map(Names::bare).toList();
      List<String> fresh = then.stream().filter(p -> !now.contains(p)).toList();
      List<String> plain = new ArrayList<>(fresh.stream().filter(p -> !p.endsWith("*")).toList());
      // A privilege that loses its grant option was revoked as a whole.
      if (!gone.isEmpty()) {
        add(prefix + "REVOKE " + list(gone, column) + on + " FROM " + name);
      }
      if (!plain.isEmpty()) {
        add(prefix + "GRANT " + list(plain, column) + on + " TO " + name);
      }
      List<String> withOption =
          fresh.stream().filter(p -> p.endsWith("*")).map(Names::bare).toList();
      if (!withOption.isEmpty()) {
        add(
            prefix
                + "GRANT "
                + list(withOption, column)
                + on
                + " TO "
                + name
                + " WITH GRANT OPTION");
      }
    }
  }

  private static String list(List<String> privileges, String column) {
    return String.join(", ", privileges.stream().map(p -> p + column).toList());
  }
}
