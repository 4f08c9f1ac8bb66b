package dev.schemaward.engine.drift.script;

import dev.schemaward.engine.drift.ObjectKey;
import dev.schemaward.engine.drift.ObjectKind;
import dev.schemaward.engine.drift.SchemaObject;
import dev.schemaward.engine.drift.SchemaSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides what is dropped, what is made and what is altered, so that nothing is dropped that
 * something else still needs: what stands on a thing that must be made anew is made anew with it,
 * unless that would lose data.
 */
final class ScriptPlan {
  private final SchemaSnapshot from;
  private final SchemaSnapshot to;
  private final Set<ObjectKey> dropped = new TreeSet<>();
  private final Set<ObjectKey> created = new TreeSet<>();
  private final Set<ObjectKey> altered = new TreeSet<>();
  private final Set<ObjectKey> defaultsLifted = new TreeSet<>();
  private final List<String> refused = new ArrayList<>();
  private final Deque<ObjectKey> toPropagate = new ArrayDeque<>();
  private final Set<ObjectKey> impliedlyDropped = new TreeSet<>();

  private ScriptPlan(SchemaSnapshot from, SchemaSnapshot to) {
    this.from = from;
    this.to = to;
  }

  static ScriptPlan of(SchemaSnapshot from, SchemaSnapshot to) {
    ScriptPlan plan = new ScriptPlan(from, to);
    plan.decide();
    return plan;
  }

  List<String> refused() {
    return refused;
  }

  private void decide() {
    Set<ObjectKey> keys = new TreeSet<>(from.objects().keySet());
    keys.addAll(to.objects().keySet());
    for (ObjectKey key : keys) {
      SchemaObject before = from.objects().get(key);
      SchemaObject after = to.objects().get(key);
      if (after == null) {
        drop(key);
      } else if (before == null) {
        created.add(key);
      } else if (!before.attributes().equals(after.attributes())) {
        String impossible = Changes.impossible(before, after);
        if (impossible != null) {
          refused.add(key + ": " + impossible);
        } else if (Changes.needsRecreation(before, after)) {
          recreate(key);
        } else {
          altered.add(key);
          if (Changes.disturbsDependents(before, after)) {
            toPropagate.add(key);
          }
        }
      }
    }
    while (!toPropagate.isEmpty()) {
      propagate(toPropagate.poll());
    }
    createPartsOfWhatIsCreated();
    altered.removeAll(created);
    altered.removeAll(dropped);
  }

  private void drop(ObjectKey key) {
    if (dropped.add(key)) {
      toPropagate.add(key);
    }
  }

  private void recreate(ObjectKey key) {
    ObjectKey constraint = constraintOf(from.objects().get(key));
    if (constraint != null && from.objects().containsKey(constraint)) {
      if (to.objects().containsKey(constraint)) {
        recreate(constraint);
      }
      return;
    }
    if (dropped.contains(key)) {
      return;
    }
    created.add(key);
    drop(key);
  }

  /** The constraint that an index belongs to; null for another object. */
  private static ObjectKey constraintOf(SchemaObject object) {
    return object.kind() == ObjectKind.INDEX && object.is("constraint")
        ? new ObjectKey(ObjectKind.CONSTRAINT, object.parent() + "." + object.get("constraint"))
        : null;
  }

  /** What stands on {@code key}, which goes or changes its nature. */
  private void propagate(ObjectKey key) {
    boolean gone = dropped.contains(key) || impliedlyDropped.contains(key);
    for (ObjectKey dependent : from.dependencies().dependents(key)) {
      SchemaObject object = from.objects().get(dependent);
      if (object == null || dropped.contains(dependent)) {
        continue;
      }
      if (goesWithParent(object)) {
        if (gone && impliedlyDropped.add(dependent)) {
          toPropagate.add(dependent);
        }
        continue;
      }
      if (isPartOfDropped(object, key)) {
        continue;
      }
      if (!to.objects().containsKey(dependent)) {
        drop(dependent);
        continue;
      }
      if (!gone && Changes.serverFollows(dependent.kind(), key.kind())) {
        continue;
      }
      disturb(dependent, object, key);
    }
  }

  private void disturb(ObjectKey dependent, SchemaObject object, ObjectKey because) {
    switch (dependent.kind()) {
      case VIEW,
          MATERIALIZED_VIEW,
          FUNCTION,
          AGGREGATE,
          TRIGGER,
          RULE,
          POLICY,
          CONSTRAINT,
          INDEX,
          STATISTICS,
          OPERATOR,
          OPERATOR_CLASS,
          OPERATOR_FAMILY,
          CAST,
          EVENT_TRIGGER,
          DOMAIN_CONSTRAINT,
          TEXT_SEARCH_DICTIONARY,
          TEXT_SEARCH_CONFIGURATION ->
          recreate(dependent);
      case COLUMN -> {
        if (object.is("generated") && because.kind() != ObjectKind.ENUM) {
          recreate(dependent);
        } else if (object.is("default") && !isType(because.kind())) {
          defaultsLifted.add(dependent);
          altered.add(dependent);
        } else if (because.kind() == ObjectKind.ENUM && !dropped.contains(because)) {
          // Its type is exchanged under it; what stands on it must know.
          toPropagate.add(dependent);
        } else {
          refused.add(because + ": " + dependent + " is of it; changing that would lose its data");
        }
      }
      default -> refused.add(because + ": " + dependent + " stands on it and cannot be made anew");
    }
  }

  private static boolean isType(ObjectKind kind) {
    return switch (kind) {
      case ENUM, COMPOSITE_TYPE, DOMAIN, RANGE_TYPE, BASE_TYPE, TABLE -> true;
      default -> false;
    };
  }

  private static boolean isPartOfDropped(SchemaObject object, ObjectKey key) {
    return object.parent() != null && object.parent().equals(key.identity());
  }

  /** True when dropping what it is a part of drops it. */
  private boolean goesWithParent(SchemaObject object) {
    if (object.parent() != null && isDroppedRelation(object.parent())) {
      return true;
    }
    ObjectKey constraint = constraintOf(object);
    if (constraint != null && dropped.contains(constraint)) {
      return true;
    }
    return switch (object.kind()) {
      case SEQUENCE ->
          object.is("owned by")
              && (dropped.contains(new ObjectKey(ObjectKind.COLUMN, object.get("owned by")))
                  || isDroppedRelation(parentOfColumn(object.get("owned by"))));
      case COLUMN, CONSTRAINT, TRIGGER -> object.is("inherited");
      case INDEX -> object.is("partition of");
      default -> false;
    };
  }

  private boolean isDroppedRelation(String identity) {
    return dropped.contains(new ObjectKey(ObjectKind.TABLE, identity))
        || dropped.contains(new ObjectKey(ObjectKind.VIEW, identity))
        || dropped.contains(new ObjectKey(ObjectKind.MATERIALIZED_VIEW, identity))
        || dropped.contains(new ObjectKey(ObjectKind.DOMAIN, identity));
  }

  private static String parentOfColumn(String column) {
    return column.substring(0, column.length() - Names.unqualified(column).length() - 1);
  }

  private void createPartsOfWhatIsCreated() {
    Set<String> relations = new HashSet<>();
    Set<ObjectKey> constraints = new HashSet<>();
    Set<String> columns = new HashSet<>();
    for (ObjectKey key : created) {
      switch (key.kind()) {
        case TABLE, VIEW, MATERIALIZED_VIEW, DOMAIN -> relations.add(key.identity());
        case CONSTRAINT -> constraints.add(key);
        case COLUMN -> columns.add(key.identity());
        default -> {
          continue;
        }
      }
    }
    for (SchemaObject object : to.objects().values()) {
      ObjectKey constraint = constraintOf(object);
      if ((object.parent() != null && relations.contains(object.parent()))
          || (constraint != null && constraints.contains(constraint))
          || (object.kind() == ObjectKind.SEQUENCE
              && object.is("identity")
              && columns.contains(object.get("owned by")))) {
        created.add(object.key());
      }
    }
  }

  void write(ScriptWriter out) {
    for (ObjectKey key : defaultsLifted) {
      SchemaObject column = from.objects().get(key);
      if (!goesWithParent(column)) {
        out.add(
            "ALTER TABLE "
                + column.parent()
                + " ALTER COLUMN "
                + column.localName()
                + " DROP DEFAULT");
      }
    }
    for (ObjectKey key : ScriptOrder.drops(from, dropped)) {
      SchemaObject object = from.objects().get(key);
      if (!goesWithParent(object)) {
        Statements.drop(object, out, created.contains(key));
      }
    }
    Set<ObjectKey> builds = new TreeSet<>(created);
    builds.addAll(altered);
    for (ObjectKey key : ScriptOrder.builds(to, builds, created)) {
      SchemaObject after = to.objects().get(key);
      if (created.contains(key)) {
        Statements.create(after, out, created);
      } else {
        SchemaObject before = from.objects().get(key);
        Statements.alter(
            defaultsLifted.contains(key) ? Changes.without(before, "default") : before, after, out);
      }
    }
  }
}
