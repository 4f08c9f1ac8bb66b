package dev.schemaward.engine.drift;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which objects of a snapshot depend on which, from {@code pg_depend}. What the server keeps apart
 * and a person does not (a view's rule, a table's row type, a column's default, an array type)
 * counts as the object that it belongs to.
 */
public final class DependencyGraph {
  /**
   * Address, address that it depends on, kind of dependency; {@code =} for "is a part of". Leaves
   * out what a publication or a sequence knows of its tables: both would make circles.
   */
  static final String EDGES =
      """
      SELECT d.classid || '.' || d.objid || '.' || d.objsubid, d.refclassid || '.' || d.refobjid || '.' || d.refobjsubid,
        d.deptype::text
      FROM pg_depend d LEFT JOIN pg_class s ON d.classid = 'pg_class'::regclass AND s.oid = d.objid AND s.relkind = 'S'
      WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype <> 'e' AND s.oid IS NULL
        AND d.refclassid <> 'pg_namespace'::regclass
        AND d.classid <> 'pg_publication_rel'::regclass
      UNION ALL
      SELECT 'pg_attrdef'::regclass::oid || '.' || oid || '.0', 'pg_class'::regclass::oid || '.' || adrelid || '.' || adnum, '='
      FROM pg_attrdef WHERE oid >= 16384
      UNION ALL
      SELECT 'pg_rewrite'::regclass::oid || '.' || oid || '.0', 'pg_class'::regclass::oid || '.' || ev_class || '.0', '='
      FROM pg_rewrite WHERE oid >= 16384 AND rulename = '_RETURN'\
      """;

  private final Map<ObjectKey, Set<ObjectKey>> dependsOn;
  private final Map<ObjectKey, Set<ObjectKey>> dependents;

  private DependencyGraph(Map<ObjectKey, Set<ObjectKey>> dependsOn) {
    this.dependsOn = dependsOn;
    this.dependents = new HashMap<>();
    dependsOn.forEach(
        (key, on) ->
            on.forEach(other -> dependents.computeIfAbsent(other, k -> new TreeSet<>()).add(key)));
  }

  /** What either of two graphs says. */
  DependencyGraph union(DependencyGraph other) {
    Map<ObjectKey, Set<ObjectKey>> both = new HashMap<>();
    for (DependencyGraph graph : List.of(this, other)) {
      graph.dependsOn.forEach(
          (key, on) -> both.computeIfAbsent(key, k -> new TreeSet<>()).addAll(on));
    }
    return new DependencyGraph(both);
  }

  /** What {@code key} cannot exist without; never itself. */
  public Set<ObjectKey> dependsOn(ObjectKey key) {
    return dependsOn.getOrDefault(key, Set.of());
  }

  /** What cannot exist without {@code key}; never itself. */
  public Set<ObjectKey> dependents(ObjectKey key) {
    return dependents.getOrDefault(key, Set.of());
  }

  /** Collects addresses and edges in any order. */
  static final class Builder {
    private final Map<String, ObjectKey> nodes = new HashMap<>();
    private final Map<String, String> partOf = new HashMap<>();
    private final List<String[]> edges = new ArrayList<>();

    void clear() {
      nodes.clear();
      partOf.clear();
      edges.clear();
    }

    void node(String address, ObjectKey key) {
      nodes.put(address, key);
    }

    void edge(String from, String to, String kind) {
      switch (kind) {
        case "=" -> partOf.put(from, to);
        case "i" -> {
          partOf.put(from, to); // says more than an "a"
          edges.add(new String[] {from, to});
        }
        case "a" -> {
          if (!nodes.containsKey(from)) {
            partOf.putIfAbsent(from, to);
          }
          edges.add(new String[] {from, to});
        }
        default -> edges.add(new String[] {from, to});
      }
    }

    DependencyGraph build() {
      Map<ObjectKey, Set<ObjectKey>> result = new HashMap<>();
      for (String[] edge : edges) {
        ObjectKey from = resolve(edge[0], new HashSet<>());
        ObjectKey to = resolve(edge[1], new HashSet<>());
        if (from != null && to != null && !from.equals(to)) {
          result.computeIfAbsent(from, key -> new TreeSet<>()).add(to);
        }
      }
      return new DependencyGraph(result);
    }

    private ObjectKey resolve(String address, Set<String> seen) {
      ObjectKey known = nodes.get(address);
      if (known != null || !seen.add(address)) {
        return known;
      }
      String owner = partOf.get(address);
      if (owner != null) {
        return resolve(owner, seen);
      }
      int dot = address.lastIndexOf('.');
      return address.endsWith(".0") ? null : nodes.get(address.substring(0, dot) + ".0");
    }
  }
}
