package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A transaction of the plan, while its statements are judged one after the other: every lock is
 * held to its end.
 */
final class Transaction {
  private final int number;
  private final boolean ownBlock;
  private final Map<String, LockMode> held = new LinkedHashMap<>();
  private final Map<String, Name> names = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();

  /**
   * A transaction in which nothing has happened yet.
   *
   * @param number counts the plan's transactions
   * @param ownBlock true for a BEGIN of the file
   */
  Transaction(int number, boolean ownBlock) {
    this.number = number;
    this.ownBlock = ownBlock;
  }

  int number() {
    return number;
  }

  boolean ownBlock() {
    return ownBlock;
  }

  /** What ran in it so far. */
  List<Step> steps() {
    return steps;
  }

  /** Remembers what a statement did, once it is judged. */
  void ran(Step step) {
    steps.add(step);
    LockModel.locks(step)
        .forEach(
            (name, mode) -> {
              String key = step.schema().key(name);
              names.putIfAbsent(key, name);
              held.merge(key, mode, (a, b) -> a.compareTo(b) >= 0 ? a : b);
            });
  }

  /** The mode in which it holds a relation that others use; null when it does not. */
  LockMode held(String key) {
    return held.get(key);
  }

  /** Tables that others use and cannot even read while it goes on, in the order of locking. */
  List<Name> unreadable() {
    return held.entrySet().stream()
        .filter(entry -> entry.getValue() == LockMode.ACCESS_EXCLUSIVE)
        .map(entry -> names.get(entry.getKey()))
        .toList();
  }
}
