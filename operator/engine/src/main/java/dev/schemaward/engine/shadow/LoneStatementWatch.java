package dev.schemaward.engine.shadow;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.connect.Session;
import dev.schemaward.engine.connect.Sql;
import dev.schemaward.engine.shadow.Catalogue.Relation;
import dev.schemaward.engine.shadow.StatementEffects.RelationLock;
import dev.schemaward.engine.sql.NormalizedText;
import dev.schemaward.engine.sql.Statement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Watches a statement that commits by itself while it runs (CREATE INDEX CONCURRENTLY, VACUUM …):
 * at its end its locks are gone. So two sessions stand in its way in turn, with locks on all tables
 * first of the strongest and then of weaker kinds. Wherever it has to wait, it is looked at: what
 * it holds and what it asks for. Nothing depends on being quick.
 */
final class LoneStatementWatch {
  private static final long POLL_NANOS = 300_000;

  /** More stops than any statement has; then it runs on unhindered. */
  private static final int STOPS = 12;

  private final ShadowStage stage;
  private final Map<Long, Set<String>> modes = new HashMap<>();
  private Map<Long, Relation> before = Map.of();

  LoneStatementWatch(ShadowStage stage) {
    this.stage = stage;
  }

  /** Runs the statement and says what it did. */
  StatementEffects run(Statement statement) throws SQLException, ShadowEndedException {
    before = Catalogue.relations(stage.observer());
    double took;
    try (Session first = stage.openBlocker();
        Session second = stage.openBlocker()) {
      took = runBetween(first, second, statement);
    } catch (EngineException e) {
      throw new ShadowEndedException("the shadow server ended while it ran: " + e.getMessage(), e);
    }
    if (isAboutSeveral(statement)) {
      return StatementEffects.notMeasured(
          "it works on one table after the other, and its locks on each are gone at once");
    }
    return effects(took);
  }

  /** True for VACUUM, CLUSTER, REINDEX SCHEMA … without a table, and for VACUUM of several. */
  private static boolean isAboutSeveral(Statement statement) {
    String bare = NormalizedText.of(statement).replaceAll("\\([^)]*\\)", "");
    return switch (statement.kind().command()) {
      case "VACUUM" ->
          bare.contains(",") || bare.matches("VACUUM( (FULL|FREEZE|VERBOSE|ANALYZE|ANALYSE) ?)* *");
      case "CLUSTER" -> true; // only the bare form commits by itself
      case "REINDEX" -> bare.matches("REINDEX +(SCHEMA|DATABASE|SYSTEM)\\b.*");
      default -> false;
    };
  }

  private double runBetween(Session first, Session second, Statement statement)
      throws SQLException {
    String tables = names('r', 'p');
    StringBuilder middle = new StringBuilder();
    if (!names('m').isEmpty()) {
      // LOCK TABLE does not take them; this takes the same lock as the middle stage.
      for (String view : names('m').split(", ")) {
        middle.append("; COMMENT ON MATERIALIZED VIEW ").append(view).append(" IS NULL");
      }
    }
    if (!tables.isEmpty()) {
      first.execute(
          "BEGIN; LOCK TABLE "
              + tables
              + " IN ROW EXCLUSIVE MODE; SAVEPOINT weak; LOCK TABLE "
              + tables
              + " IN SHARE UPDATE EXCLUSIVE MODE"
              + middle
              + "; SAVEPOINT middle; LOCK TABLE "
              + tables
              + " IN ACCESS EXCLUSIVE MODE");
    }
    // It may wait here as long as it is looked at; a lone statement waits long on the target too.
    stage.worker().execute("SET lock_timeout = 0");
    long begun = System.nanoTime();
    CompletableFuture<Optional<SQLException>> running = start(statement);
    if (!tables.isEmpty()) {
      for (String weaker : List.of("middle", "weak")) {
        if (!ended(running)) {
          first.execute("ROLLBACK TO " + weaker);
        }
      }
      Session holding = first;
      Session free = second;
      for (int stop = 0; stop < STOPS && !ended(running); stop++) {
        boolean blocks = tryLock(free, tables);
        holding.execute("ROLLBACK");
        if (!blocks) {
          break;
        }
        Session swapped = holding;
        holding = free;
        free = swapped;
      }
      first.execute("ROLLBACK");
      second.execute("ROLLBACK");
    }
    while (!running.isDone()) {
      sample();
      LockSupport.parkNanos(POLL_NANOS);
    }
    Optional<SQLException> error = await(running);
    if (error.isPresent()) {
      throw error.get();
    }
    return (System.nanoTime() - begun) / 1e6;
  }

  private String names(Character... kinds) {
    return before.values().stream()
        .filter(relation -> List.of(kinds).contains(relation.kind()))
        .map(relation -> quoted(relation.name()))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private CompletableFuture<Optional<SQLException>> start(Statement statement) {
    CompletableFuture<Optional<SQLException>> running = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                stage.worker().execute(statement.text());
                running.complete(Optional.empty());
              } catch (SQLException e) {
                running.complete(Optional.of(e));
              }
            });
    return running;
  }

  /** Waits until the statement waits for somebody (false) or has ended (true). */
  private boolean ended(CompletableFuture<?> running) throws SQLException {
    while (!running.isDone()) {
      if (sample()) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  private static boolean tryLock(Session session, String tables) throws SQLException {
    try {
      session.execute("BEGIN; LOCK TABLE " + tables + " IN ACCESS SHARE MODE NOWAIT");
      return true;
    } catch (SQLException e) {
      session.execute("ROLLBACK");
      return false;
    }
  }

  /** Notes what the worker holds and asks for; true when it waits for a lock. */
  private boolean sample() throws SQLException {
    boolean waits = false;
    for (String[] row :
        stage
            .observer()
            .rows(
                "SELECT CASE locktype WHEN 'relation' THEN relation END, mode, granted FROM"
                    + " pg_catalog.pg_locks WHERE pid = "
                    + stage.worker().pid())) {
      waits |= row[2].equals("f");
      if (row[0] != null && LockMode.strength(row[1]) >= 0) {
        modes.computeIfAbsent(Long.parseLong(row[0]), oid -> new HashSet<>()).add(row[1]);
      }
    }
    return waits;
  }

  private StatementEffects effects(double took) throws SQLException {
    Map<Long, Relation> after = Catalogue.relations(stage.observer());
    Set<String> rewrites = new TreeSet<>();
    Set<String> scans = new TreeSet<>();
    Set<String> indexBuilds = new TreeSet<>();
    for (Relation now : after.values()) {
      Relation then = before.get(now.oid());
      if (then != null && then.file() != now.file()) {
        exclusive(now.oid());
      }
      boolean newFile = then == null || then.file() != now.file();
      if (now.isIndex() && newFile && before.containsKey(now.table())) {
        // REINDEX CONCURRENTLY builds another index and swaps the names.
        indexBuilds.add(now.name());
        scans.add(before.get(now.table()).name());
      } else if (now.isTable() && newFile && then != null) {
        rewrites.add(then.name());
        scans.add(then.name());
      }
    }
    before.keySet().stream().filter(oid -> !after.containsKey(oid)).forEach(this::exclusive);
    List<RelationLock> locks =
        modes.entrySet().stream()
            .filter(entry -> before.containsKey(entry.getKey()))
            .map(
                entry ->
                    new RelationLock(
                        before.get(entry.getKey()).name(),
                        LockMode.strongest(entry.getValue()).orElseThrow()))
            .sorted(Comparator.comparing(RelationLock::relation))
            .toList();
    return new StatementEffects(
        locks, List.copyOf(rewrites), List.copyOf(scans), List.copyOf(indexBuilds), took, null);
  }

  /** Nothing gets another file, or is dropped, without this lock, however briefly. */
  private void exclusive(long oid) {
    modes.computeIfAbsent(oid, absent -> new HashSet<>()).add("AccessExclusiveLock");
  }

  private static Optional<SQLException> await(CompletableFuture<Optional<SQLException>> running) {
    try {
      return running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new SQLException("interrupted", "57014", e));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A {@code schema.name} in quotes; a dot in a name would be taken for the separator. */
  private static String quoted(String name) {
    int dot = name.indexOf('.');
    return Sql.identifier(name.substring(0, dot), name.substring(dot + 1));
  }
}
