package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Everything that the schemas of a database consisted of at one moment. Holds no OID, no row, no
 * statistic and no state of a sequence: VACUUM, ANALYZE and the application's work do not change
 * it. Objects that belong to an extension are represented by the extension and its version.
 */
public final class SchemaSnapshot {
  private final int major;
  private final NavigableMap<ObjectKey, SchemaObject> objects;

  private final DependencyGraph dependencies;

  private SchemaSnapshot(
      int major, NavigableMap<ObjectKey, SchemaObject> objects, DependencyGraph dependencies) {
    this.major = major;
    this.dependencies = dependencies;
    this.objects = Collections.unmodifiableNavigableMap(objects);
  }

  /**
   * Reads the catalogue; one transaction that reads only. The session must not be in a transaction.
   */
  public static SchemaSnapshot read(Session session, SchemaScope scope) throws SQLException {
    NavigableMap<ObjectKey, SchemaObject> objects = new TreeMap<>();
    DependencyGraph.Builder graph = new DependencyGraph.Builder();
    CatalogReader.read(
        session,
        scope,
        object -> objects.put(object.key(), object),
        () -> {
          objects.clear();
          graph.clear();
        },
        graph);
    return new SchemaSnapshot(session.majorVersion(), objects, graph.build());
  }

  /** Major version of the server that it was read from, for example {@code 18}. */
  public int major() {
    return major;
  }

  /** All objects, by kind and identity. */
  public Map<ObjectKey, SchemaObject> objects() {
    return objects;
  }

  /** The object of this kind and identity. */
  public Optional<SchemaObject> find(ObjectKind kind, String identity) {
    return Optional.ofNullable(objects.get(new ObjectKey(kind, identity)));
  }

  /** All objects of a kind, by identity. */
  public List<SchemaObject> of(ObjectKind kind) {
    return objects.values().stream().filter(object -> object.kind() == kind).toList();
  }

  /** Which of them depend on which. */
  public DependencyGraph dependencies() {
    return dependencies;
  }

  /**
   * This snapshot with every object put through {@code change}, which may give null to leave it
   * out.
   */
  SchemaSnapshot map(UnaryOperator<SchemaObject> change) {
    NavigableMap<ObjectKey, SchemaObject> changed = new TreeMap<>();
    for (SchemaObject object : objects.values()) {
      SchemaObject other = change.apply(object);
      if (other != null) {
        changed.put(other.key(), other);
      }
    }
    return new SchemaSnapshot(major, changed, dependencies);
  }

  /** This snapshot, but like {@code other} in everything that is ignored. */
  SchemaSnapshot ignoring(SchemaSnapshot other, List<DriftIgnore> ignores) {
    if (ignores.isEmpty()) {
      return this;
    }
    NavigableMap<ObjectKey, SchemaObject> blended = new TreeMap<>();
    Set<ObjectKey> keys = new TreeSet<>(objects.keySet());
    keys.addAll(other.objects.keySet());
    for (ObjectKey key : keys) {
      SchemaObject ours = objects.get(key);
      SchemaObject theirs = other.objects.get(key);
      SchemaObject any = ours == null ? theirs : ours;
      SchemaObject chosen =
          ignores.stream().anyMatch(ignore -> ignore.matches(any, null))
              ? theirs
              : ours == null || theirs == null ? ours : blend(ours, theirs, ignores);
      if (chosen != null) {
        blended.put(key, chosen);
      }
    }
    return new SchemaSnapshot(major, blended, dependencies.union(other.dependencies));
  }

  private static SchemaObject blend(
      SchemaObject ours, SchemaObject theirs, List<DriftIgnore> ignores) {
    Map<String, String> attributes = new HashMap<>(ours.attributes());
    for (Drift.Attribute attribute : SchemaComparison.differences(ours, theirs)) {
      if (ignores.stream().anyMatch(ignore -> ignore.matches(ours, attribute.name()))) {
        if (theirs.is(attribute.name())) {
          attributes.put(attribute.name(), theirs.get(attribute.name()));
        } else {
          attributes.remove(attribute.name());
        }
      }
    }
    return new SchemaObject(ours.kind(), ours.identity(), ours.parent(), attributes);
  }

  /** Lower-case hex SHA-256 of the canonical form. */
  public String fingerprint() {
    SchemaFingerprint.Digest digest = new SchemaFingerprint.Digest();
    objects.values().forEach(digest::add);
    return digest.hex();
  }
}
