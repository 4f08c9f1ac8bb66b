package dev.schemaward.engine.drift;

import dev.schemaward.engine.bundle.Migration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What a database has from whoever set it up, and no migration mentions: extensions, and the owner
 * and privileges of schemas that were there before. No migration says how it should be, so it is
 * not compared.
 */
final class Environment implements UnaryOperator<SchemaObject> {
  private final Set<String> extensions;
  private final Set<ObjectKey> schemas = new HashSet<>();
  private final Set<String> leftOut = new HashSet<>();

  private final Set<String> madeUpRoles;

  private Environment(Set<String> extensions, Set<String> madeUpRoles) {
    this.extensions = extensions;
    this.madeUpRoles = Set.copyOf(madeUpRoles);
  }

  /**
   * Finds out.
   *
   * @param applied migrations that make the expected schema
   * @param fresh the shadow before them
   * @param replayed the shadow after them
   * @param madeUpRoles roles, quoted where needed, that the shadow made because migrations name
   *     them, with privileges on its schemas that say nothing about the target's
   */
  static Environment of(
      List<Migration> applied,
      SchemaSnapshot fresh,
      SchemaSnapshot replayed,
      Set<String> madeUpRoles) {
    Environment environment =
        new Environment(
            applied.stream()
                .flatMap(migration -> migration.statements().stream())
                .filter(statement -> statement.kind().command().equals("CREATE EXTENSION"))
                .flatMap(statement -> statement.kind().objects().stream())
                .collect(Collectors.toSet()),
            madeUpRoles);
    for (SchemaObject schema : fresh.of(ObjectKind.SCHEMA)) {
      SchemaObject after = replayed.objects().get(schema.key());
      if (after != null && schema.equals(environment.withoutMadeUpRoles(after))) {
        environment.schemas.add(schema.key());
      }
    }
    return environment;
  }

  @Override
  public SchemaObject apply(SchemaObject object) {
    if (object.kind() == ObjectKind.EXTENSION && !extensions.contains(object.identity())) {
      if (!object.identity().equals("plpgsql")) {
        leftOut.add("extension " + object.identity() + ": no migration creates it");
      }
      return null;
    }
    if (object.kind() == ObjectKind.SCHEMA && schemas.contains(object.key())) {
      leftOut.add(
          "owner, privileges and comment of schema "
              + object.identity()
              + ": no migration sets them");
      Map<String, String> attributes = new HashMap<>(object.attributes());
      attributes.keySet().removeAll(Set.of("owner", "privileges", "comment"));
      return new SchemaObject(object.kind(), object.identity(), null, attributes);
    }
    return object.kind() == ObjectKind.SCHEMA ? withoutMadeUpRoles(object) : object;
  }

  private SchemaObject withoutMadeUpRoles(SchemaObject schema) {
    if (!schema.is("privileges")) {
      return schema;
    }
    Map<String, List<String>> privileges = new TreeMap<>(Acl.parse(schema.get("privileges")));
    if (!privileges.keySet().removeAll(madeUpRoles)) {
      return schema;
    }
    Map<String, String> attributes = new HashMap<>(schema.attributes());
    String left = Acl.text(privileges);
    if (left.equals(Acl.born(ObjectKind.SCHEMA, 0))) {
      attributes.remove("privileges");
    } else {
      attributes.put("privileges", left);
    }
    return new SchemaObject(schema.kind(), schema.identity(), null, attributes);
  }

  /** What was left out, for a person. */
  List<String> leftOut() {
    List<String> sorted = new ArrayList<>(leftOut);
    sorted.sort(null);
    return sorted;
  }
}
