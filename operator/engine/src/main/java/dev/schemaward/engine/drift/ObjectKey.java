package dev.schemaward.engine.drift;

/** Kind and identity of an object: its name among all objects of a snapshot. */
public record ObjectKey(ObjectKind kind, String identity) implements Comparable<ObjectKey> {
  @Override
  public int compareTo(ObjectKey other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : identity.compareTo(other.identity);
  }

  @Override
  public String toString() {
    return kind.label() + " " + identity;
  }
}
