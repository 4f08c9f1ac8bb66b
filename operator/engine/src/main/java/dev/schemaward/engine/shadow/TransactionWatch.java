package dev.schemaward.engine.shadow;

import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.shadow.Catalogue.ForeignKey;
import dev.schemaward.engine.shadow.Catalogue.Held;
import dev.schemaward.engine.shadow.Catalogue.Relation;
import dev.schemaward.engine.shadow.StatementEffects.RelationLock;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Watches one transaction statement by statement. Every effect leaves a relation lock behind until
 * the transaction ends, so after each statement only the locked relations are looked at: from
 * inside the transaction as they are, by an observer's session as everybody else still sees them.
 * What the transaction itself has made nobody else can see, and is left out.
 */
final class TransactionWatch {
  private final Session worker;
  private final Session observer;
  private final Map<Long, Long> scans;
  private final long newest;

  /** As everybody else sees it; empty for what this transaction has made. */
  private final Map<Long, Optional<Relation>> before = new HashMap<>();

  private final Map<Long, Set<String>> modes = new HashMap<>();

  /** The file each relation had after the statement before. */
  private final Map<Long, Long> files = new HashMap<>();

  private final Set<Long> knownFiles = new HashSet<>();
  private final Set<Long> builtIndexes = new HashSet<>();

  /** Tables whose foreign keys are known, and which of these held for all rows. */
  private final Set<Long> tablesWithKeys = new HashSet<>();

  private final Set<Long> validated = new HashSet<>();

  /** Begins to watch; the worker's transaction must just have begun. */
  TransactionWatch(Session worker, Session observer) throws SQLException {
    this.worker = worker;
    this.observer = observer;
    this.newest = Catalogue.newest(worker);
    this.scans = Catalogue.scansBefore(worker);
  }

  /** What the statement that has just ended did. */
  StatementEffects after(Statement statement, double durationMs) throws SQLException {
    List<Held> held = Catalogue.held(worker, newest);
    learn(held);
    boolean truncates = statement.kind().command().equals("TRUNCATE");
    Map<String, String> locks = new TreeMap<>();
    Set<String> rewrites = new TreeSet<>();
    Set<String> indexBuilds = new TreeSet<>();
    Set<Long> scanned = new HashSet<>();
    for (Held relation : held) {
      Optional<Relation> known = before.get(relation.oid());
      if (known.isEmpty()) {
        newIndex(relation).ifPresent(indexBuilds::add);
        continue;
      }
      newLock(relation).ifPresent(mode -> locks.put(known.get().name(), mode));
      if (fileChanged(relation) && !truncates) {
        if (known.get().isTable()) {
          rewrites.add(known.get().name());
        } else if (known.get().isIndex()) {
          indexBuilds.add(known.get().name());
        }
      }
      long seen = scans.getOrDefault(relation.oid(), 0L);
      if (relation.scans() != seen) {
        scans.put(relation.oid(), relation.scans());
        // TRUNCATE builds the indexes of a table that is empty by then.
        if (known.get().isTable() && !truncates) {
          scanned.add(relation.oid());
        }
      }
    }
    Set<String> scannedNames = new TreeSet<>();
    if (ReadsAll.applies(statement)) {
      Optional<ReadsAll.Tables> query = tablesOfQuery(statement);
      boolean ofRows = query.isEmpty() || !query.get().named().isEmpty();
      Optional<String> function =
          ofRows ? ReadsAll.ownFunction(worker, statement) : Optional.empty();
      if (function.isPresent() && locks.values().stream().allMatch(TransactionWatch::isWeak)) {
        return StatementEffects.notMeasured(
            "it calls the function "
                + function.get()
                + ", which the shadow may not have run: it has no rows");
      }
      query.ifPresent(
          tables -> {
            before.values().stream()
                .flatMap(Optional::stream)
                .map(Relation::name)
                .filter(tables.whole()::contains)
                .forEach(scannedNames::add);
            // What is left was read by functions that the query called.
            scanned.removeIf(oid -> tables.named().contains(before.get(oid).orElseThrow().name()));
          });
    }
    scanned.forEach(oid -> scannedNames.add(before.get(oid).orElseThrow().name()));
    scannedNames.addAll(referencedByNewForeignKeys(held, scanned));
    return new StatementEffects(
        locks.entrySet().stream().map(e -> new RelationLock(e.getKey(), e.getValue())).toList(),
        List.copyOf(rewrites),
        List.copyOf(scannedNames),
        List.copyOf(indexBuilds),
        durationMs,
        null);
  }

  /** Asks the observer about relations that are locked for the first time. */
  private void learn(List<Held> held) throws SQLException {
    List<Long> unknown =
        held.stream().map(Held::oid).filter(oid -> !before.containsKey(oid)).toList();
    if (unknown.isEmpty()) {
      return;
    }
    Map<Long, Relation> committed = Catalogue.relations(observer, unknown);
    for (Long oid : unknown) {
      Relation relation = committed.get(oid);
      // Temporary and TOAST relations that the transaction dropped: their names are gone there.
      boolean uninteresting = relation != null && relation.name().matches("pg_(toast|temp).*");
      before.put(oid, uninteresting ? Optional.empty() : Optional.ofNullable(relation));
      if (relation != null) {
        files.put(oid, relation.file());
        knownFiles.add(relation.file());
      }
    }
  }

  private Optional<String> newLock(Held relation) {
    Set<String> had = modes.computeIfAbsent(relation.oid(), oid -> new HashSet<>());
    int strongestBefore = LockMode.strongest(had).map(LockMode::strength).orElse(-1);
    Optional<String> strongest = LockMode.strongest(relation.modes());
    had.addAll(relation.modes());
    return strongest.filter(mode -> LockMode.strength(mode) > strongestBefore);
  }

  private boolean fileChanged(Held relation) {
    if (relation.now() == null) {
      return false;
    }
    Long file = files.put(relation.oid(), relation.now().file());
    return file != null && file != relation.now().file();
  }

  /**
   * An index that the transaction made on a table that others see. One that took over the file of
   * an index that was dropped with it (ALTER TYPE without a rewrite) was not built.
   */
  private Optional<String> newIndex(Held relation) {
    Relation index = relation.now();
    if (index == null || !index.isIndex() || !builtIndexes.add(index.oid())) {
      return Optional.empty();
    }
    boolean onKnownTable = before.getOrDefault(index.table(), Optional.empty()).isPresent();
    return onKnownTable && !knownFiles.contains(index.file())
        ? Optional.of(index.name())
        : Optional.empty();
  }

  private static boolean isWeak(String mode) {
    return LockMode.strength(mode) < LockMode.strength("ShareUpdateExclusiveLock");
  }

  private Optional<ReadsAll.Tables> tablesOfQuery(Statement statement) throws SQLException {
    Optional<ReadsAll.Tables> tables = ReadsAll.of(worker, statement);
    // What planning read is not the next statement's.
    for (Held relation : Catalogue.held(worker, newest)) {
      scans.put(relation.oid(), relation.scans());
    }
    return tables;
  }

  /**
   * The query that checks a new foreign key joins both tables; on empty ones it ends before it has
   * looked at the referenced one.
   */
  private Set<String> referencedByNewForeignKeys(List<Held> held, Set<Long> scanned)
      throws SQLException {
    Set<Long> tables = new HashSet<>();
    for (Held relation : held) {
      boolean mayChange =
          LockMode.strongest(relation.modes()).map(LockMode::strength).orElse(-1)
              >= LockMode.strength("ShareUpdateExclusiveLock");
      Optional<Relation> known = before.get(relation.oid());
      if (mayChange && known.isPresent() && !known.get().isIndex()) {
        tables.add(relation.oid());
      }
    }
    if (tables.isEmpty()) {
      return Set.of();
    }
    Set<Long> first = new HashSet<>(tables);
    first.removeAll(tablesWithKeys);
    if (!first.isEmpty()) {
      tablesWithKeys.addAll(first);
      Catalogue.validatedForeignKeys(observer, first).forEach(key -> validated.add(key.oid()));
    }
    Set<String> referenced = new HashSet<>();
    Set<Long> now = new HashSet<>();
    for (ForeignKey key : Catalogue.validatedForeignKeys(worker, tables)) {
      now.add(key.oid());
      if (!validated.contains(key.oid()) && scanned.contains(key.table())) {
        before
            .getOrDefault(key.references(), Optional.empty())
            .filter(Relation::isTable)
            .ifPresent(table -> referenced.add(table.name()));
      }
    }
    validated.clear();
    validated.addAll(now);
    return referenced;
  }
}
