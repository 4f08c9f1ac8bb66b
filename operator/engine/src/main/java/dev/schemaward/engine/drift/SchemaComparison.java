package dev.schemaward.engine.drift;

import dev.schemaward.engine.drift.Drift.Change;
import dev.schemaward.engine.drift.Drift.Severity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Holds an expected schema against a found one. What cannot matter is left out: the order of
 * columns, and the parts of an object that is missing or added as a whole.
 *
 * @param drifts by severity, then by kind and name
 * @param ignored what was left out because somebody said so, with the reason, by object
 */
public record SchemaComparison(List<Drift> drifts, Map<ObjectKey, String> ignored) {
  /** Attributes whose difference has no effect, or shows in another one. */
  private static final Set<String> HARMLESS = Set.of("position", "inherited");

  public SchemaComparison {
    drifts = List.copyOf(drifts);
    ignored = Collections.unmodifiableMap(new TreeMap<>(ignored));
  }

  /** Nothing differs. */
  public boolean clean() {
    return drifts.isEmpty();
  }

  /** How many differences have this severity. */
  public long count(Severity severity) {
    return drifts.stream().filter(drift -> drift.severity() == severity).count();
  }

  /** Compares; everything counts that is not harmless. */
  public static SchemaComparison of(SchemaSnapshot expected, SchemaSnapshot found) {
    return of(expected, found, List.of());
  }

  /** Compares, but for what may differ. */
  public static SchemaComparison of(
      SchemaSnapshot expected, SchemaSnapshot found, List<DriftIgnore> ignores) {
    List<Drift> drifts = new ArrayList<>();
    Map<ObjectKey, String> ignored = new TreeMap<>();
    Set<ObjectKey> keys = new TreeSet<>(expected.objects().keySet());
    keys.addAll(found.objects().keySet());
    for (ObjectKey key : keys) {
      SchemaObject before = expected.objects().get(key);
      SchemaObject after = found.objects().get(key);
      Drift drift;
      if (before == null) {
        drift =
            impliedBy(after, expected)
                ? null
                : new Drift(key, Change.ADDED, List.of(), DriftSeverity.added(after));
      } else if (after == null) {
        drift =
            impliedBy(before, found)
                ? null
                : new Drift(key, Change.MISSING, List.of(), DriftSeverity.missing(before));
      } else {
        drift = changed(before, after, ignores, ignored);
      }
      if (drift == null) {
        continue;
      }
      SchemaObject object = before == null ? after : before;
      DriftIgnore matching =
          ignores.stream().filter(ignore -> ignore.matches(object, null)).findFirst().orElse(null);
      if (matching == null) {
        drifts.add(drift);
      } else {
        ignored.put(key, matching.reason());
      }
    }
    drifts.sort(Comparator.comparing(Drift::severity).thenComparing(Drift::object));
    return new SchemaComparison(drifts, ignored);
  }

  /** True when another object, which is reported, takes this one with it. */
  private static boolean impliedBy(SchemaObject object, SchemaSnapshot notIn) {
    if (object.parent() != null && !has(notIn, object.parent())) {
      return true;
    }
    return switch (object.kind()) {
      case INDEX -> goesWithItsConstraint(object, notIn) || goesWithItsParent(object, notIn);
      case SEQUENCE ->
          object.is("owned by") && notIn.find(ObjectKind.COLUMN, object.get("owned by")).isEmpty();
      case COLUMN, CONSTRAINT, TRIGGER -> object.is("inherited");
      default -> false;
    };
  }

  private static boolean goesWithItsConstraint(SchemaObject index, SchemaSnapshot notIn) {
    return index.is("constraint")
        && notIn
            .find(ObjectKind.CONSTRAINT, index.parent() + "." + index.get("constraint"))
            .isEmpty();
  }

  private static boolean goesWithItsParent(SchemaObject index, SchemaSnapshot notIn) {
    return index.is("partition of")
        && notIn.find(ObjectKind.INDEX, index.get("partition of")).isEmpty();
  }

  private static boolean has(SchemaSnapshot snapshot, String parent) {
    return snapshot.find(ObjectKind.TABLE, parent).isPresent()
        || snapshot.find(ObjectKind.VIEW, parent).isPresent()
        || snapshot.find(ObjectKind.MATERIALIZED_VIEW, parent).isPresent()
        || snapshot.find(ObjectKind.DOMAIN, parent).isPresent();
  }

  private static Drift changed(
      SchemaObject before,
      SchemaObject after,
      List<DriftIgnore> ignores,
      Map<ObjectKey, String> ignored) {
    List<Drift.Attribute> attributes = new ArrayList<>();
    for (Drift.Attribute attribute : differences(before, after)) {
      DriftIgnore matching =
          ignores.stream()
              .filter(ignore -> ignore.matches(before, attribute.name()))
              .findFirst()
              .orElse(null);
      if (matching == null) {
        attributes.add(attribute);
      } else {
        ignored.put(before.key(), matching.reason());
      }
    }
    return attributes.isEmpty()
        ? null
        : new Drift(
            before.key(), Change.CHANGED, attributes, DriftSeverity.changed(before, attributes));
  }

  /** In which attributes two objects differ, by name, but for the harmless ones. */
  static List<Drift.Attribute> differences(SchemaObject before, SchemaObject after) {
    if (before.attributes().equals(after.attributes())) {
      return List.of();
    }
    Set<String> names = new TreeSet<>(before.attributes().keySet());
    names.addAll(after.attributes().keySet());
    names.removeAll(HARMLESS);
    return names.stream()
        .filter(name -> !Objects.equals(before.get(name), after.get(name)))
        .map(name -> new Drift.Attribute(name, before.get(name), after.get(name)))
        .toList();
  }
}
