package dev.schemaward.engine.change;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a change does to the migrations of its base. A migration of the base may be applied
 * somewhere already: it must stay as it is, and what is new must come after it.
 *
 * @param applied the base's migrations in order, as the base has them: what a database that is up
 *     to date with the base has run; repeatable ones too
 * @param pending what such a database will run then, in order: new migrations, and repeatable ones
 *     that are new or another text
 * @param faults edited, removed, renamed and misplaced migrations; what is wrong with the change as
 *     a whole
 */
public record BundleChange(List<Migration> applied, List<Migration> pending, List<Finding> faults) {
  public BundleChange {
    applied = List.copyOf(applied);
    pending = List.copyOf(pending);
    faults = List.copyOf(faults);
  }

  /** Compares. Pure. */
  public static BundleChange between(ChangeBase base, Bundle change) {
    return new Comparison(base, change).compare();
  }

  /** The work. */
  private static final class Comparison {
    private final ChangeBase base;
    private final Bundle change;
    private final Map<String, Migration> before = new LinkedHashMap<>();
    private final Map<String, Migration> after = new LinkedHashMap<>();
    private final List<Finding> faults = new ArrayList<>();

    Comparison(ChangeBase base, Bundle change) {
      this.base = base;
      this.change = change;
      base.migrations().forEach(migration -> before.put(migration.name(), migration));
      change.migrations().forEach(migration -> after.put(migration.name(), migration));
    }

    BundleChange compare() {
      base.bundle()
          .filter(bundle -> bundle.format() != change.format())
          .ifPresent(
              bundle ->
                  fault(
                      "other-format",
                      Severity.BLOCK,
                      "",
                      "the base is a bundle of format "
                          + bundle.format().displayName()
                          + " and the change one of format "
                          + change.format().displayName()
                          + ", which has another history table",
                      "say with --format which one is meant, or keep the format"));
      List<Migration> pending =
          change.migrations().stream().filter(migration -> !isApplied(migration)).toList();
      kept(pending);
      order();
      return new BundleChange(base.migrations(), pending, faults);
    }

    private boolean isApplied(Migration migration) {
      Migration there = before.get(migration.name());
      return there != null && (!migration.recorded().repeatable() || sameText(there, migration));
    }

    /** As the tool's own checksum sees it, or by the bytes, line ends apart. */
    private static boolean sameText(Migration one, Migration other) {
      return one.hasText(other.checksum())
          || other.hasText(one.checksum())
          || (one.recorded().checksum() != null
              && one.recorded().checksum().equals(other.recorded().checksum()));
    }

    private void kept(List<Migration> pending) {
      List<String> notMerged = new ArrayList<>();
      for (Migration migration : before.values()) {
        Migration there = after.get(migration.name());
        if (migration.recorded().repeatable()) {
          continue; // it is written to be changed, and to be given up
        }
        if (there != null) {
          if (!sameText(migration, there)) {
            fault(
                "edited-migration",
                Severity.BLOCK,
                migration.name(),
                "edits "
                    + migration.name()
                    + ", which the base has: databases that ran it stay as they are, and their"
                    + " history no longer fits the file",
                "restore the file as the base has it and put the change into a new migration");
          }
        } else if (base.isNewerThanChange(migration)) {
          notMerged.add(migration.name());
        } else {
          gone(migration, pending);
        }
      }
      if (!notMerged.isEmpty()) {
        fault(
            "behind-base",
            Severity.WARN,
            "",
            "the base has "
                + notMerged.size()
                + (notMerged.size() == 1 ? " migration" : " migrations")
                + " that this change does not have yet, the first "
                + notMerged.getFirst()
                + ": it was tried after them, but whether its names sort after theirs was not"
                + " looked at",
            "merge the base into the branch, or rebase it, and check again");
      }
    }

    private void gone(Migration migration, List<Migration> pending) {
      pending.stream()
          .filter(
              candidate ->
                  sameText(migration, candidate)
                      || (migration.recorded().version() != null
                          && migration.recorded().version().equals(candidate.recorded().version())))
          .findFirst()
          .ifPresentOrElse(
              renamed ->
                  fault(
                      "renamed-migration",
                      Severity.BLOCK,
                      renamed.name(),
                      "renames "
                          + migration.name()
                          + ", which the base has, to "
                          + renamed.name()
                          + ": databases that ran it would run it again",
                      "keep the name that the base has"),
              () ->
                  fault(
                      "removed-migration",
                      Severity.BLOCK,
                      migration.name(),
                      "removes "
                          + migration.name()
                          + ", which the base has: databases that ran it keep what it made, and new"
                          + " ones do not get it",
                      "restore the file; to undo what it did, add a new migration"));
    }

    private void order() {
      Map<String, Integer> positions = new HashMap<>();
      int last = -1;
      for (Migration migration : change.migrations()) {
        positions.put(migration.name(), positions.size());
        if (before.containsKey(migration.name()) && !migration.recorded().repeatable()) {
          last = positions.get(migration.name());
        }
      }
      for (Migration migration : change.migrations().subList(0, last + 1)) {
        if (!before.containsKey(migration.name()) && !migration.recorded().repeatable()) {
          fault(
              "out-of-order",
              Severity.BLOCK,
              migration.name(),
              migration.name()
                  + " sorts before "
                  + change.migrations().get(last).name()
                  + ", which the base has: databases at the base run it after, new ones before, and"
                  + " some tools never",
              "give it a name that sorts last");
        }
      }
    }

    private void fault(
        String rule, Severity severity, String migration, String message, String saferWay) {
      faults.add(
          new Finding(
              rule, severity, HazardClass.POLICY, migration, 0, 0, message, saferWay, null));
    }
  }
}
