package dev.schemaward.engine.change;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a change is compared with.
 *
 * @param label what a person calls it, for example {@code origin/main (1a2b3c4d5e6f)}
 * @param bundle its migrations; empty when it has none yet
 * @param forkPoint names of the migrations where change and base parted; empty when nobody knows,
 *     and then whatever the base has is expected in the change
 */
public record ChangeBase(String label, Optional<Bundle> bundle, Optional<Set<String>> forkPoint) {
  /** Its migrations in order; may be empty. */
  public List<Migration> migrations() {
    return bundle.map(Bundle::migrations).orElse(List.of());
  }

  /** True when the base got this migration after the change had left it. */
  boolean isNewerThanChange(Migration migration) {
    return forkPoint.filter(names -> !names.contains(migration.name())).isPresent();
  }
}
