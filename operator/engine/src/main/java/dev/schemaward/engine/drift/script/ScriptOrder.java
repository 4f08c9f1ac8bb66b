package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import dev.schemaward.engine.drift.SchemaObject.Key;
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

  private static final Comparator<Key> BY_KIND =
      Comparator.comparing((Key key) -> KINDS.indexOf(key.kind())).thenComparing(Key::identity);

  private ScriptOrder() {}

  static List<Key> drops(SchemaSnapshot from, Set<Key> dropped) {
    List<Key> order =
        new ArrayList<>(sort(dropped, key -> needs(from, from.objects().get(key), Set.of())));
    Collections.reverse(order);
    return order;
  }

  static List<Key> builds(SchemaSnapshot to, Set<Key> builds, Set<Key> created) {
    Map<String, Set<Key>> columnNeeds = new HashMap<>();
    for (Key key : created) {
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
          Set<Key> needs = needs(to, object, created);
          // A new table is made with its columns: it needs what they need.
          if (key.kind() == ObjectKind.TABLE) {
            for (Key need : columnNeeds.getOrDefault(key.identity(), Set.of())) {
              if (need.kind() != ObjectKind.COLUMN && !need.equals(key)) {
                needs.add(need);
              }
            }
          }
          return needs;
        });
  }

  private static Set<Key> needs(SchemaSnapshot in, SchemaObject object, Set<Key> created) {
    Set<Key> needs = new HashSet<>(in.dependencies().dependsOn(object.key()));
    if (object.parent() != null) {
      for (ObjectKind kind :
          List.of(
              ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.DOMAIN)) {
        needs.add(new Key(kind, object.parent()));
      }
    }
    for (Key key : List.copyOf(needs)) {
      addConstraintOf(in.objects().get(key), object, needs);
    }
    addConstraintOf(object, object, needs);
    if (object.kind() == ObjectKind.SEQUENCE && object.is("identity")) {
      needs.add(new Key(ObjectKind.COLUMN, object.get("owned by")));
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
  private static void addConstraintOf(SchemaObject index, SchemaObject object, Set<Key> needs) {
    if (index != null && index.kind() == ObjectKind.INDEX && index.is("constraint")) {
      Key constraint =
          new Key(ObjectKind.CONSTRAINT, index.parent() + "." + index.get("constraint"));
      if (!constraint.equals(object.key())) {
        needs.add(constraint);
      }
    }
  }

  private static boolean ownIndex(SchemaSnapshot in, SchemaObject constraint, Key index) {
    SchemaObject object = in.objects().get(index);
    return object != null
        && constraint.parent().equals(object.parent())
        && constraint.localName().equals(object.get("constraint"));
  }

  private static List<Key> sort(Set<Key> keys, Function<Key, Set<Key>> needsOf) {
    Map<Key, Set<Key>> waitsFor = new HashMap<>();
    Map<Key, List<Key>> waiting = new HashMap<>();
    TreeSet<Key> ready = new TreeSet<>(BY_KIND);
    TreeSet<Key> stuck = new TreeSet<>(BY_KIND);
    for (Key key : keys) {
      Set<Key> needs = new HashSet<>(needsOf.apply(key));
      needs.retainAll(keys);
      needs.remove(key);
      waitsFor.put(key, needs);
      needs.forEach(need -> waiting.computeIfAbsent(need, k -> new ArrayList<>()).add(key));
      (needs.isEmpty() ? ready : stuck).add(key);
    }
    List<Key> order = new ArrayList<>();
    while (!ready.isEmpty() || !stuck.isEmpty()) {
      Key next = ready.isEmpty() ? stuck.pollFirst() : ready.pollFirst();
      order.add(next);
      for (Key key : waiting.getOrDefault(next, List.of())) {
        Set<Key> needs = waitsFor.get(key);
        needs.remove(next);
        if (needs.isEmpty() && stuck.remove(key)) {
          ready.add(key);
        }
      }
    }
    return order;
  }
}
