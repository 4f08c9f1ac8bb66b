package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.shadow.StatementEffects.RelationLock;
import dev.schemaward.engine.sql.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the shadow saw a statement do to relations that others use, and the findings that follow
 * from that alone.
 *
 * @param rewritten relations written anew
 * @param scanned tables read as a whole
 * @param built indexes built
 */
record Observed(List<String> rewritten, List<String> scanned, List<String> built) {
  static final Rule REWRITE =
      new Rule("measured-rewrite", Severity.BLOCK, HazardClass.REWRITE, (step, report) -> {});
  static final Rule SCAN =
      new Rule("measured-scan-under-lock", Severity.WARN, HazardClass.SCAN, (step, report) -> {});
  static final Rule LOCK =
      new Rule("measured-lock", Severity.WARN, HazardClass.LOCK, (step, report) -> {});

  /** What was seen of this statement; nothing when it was not measured. */
  static Observed of(Step step) {
    if (!step.measured()) {
      return new Observed(List.of(), List.of(), List.of());
    }
    return new Observed(
        others(step, step.effects().rewrites()),
        others(step, step.effects().scans()),
        locksOthers(step) ? step.effects().indexBuilds() : List.of());
  }

  /** True when it locks a relation that others use: a fresh index itself is nobody's yet. */
  private static boolean locksOthers(Step step) {
    return step.effects().locks().stream()
        .anyMatch(
            lock -> {
              LockMode mode = LockMode.of(lock.mode());
              return mode != null
                  && mode.compareTo(LockMode.SHARE_UPDATE_EXCLUSIVE) >= 0
                  && !step.schema().isNew(lock.relation());
            });
  }

  private static List<String> others(Step step, List<String> relations) {
    return relations.stream().filter(relation -> !step.schema().isNew(relation)).toList();
  }

  /** True when none of these was seen. */
  boolean none(Set<Harm> harms) {
    for (Harm harm : harms) {
      boolean seen =
          switch (harm) {
            case SCAN -> !scanned.isEmpty() || !rewritten.isEmpty() || !built.isEmpty();
            case BUILD -> !built.isEmpty() || !rewritten.isEmpty();
            case REWRITE -> !rewritten.isEmpty();
          };
      if (seen) {
        return false;
      }
    }
    return true;
  }

  /** Findings about what was seen and no rule has named. */
  void report(Step step, Report report) {
    if (!step.measured()) {
      return;
    }
    if (!report.speaksOfHeavy()) {
      List<String> named = new ArrayList<>();
      heavy(step, report, rewritten, Harm.REWRITE, named);
      heavy(step, report, scanned, Harm.SCAN, named);
    }
    if (report.isEmpty() && opaque(step)) {
      report.by(LOCK);
      for (RelationLock lock : step.effects().locks()) {
        LockMode mode = LockMode.of(lock.mode());
        if (mode != null && mode.stopsWrites() && !step.schema().isNew(lock.relation())) {
          Name table = step.schema().name(lock.relation());
          report.add(table, mode.stops() + step.named(table) + " until it commits", null);
        }
      }
    }
  }

  private static boolean opaque(Step step) {
    return switch (step.command()) {
      case dev.schemaward.engine.sql.command.Command.Query query -> true;
      case dev.schemaward.engine.sql.command.Command.Harmless harmless -> true;
      case dev.schemaward.engine.sql.command.Command.Unknown unknown -> true;
      default -> false;
    };
  }

  private static void heavy(
      Step step, Report report, List<String> relations, Harm harm, List<String> named) {
    for (String relation : relations) {
      LockMode mode = mode(step, relation);
      if (named.contains(relation) || (harm == Harm.SCAN && !stopsOthers(step, relation, mode))) {
        continue;
      }
      named.add(relation);
      Name table = step.schema().name(relation);
      boolean rewrite = harm == Harm.REWRITE;
      report.by(rewrite ? REWRITE : SCAN);
      report.add(
          table,
          mode.stops()
              + step.named(table)
              + (rewrite ? " while it writes it anew" : " while it reads all of it")
              + step.time(table, harm)
              + " (seen on a shadow database)",
          null,
          harm);
    }
  }

  /** True when others wait; nobody but REFRESH writes to a materialised view. */
  private static boolean stopsOthers(Step step, String relation, LockMode mode) {
    Relation live = step.schema().live(step.schema().name(relation));
    boolean onlyRead = live != null && live.kind() == 'm';
    return onlyRead ? mode == LockMode.ACCESS_EXCLUSIVE : mode.stopsWrites();
  }

  /** The strongest mode in which the relation is locked by now. */
  private static LockMode mode(Step step, String relation) {
    LockMode held = step.transaction().held(step.schema().key(step.schema().name(relation)));
    LockMode strongest = held == null ? LockMode.ACCESS_SHARE : held;
    for (RelationLock lock : step.effects().locks()) {
      LockMode mode = lock.relation().equals(relation) ? LockMode.of(lock.mode()) : null;
      if (mode != null && mode.compareTo(strongest) > 0) {
        strongest = mode;
      }
    }
    return strongest;
  }
}
