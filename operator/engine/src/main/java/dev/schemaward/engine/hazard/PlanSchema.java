package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.catalog.LiveCatalog.Index;
import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.ConstraintDefinition;
import dev.schemaward.engine.sql.command.TypeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The schema as it will be at one point of the plan: the live catalogue, and what the statements
 * before that point made of it. Where the catalogue is unknown, what the plan says is all that is
 * known. {@link SchemaEffects} moves it on.
 */
final class PlanSchema {
  private final LiveCatalog live;

  /** Relations that the plan creates; nobody uses them yet. */
  private final Set<String> created = new HashSet<>();

  private final Set<String> schemas = new HashSet<>();
  private final Set<String> gone = new HashSet<>();
  private final Map<String, String> renamedFrom = new HashMap<>();
  private final Map<String, List<KnownConstraint>> constraints = new HashMap<>();
  private final Map<String, List<Index>> indexes = new HashMap<>();
  private final Map<String, Map<String, TypeName>> types = new HashMap<>();
  private final Map<String, Set<String>> notNull = new HashMap<>();
  private final Map<String, Set<String>> added = new HashMap<>();
  private final Set<String> written = new HashSet<>();
  private final Map<String, Boolean> domains = new HashMap<>();
  private final Map<String, String> indexTables = new HashMap<>();

  /** Types of the live database's columns, and whether each is a domain with constraints. */
  private Map<String, Boolean> columnTypes;

  /** Partitions of the live database by their parent. */
  private Map<String, List<Relation>> partitionsOf;

  private final Set<String> partitioned = new HashSet<>();
  private final Map<String, String> partitionOf = new HashMap<>();

  /** Grows with each change of the search_path: an unqualified name is then another object. */
  private int path;

  PlanSchema(LiveCatalog live) {
    this.live = live;
  }

  /** True when the catalogue of the live database was read. */
  boolean known() {
    return live.serverVersion() > 0;
  }

  /** One key for all ways to write a relation's name. */
  String key(Name name) {
    if (name.schema() != null) {
      return name.toString();
    }
    if (path > 0) {
      return "?" + path + "." + name.name();
    }
    Relation relation = live.find(name.name());
    if (relation != null) {
      return relation.name();
    }
    return (live.schemas().isEmpty() ? "public" : live.schemas().getFirst()) + "." + name.name();
  }

  /** The relation in the live database; null when there is none, or nothing is known. */
  Relation live(Name name) {
    return liveByKey(key(name));
  }

  private Relation liveByKey(String key) {
    if (created.contains(key)) {
      return null;
    }
    String before = renamedFrom.getOrDefault(key, key);
    return gone.contains(key) ? null : live.relations().get(before);
  }

  /** True when the live database is known to have no such relation at this point of the plan. */
  boolean isAbsent(Name name) {
    String key = key(name);
    if (!known() || key.startsWith("?") || live(name) != null || created.contains(key)) {
      return false;
    }
    String schema = key.substring(0, key.indexOf('.') + 1);
    return live.schemas().stream().anyMatch(s -> schema.equals(s + "."))
        || live.relations().keySet().stream().anyMatch(other -> other.startsWith(schema));
  }

  /** True when the plan itself created it: it may do with it as it likes. */
  boolean isNew(Name name) {
    return created.contains(key(name));
  }

  /**
   * True when the plan itself created the relation of this catalogue name, or it is part of such a
   * one (an index, a TOAST table): the live database does not know it.
   */
  boolean isNew(String qualified) {
    return created.contains(qualified)
        || (known()
            && !live.relations().containsKey(qualified)
            && !renamedFrom.containsKey(qualified));
  }

  void createSchema(String name) {
    schemas.add(name);
  }

  /** True when the plan itself created the schema. */
  boolean isNewSchema(String name) {
    return schemas.contains(name);
  }

  void create(Name name) {
    String key = key(name);
    created.add(key);
    gone.remove(key);
    renamedFrom.remove(key);
    forget(key);
  }

  void drop(Name name) {
    String key = key(name);
    created.remove(key);
    renamedFrom.remove(key);
    gone.add(key);
    forget(key);
  }

  private void forget(String key) {
    constraints.remove(key);
    indexes.remove(key);
    types.remove(key);
    notNull.remove(key);
  }

  void rename(Name name, Name to) {
    String from = key(name);
    String target = key(to);
    boolean wasNew = created.remove(from);
    if (wasNew) {
      created.add(target);
    } else {
      renamedFrom.put(target, renamedFrom.getOrDefault(from, from));
      created.remove(target);
    }
    renamedFrom.remove(from);
    gone.add(from);
    gone.remove(target);
    move(constraints, from, target);
    move(indexes, from, target);
    move(types, from, target);
    move(notNull, from, target);
  }

  private static <V> void move(Map<String, V> map, String from, String to) {
    V value = map.remove(from);
    if (value != null) {
      map.put(to, value);
    }
  }

  /** From here on, nobody can say what an unqualified name means. */
  void changeSearchPath() {
    path++;
  }

  /** A rollback: what the plan created may be gone. */
  void forgetCreated() {
    created.clear();
  }

  /** Total size in bytes, partitions included; -1 when not known. */
  long bytes(Name name) {
    Relation relation = live(name);
    return relation == null ? -1 : bytes(relation, 0);
  }

  private long bytes(Relation relation, int depth) {
    long bytes = relation.bytes();
    if (relation.kind() == 'p' && bytes == 0 && depth < 8) {
      for (Relation part : partitions(relation.name())) {
        bytes += bytes(part, depth + 1);
      }
    }
    return bytes;
  }

  /** Rows, partitions included, as the planner estimates them; -1 when not known. */
  long rows(Name name) {
    Relation relation = live(name);
    if (relation == null) {
      return -1;
    }
    if (relation.kind() != 'p' || relation.rows() > 0) {
      return relation.rows();
    }
    long rows = 0;
    for (Relation part : partitions(relation.name())) {
      rows += Math.max(0, part.rows());
    }
    return rows;
  }

  private List<Relation> partitions(String parent) {
    if (partitionsOf == null) {
      partitionsOf = new HashMap<>();
      for (Relation relation : live.relations().values()) {
        if (relation.partitionOf() != null) {
          partitionsOf
              .computeIfAbsent(relation.partitionOf(), key -> new ArrayList<>())
              .add(relation);
        }
      }
    }
    return partitionsOf.getOrDefault(parent, List.of());
  }

  /** Partitions of a table in the live database, as names. */
  List<Name> partitions(Name parent) {
    Relation relation = live(parent);
    return relation == null
        ? List.of()
        : partitions(relation.name()).stream()
            .map(part -> name(part.name()))
            .sorted(java.util.Comparator.comparing(Name::toString))
            .toList();
  }

  /** True when it is known to be a partitioned table. */
  boolean isPartitioned(Name name) {
    Relation relation = live(name);
    return partitioned.contains(key(name)) || (relation != null && relation.kind() == 'p');
  }

  void markPartitioned(Name name) {
    partitioned.add(key(name));
  }

  /** Parent of a partition; null when it is none, or not known to be one. */
  Name parent(Name name) {
    Relation relation = live(name);
    String parent =
        partitionOf.getOrDefault(key(name), relation == null ? null : relation.partitionOf());
    return parent == null || parent.isEmpty() ? null : name(parent);
  }

  void attach(Name partition, Name parent) {
    partitionOf.put(key(partition), key(parent));
  }

  void detach(Name partition) {
    partitionOf.put(key(partition), "");
  }

  /** Constraints that the table is known to have. */
  List<KnownConstraint> constraints(Name table) {
    return constraints.computeIfAbsent(key(table), this::liveConstraints);
  }

  private List<KnownConstraint> liveConstraints(String key) {
    List<KnownConstraint> known = new ArrayList<>();
    Relation relation = liveByKey(key);
    if (relation != null) {
      for (LiveCatalog.Constraint c : relation.constraints()) {
        known.add(
            new KnownConstraint(
                c.name(),
                c.type(),
                c.validated(),
                c.columns(),
                c.definition(),
                c.references() == null ? null : name(c.references()),
                -1));
      }
    }
    return known;
  }

  /** The constraint of this name; null when it is not known. */
  KnownConstraint constraint(Name table, String constraint) {
    return constraints(table).stream()
        .filter(c -> constraint.equals(c.name()))
        .findFirst()
        .orElse(null);
  }

  void add(Name table, ConstraintDefinition definition, int transaction) {
    char type =
        switch (definition.kind()) {
          case CHECK -> 'c';
          case NOT_NULL -> 'n';
          case UNIQUE -> 'u';
          case PRIMARY_KEY -> 'p';
          case FOREIGN_KEY -> 'f';
          case EXCLUDE -> 'x';
        };
    String name =
        definition.name() == null ? Naming.constraint(table, definition) : definition.name();
    constraints(table)
        .add(
            new KnownConstraint(
                name,
                type,
                !definition.notValid() && !definition.notEnforced(),
                definition.columns(),
                definition.expression() == null ? "" : definition.expression(),
                definition.references(),
                transaction));
    if (type == 'p' || type == 'u') {
      indexes(table).add(new Index(name, true, true, false, definition.columns()));
    }
  }

  void validate(Name table, String constraint) {
    constraints(table).replaceAll(c -> String.valueOf(constraint).equals(c.name()) ? c.valid() : c);
  }

  void dropConstraint(Name table, String constraint) {
    constraints(table).removeIf(c -> constraint.equals(c.name()));
  }

  /** Indexes that the table is known to have. */
  List<Index> indexes(Name table) {
    return indexes.computeIfAbsent(
        key(table),
        key -> {
          Relation relation = liveByKey(key);
          return relation == null ? new ArrayList<>() : new ArrayList<>(relation.indexes());
        });
  }

  void addIndex(Name table, Name index, boolean unique, boolean partial, List<String> columns) {
    String key =
        index == null
            ? ""
            : key(
                index.schema() == null && table.schema() != null
                    ? new Name(table.schema(), index.name())
                    : index);
    indexes(table).add(new Index(key, unique, true, partial, columns));
    indexTables.put(key, key(table));
  }

  /** Table of an index; null when not known. */
  Name tableOfIndex(Name index) {
    String table = indexTables.get(key(index));
    if (table == null) {
      Relation relation = live(index);
      table = relation == null ? null : relation.table();
    }
    return table == null ? null : name(table);
  }

  /** The index of this name in the live database or the plan; null when there is none. */
  Index index(Name table, String index) {
    return indexes(table).stream()
        .filter(i -> i.name().equals(index) || i.name().endsWith("." + index))
        .findFirst()
        .orElse(null);
  }

  void dropIndex(Name index) {
    Name table = tableOfIndex(index);
    if (table != null) {
      indexes(table).removeIf(i -> i.name().equals(key(index)));
    }
    indexTables.remove(key(index));
    gone.add(key(index));
  }

  /** A column's type; null when not known. */
  TypeName type(Name table, String column) {
    TypeName type = types.getOrDefault(key(table), Map.of()).get(column);
    if (type != null) {
      return type;
    }
    LiveCatalog.Column live = liveColumn(table, column);
    return live == null ? null : TypeName.of(live.type());
  }

  void setType(Name table, String column, TypeName type) {
    types.computeIfAbsent(key(table), key -> new HashMap<>()).put(column, type);
  }

  /** A column in the live database; null when not known. */
  LiveCatalog.Column liveColumn(Name table, String column) {
    Relation relation = live(table);
    return relation == null
        ? null
        : relation.columns().stream().filter(c -> c.name().equals(column)).findFirst().orElse(null);
  }

  /** True when the column is known to be NOT NULL. */
  boolean isNotNull(Name table, String column) {
    if (notNull.getOrDefault(key(table), Set.of()).contains(column)) {
      return true;
    }
    LiveCatalog.Column live = liveColumn(table, column);
    return live != null && live.notNull();
  }

  void setNotNull(Name table, String column) {
    notNull.computeIfAbsent(key(table), key -> new HashSet<>()).add(column);
  }

  void dropNotNull(Name table, String column) {
    notNull.computeIfAbsent(key(table), key -> new HashSet<>()).remove(column);
  }

  void addColumn(Name table, String column) {
    added.computeIfAbsent(key(table), key -> new HashSet<>()).add(column);
  }

  /** True when the plan adds the column: the live database does not have it yet. */
  boolean isAdded(Name table, String column) {
    return added.getOrDefault(key(table), Set.of()).contains(column);
  }

  /** True when the plan adds a column to the table. */
  boolean addsColumns(Name table) {
    return added.containsKey(key(table));
  }

  void write(Name table) {
    written.add(key(table));
  }

  /** True when the plan writes rows of the table. */
  boolean isWritten(Name table) {
    return written.contains(key(table));
  }

  void addDomain(Name name, boolean constrained) {
    domains.put(name.name(), constrained);
  }

  /** True when the type is a domain that is known to have constraints. */
  boolean isConstrainedDomain(TypeName type) {
    return Boolean.TRUE.equals(constrainedDomain(type));
  }

  /**
   * Whether a type is a domain that has constraints: known when it is built in, when the plan makes
   * it, or when a column of the live database has it; null when not known.
   */
  Boolean constrainedDomain(TypeName type) {
    String base = type.base();
    String name = base.substring(base.lastIndexOf('.') + 1);
    Boolean made = domains.get(name);
    if (type.builtIn() || made != null || isNew(new Name(null, name))) {
      return Boolean.TRUE.equals(made);
    }
    if (columnTypes == null) {
      columnTypes = new HashMap<>();
      for (Relation relation : live.relations().values()) {
        for (LiveCatalog.Column column : relation.columns()) {
          columnTypes.merge(
              TypeName.of(column.type()).base(), column.domainWithChecks(), Boolean::logicalOr);
        }
      }
    }
    return columnTypes.get(base);
  }

  /** Foreign keys of other tables that point at this one, in the live database. */
  List<Relation> referencing(Name table) {
    Relation relation = live(table);
    return relation == null
        ? List.of()
        : live.relations().values().stream()
            .filter(other -> !other.name().equals(relation.name()))
            .filter(
                other ->
                    other.constraints().stream()
                        .anyMatch(c -> relation.name().equals(c.references())))
            .toList();
  }

  LiveCatalog catalog() {
    return live;
  }

  /** A catalogue's {@code schema.name} as a name; without the schema when a query needs none. */
  Name name(String qualified) {
    int dot = qualified.indexOf('.');
    if (dot < 0) {
      return new Name(null, qualified);
    }
    String schema = qualified.substring(0, dot);
    String name = qualified.substring(dot + 1);
    boolean first =
        path == 0
            && (live.schemas().isEmpty()
                ? schema.equals("public")
                : schema.equals(live.schemas().getFirst()));
    return new Name(first ? null : schema, name);
  }
}
