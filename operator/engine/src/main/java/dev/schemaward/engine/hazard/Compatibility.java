package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a plan can run while the version of the application that is deployed now goes on, and
 * what to do where it cannot: expand, deploy, contract.
 *
 * @param verdict the worst of its changes
 * @param changes what is not safe, in the order of the statements; empty when all is
 */
public record Compatibility(Verdict verdict, List<Change> changes) {
  public Compatibility {
    changes = List.copyOf(changes);
  }

  /** How a change meets code that does not know of it; worst last. */
  public enum Verdict {
    /** Code does not notice. */
    SAFE,
    /** Code goes on, unless it writes what is refused from now on. */
    TIGHTENS,
    /** Nobody can tell from the statement. */
    UNKNOWN,
    /** Code that uses what is changed fails. */
    BREAKS
  }

  /**
   * A change that the application may notice.
   *
   * @param migration name of the migration
   * @param index number of the statement in its file, from 1
   * @param line line in the file, from 1
   * @param what the change and its consequence, one sentence
   * @param proposal how to do it in steps: what to expand, when to deploy, what to contract
   */
  public record Change(
      Verdict verdict, String migration, int index, int line, String what, String proposal) {}

  /**
   * Judges a plan.
   *
   * @param live {@link LiveCatalog#UNKNOWN} when it was not read
   * @param serverMajor for example 18
   */
  public static Compatibility of(List<Migration> pending, LiveCatalog live, int serverMajor) {
    List<Change> changes = new ArrayList<>();
    Hazards.walk(
        pending,
        Map.of(),
        live,
        serverMajor,
        step -> new CompatibilityReader(step, changes).read());
    Verdict worst = Verdict.SAFE;
    for (Change change : changes) {
      worst = change.verdict().compareTo(worst) > 0 ? change.verdict() : worst;
    }
    return new Compatibility(worst, changes);
  }

  /** One line, for example {@code not safe beside the old version: drops column phone of users}. */
  public String summary() {
    String about =
        changes.stream()
            .filter(change -> change.verdict() == verdict)
            .findFirst()
            .map(Change::what)
            .orElse("");
    return switch (verdict) {
      case SAFE -> "safe beside the old version of the application";
      case TIGHTENS -> "safe beside the old version unless it writes what is now refused: " + about;
      case UNKNOWN -> "nobody can tell whether the old version goes on: " + about;
      case BREAKS -> "not safe beside the old version: " + about;
    };
  }
}
