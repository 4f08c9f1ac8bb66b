package dev.schemaward.engine.shadow;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** PostgreSQL's table lock modes by strength, under the names that {@code pg_locks} gives them. */
final class LockMode {
  private static final List<String> WEAKEST_FIRST =
      List.of(
          "AccessShareLock",
          "RowShareLock",
          "RowExclusiveLock",
          "ShareUpdateExclusiveLock",
          "ShareLock",
          "ShareRowExclusiveLock",
          "ExclusiveLock",
          "AccessExclusiveLock");

  private LockMode() {}

  /** Its place in the order of strength; -1 for what is no table lock. */
  static int strength(String mode) {
    return WEAKEST_FIRST.indexOf(mode);
  }

  /** The strongest of these; empty for none. */
  static Optional<String> strongest(Collection<String> modes) {
    return modes.stream().max(Comparator.comparingInt(LockMode::strength));
  }
}
