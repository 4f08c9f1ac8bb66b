package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.ObjectKey;
import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import dev.schemaward.engine.drift.SchemaSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * In which order: what is needed before what needs it, and among equals by kind. A circle, which
 * only hand-made catalogues have, is cut where the order of kinds cuts it.
 */
final class ScriptOrder {
  private static final List<ObjectKind> KINDS =
      List.of(
          ObjectKind.SCHEMA,
          ObjectKind.EXTENSION,
          ObjectKind.COLLATION,
          ObjectKind.ENUM,
          ObjectKind.COMPOSITE_TYPE,
          ObjectKind.DOMAIN,
          ObjectKind.DOMAIN_CONSTRAINT,
          ObjectKind.RANGE_TYPE,
          ObjectKind.BASE_TYPE,
          ObjectKind.SEQUENCE,
          ObjectKind.FUNCTION,
          ObjectKind.AGGREGATE,
          ObjectKind.OPERATOR,
          ObjectKind.OPERATOR_FAMILY,
          ObjectKind.OPERATOR_CLASS,
          ObjectKind.TEXT_SEARCH_PARSER,
          ObjectKind.TEXT_SEARCH_TEMPLATE,
          ObjectKind.TEXT_SEARCH_DICTIONARY,
          ObjectKind.TEXT_SEARCH_CONFIGURATION,
          ObjectKind.CAST,
          ObjectKind.TABLE,
          ObjectKind.COLUMN,
          ObjectKind.CONSTRAINT,
          ObjectKind.INDEX,
          ObjectKind.STATISTICS,
          ObjectKind.VIEW,
          ObjectKind.MATERIALIZED_VIEW,
          ObjectKind.RULE,
          ObjectKind.TRIGGER,
          ObjectKind.POLICY,
          ObjectKind.EVENT_TRIGGER,
          ObjectKind.PUBLICATION,
          ObjectKind.DEFAULT_PRIVILEGES);

  private static final Comparator<ObjectKey> BY_KIND =
      Comparator.comparing((ObjectKey key) -> KINDS.indexOf(key.kind()))
          .thenComparing(ObjectKey::identity);

  private ScriptOrder() {}

  static List<ObjectKey> drops(SchemaSnapshot from, Set<ObjectKey> dropped) {
    List<ObjectKey> order =
        new ArrayList<>(sort(dropped, key -> needs(from, from.objects().get(key), Set.of())));
    Collections.reverse(order);
    return order;
  }

  static List<ObjectKey> builds(SchemaSnapshot to, Set<ObjectKey> builds, Set<ObjectKey> created) {
    Map<String, Set<ObjectKey>> columnNeeds = new HashMap<>();
    for (ObjectKey key : created) {
      if (key.kind() == ObjectKind.COLUMN) {
        SchemaObject column = to.objects().get(key);
        columnNeeds
            .computeIfAbsent(column.parent(), k -> new HashSet<>())
            .addAll(to.dependencies().dependsOn(key));
      }
    }
    return sort(
        builds,
        key -> {
          SchemaObject object = to.objects().get(key);
          Set<ObjectKey> needs = needs(to, object, created);
          // A new table is made with its columns: it needs what they need.
          if (key.kind() == ObjectKind.TABLE) {
            for (ObjectKey need : columnNeeds.getOrDefault(key.identity(), Set.of())) {
              if (need.kind() != ObjectKind.COLUMN && !need.equals(key)) {
                needs.add(need);
              }
            }
          }
          return needs;
        });
  }

  private static Set<ObjectKey> needs(
      SchemaSnapshot in, SchemaObject object, Set<ObjectKey> created) {
    Set<ObjectKey> needs = new HashSet<>(in.dependencies().dependsOn(object.key()));
    if (object.parent() != null) {
      for (ObjectKind kind :
          List.of(
              ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.DOMAIN)) {
        needs.add(new ObjectKey(kind, object.parent()));
      }
    }
    for (ObjectKey key : List.copyOf(needs)) {
      addConstraintOf(in.objects().get(key), object, needs);
    }
    addConstraintOf(object, object, needs);
    if (object.kind() == ObjectKind.SEQUENCE && object.is("identity")) {
      needs.add(new ObjectKey(ObjectKind.COLUMN, object.get("owned by")));
    }
    if (object.kind() == ObjectKind.PUBLICATION) {
      OtherStatements.publishedTables(object)
          .forEach(table -> needs.add(new ObjectKey(ObjectKind.TABLE, table)));
    }
    if (object.kind() == ObjectKind.COLUMN && object.is("identity")) {
      needs.removeIf(key -> key.kind() == ObjectKind.SEQUENCE);
    }
    if (!created.isEmpty() && object.kind() == ObjectKind.CONSTRAINT) {
      // An index that carries the constraint is made by it.
      needs.removeIf(key -> key.kind() == ObjectKind.INDEX && ownIndex(in, object, key));
    }
    return needs;
  }

  /** Who needs an index that carries a constraint needs the constraint. */
  private static void addConstraintOf(
      SchemaObject index, SchemaObject object, Set<ObjectKey> needs) {
    if (index != null && index.kind() == ObjectKind.INDEX && index.is("constraint")) {
      ObjectKey constraint =
          new ObjectKey(ObjectKind.CONSTRAINT, index.parent() + "." + index.get("constraint"));
      if (!constraint.equals(object.key())) {
        needs.add(constraint);
      }
    }
  }

  private static boolean ownIndex(SchemaSnapshot in, SchemaObject constraint, ObjectKey index) {
    SchemaObject object = in.objects().get(index);
    return object != null
        && constraint.parent().equals(object.parent())
        && constraint.localName().equals(object.get("constraint"));
  }

  private static List<ObjectKey> sort(
      Set<ObjectKey> keys, Function<ObjectKey, Set<ObjectKey>> needsOf) {
    Map<ObjectKey, Set<ObjectKey>> waitsFor = new HashMap<>();
    Map<ObjectKey, List<ObjectKey>> waiting = new HashMap<>();
    TreeSet<ObjectKey> ready = new TreeSet<>(BY_KIND);
    TreeSet<ObjectKey> stuck = new TreeSet<>(BY_KIND);
    for (ObjectKey key : keys) {
      Set<ObjectKey> needs = new HashSet<>(needsOf.apply(key));
      needs.retainAll(keys);
      needs.remove(key);
      waitsFor.put(key, needs);
      needs.forEach(need -> waiting.computeIfAbsent(need, k -> new ArrayList<>()).add(key));
      (needs.isEmpty() ? ready : stuck).add(key);
    }
    List<ObjectKey> order = new ArrayList<>();
    while (!ready.isEmpty() || !stuck.isEmpty()) {
      ObjectKey next = ready.isEmpty() ? stuck.pollFirst() : ready.pollFirst();
      order.add(next);
      for (ObjectKey key : waiting.getOrDefault(next, List.of())) {
        Set<ObjectKey> needs = waitsFor.get(key);
        needs.remove(next);
        if (needs.isEmpty() && stuck.remove(key)) {
          ready.add(key);
        }
      }
    }
    return order;
  }
}
