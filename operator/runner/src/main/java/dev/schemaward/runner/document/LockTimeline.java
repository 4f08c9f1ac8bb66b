package dev.schemaward.runner.document;

import dev.schemaward.api.run.PlanDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which relation is locked from which statement to which: a lock lasts from its statement to the
 * end of the transaction.
 *
 * @param steps the statements in the order of execution
 * @param transactions ranges of {@code steps}, in order, without gaps
 * @param rows relations, the most blocked first
 */
record LockTimeline(
    List<PlanDocument.Statement> steps, List<Transaction> transactions, List<Row> rows) {
  private static final Set<String> BEGIN = Set.of("BEGIN", "START TRANSACTION");
  private static final Set<String> END = Set.of("COMMIT", "END", "ROLLBACK", "ABORT");

  /**
   * A transaction.
   *
   * @param migration whose
   * @param first index into the steps
   * @param last index into the steps, inclusive
   */
  record Transaction(String migration, int first, int last) {}

  /**
   * A lock over time.
   *
   * @param first index into the steps at which it is taken
   * @param last index into the steps after which it is released
   */
  record Bar(String mode, int first, int last) {}

  /** Locks on a relation, in the order in which they are drawn: a stronger one over a weaker. */
  record Row(String relation, List<Bar> bars) {
    /** The worst that it comes to. */
    LockEffect worst() {
      return bars.stream()
          .map(bar -> LockEffect.of(bar.mode()))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }

    private int length() {
      return bars.stream().mapToInt(bar -> bar.last() - bar.first() + 1).sum();
    }
  }

  /**
   * The timeline of the beginning of a plan.
   *
   * @param most how many statements at most
   */
  static LockTimeline of(PlanDocument plan, int most) {
    Map<String, Boolean> atomic = new HashMap<>();
    plan.pending().forEach(pending -> atomic.put(pending.migration(), pending.transactional()));
    List<PlanDocument.Statement> steps = plan.statements().stream().limit(most).toList();
    List<Transaction> transactions = new ArrayList<>();
    int first = 0;
    boolean ownBlock = false;
    for (int i = 0; i < steps.size(); i++) {
      PlanDocument.Statement step = steps.get(i);
      boolean other = i > 0 && !step.migration().equals(migration(steps, i - 1));
      ownBlock &= !other;
      boolean whole = atomic.getOrDefault(step.migration(), false);
      boolean begins = !whole && BEGIN.contains(step.kind());
      boolean alone = !whole && !step.transactional() && !begins && !ownBlock;
      if (i > first && (begins || alone || other)) {
        transactions.add(new Transaction(migration(steps, i - 1), first, i - 1));
        first = i;
      }
      ownBlock |= begins;
      if (!whole && (alone || END.contains(step.kind()))) {
        transactions.add(new Transaction(step.migration(), first, i));
        first = i + 1;
        ownBlock = false;
      }
    }
    if (first < steps.size()) {
      transactions.add(
          new Transaction(migration(steps, steps.size() - 1), first, steps.size() - 1));
    }
    return new LockTimeline(steps, transactions, rows(steps, transactions));
  }

  private static String migration(List<PlanDocument.Statement> steps, int at) {
    return steps.get(at).migration();
  }

  private static List<Row> rows(
      List<PlanDocument.Statement> steps, List<Transaction> transactions) {
    Map<String, List<Bar>> bars = new LinkedHashMap<>();
    for (Transaction transaction : transactions) {
      for (int i = transaction.first(); i <= transaction.last(); i++) {
        for (PlanDocument.Lock lock : steps.get(i).locks()) {
          bars.computeIfAbsent(lock.relation(), relation -> new ArrayList<>())
              .add(new Bar(lock.mode(), i, transaction.last()));
        }
      }
    }
    return bars.entrySet().stream()
        .map(entry -> new Row(entry.getKey(), weakestFirst(entry.getValue())))
        .sorted(
            Comparator.comparing(Row::worst)
                .thenComparingInt(Row::length)
                .reversed()
                .thenComparing(Row::relation))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static List<Bar> weakestFirst(List<Bar> bars) {
    return bars.stream()
        .sorted(Comparator.comparing((Bar bar) -> LockEffect.of(bar.mode())))
        .toList();
  }
}
