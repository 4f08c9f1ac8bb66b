package dev.schemaward.engine.drift;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The roles that a snapshot names: who owns, who may, for whom. */
final class RoleNames {
  private static final String FOR_ROLE = "FOR ROLE ";

  private RoleNames() {}

  /** Every role but PUBLIC and the owner's placeholder, quoted where needed. */
  static Set<String> in(SchemaSnapshot snapshot) {
    Set<String> roles = new TreeSet<>();
    for (SchemaObject object : snapshot.objects().values()) {
      if (object.is("owner")) {
        roles.add(object.get("owner"));
      }
      if (object.is("privileges")) {
        roles.addAll(Acl.parse(object.get("privileges")).keySet());
      }
      if (object.is("roles")) {
        roles.addAll(list(object.get("roles")));
      }
      if (object.kind() == ObjectKind.DEFAULT_PRIVILEGES) {
        roles.add(roleOf(object.identity()));
      }
    }
    roles.removeAll(List.of(Acl.OWNER, "PUBLIC"));
    return roles;
  }

  /** The same snapshot with another name for a role. */
  static SchemaSnapshot renamed(SchemaSnapshot snapshot, String from, String to) {
    return from.equals(to) ? snapshot : snapshot.map(object -> renamed(object, from, to));
  }

  private static SchemaObject renamed(SchemaObject object, String from, String to) {
    Map<String, String> attributes = new HashMap<>(object.attributes());
    attributes.replace("owner", from, to);
    attributes.computeIfPresent(
        "roles",
        (name, roles) ->
            list(roles).stream()
                .map(role -> role.equals(from) ? to : role)
                .sorted()
                .collect(Collectors.joining(", ")));
    attributes.computeIfPresent(
        "privileges",
        (name, text) -> {
          Map<String, List<String>> renamed = new LinkedHashMap<>();
          Acl.parse(text).forEach((role, may) -> renamed.put(role.equals(from) ? to : role, may));
          return Acl.text(new TreeMap<>(renamed));
        });
    String identity = object.identity();
    if (object.kind() == ObjectKind.DEFAULT_PRIVILEGES && roleOf(identity).equals(from)) {
      identity = FOR_ROLE + to + identity.substring(FOR_ROLE.length() + from.length());
    }
    return new SchemaObject(object.kind(), identity, object.parent(), attributes);
  }

  private static String roleOf(String defaultPrivileges) {
    int end = defaultPrivileges.indexOf(" IN SCHEMA ");
    end = end < 0 ? defaultPrivileges.lastIndexOf(" ON ") : end;
    return defaultPrivileges.substring(FOR_ROLE.length(), end);
  }

  private static List<String> list(String roles) {
    return Arrays.asList(roles.split(", ", -1));
  }
}
