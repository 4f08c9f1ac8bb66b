package dev.schemaward.engine.drift;

import dev.schemaward.engine.connect.Session;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that the schemas of a database consisted of at one moment. Holds no OID, no row, no
 * statistic and no state of a sequence: VACUUM, ANALYZE and the application's work do not change
 * it. Objects that belong to an extension are represented by the extension and its version.
 */
public final class SchemaSnapshot {
  private final int major;
  private final NavigableMap<SchemaObject.Key, SchemaObject> objects;

  private SchemaSnapshot(int major, NavigableMap<SchemaObject.Key, SchemaObject> objects) {
    this.major = major;
    this.objects = Collections.unmodifiableNavigableMap(objects);
  }

  /**
   * Reads the catalogue; one transaction that reads only. The session must not be in a transaction.
   */
  public static SchemaSnapshot read(Session session, SchemaScope scope) throws SQLException {
    NavigableMap<SchemaObject.Key, SchemaObject> objects = new TreeMap<>();
    CatalogReader.read(session, scope, object -> objects.put(object.key(), object), objects::clear);
    return new SchemaSnapshot(session.majorVersion(), objects);
  }

  /** A snapshot of these objects. */
  static SchemaSnapshot of(int major, Collection<SchemaObject> objects) {
    NavigableMap<SchemaObject.Key, SchemaObject> sorted = new TreeMap<>();
    objects.forEach(object -> sorted.put(object.key(), object));
    return new SchemaSnapshot(major, sorted);
  }

  /** Major version of the server that it was read from, for example {@code 18}. */
  public int major() {
    return major;
  }

  /** All objects, by kind and identity. */
  public Map<SchemaObject.Key, SchemaObject> objects() {
    return objects;
  }

  /** The object of this kind and identity. */
  public Optional<SchemaObject> find(ObjectKind kind, String identity) {
    return Optional.ofNullable(objects.get(new SchemaObject.Key(kind, identity)));
  }

  /** All objects of a kind, by identity. */
  public List<SchemaObject> of(ObjectKind kind) {
    return objects.values().stream().filter(object -> object.kind() == kind).toList();
  }

  /** Lower-case hex SHA-256 of the canonical form. */
  public String fingerprint() {
    SchemaFingerprint.Digest digest = new SchemaFingerprint.Digest();
    objects.values().forEach(digest::add);
    return digest.hex();
  }
}
