package dev.schemaward.engine.change;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.hazard.Compatibility;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.HazardClass;
import dev.schemaward.engine.hazard.Hazards;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.shadow.ShadowDatabase;
import dev.schemaward.engine.shadow.ShadowOutcome;
import dev.schemaward.engine.shadow.ShadowRun;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.engine.shadow.ShadowUnavailableException;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Checks a change to a bundle: compares it with its base, replays the base on a shadow database,
 * runs there what is new, and lets the rules judge. No database in use is known, so that every
 * table counts as large and as in use. What could not be tried is a finding of its own; it never
 * makes a change look harmless.
 */
public final class ChangeCheck {
  /** Twice a plan's: the base is a whole history, and nobody waits for it with a lock. */
  public static final Duration BUDGET = ShadowRun.DEFAULT_BUDGET.multipliedBy(2);

  private static final String NAME = "schemaward";
  private static final int NAMED = 5;

  private final ChangeRequest request;
  private final BundleChange change;

  private ChangeCheck(ChangeRequest request) {
    this.request = request;
    this.change = BundleChange.between(request.base(), request.change());
  }

  /**
   * Checks.
   *
   * @throws EngineException DependencyMissing when a shadow was asked for and there is none
   */
  public static ChangeReport run(ChangeRequest request) throws EngineException {
    return new ChangeCheck(request).run();
  }

  private ChangeReport run() throws EngineException {
    int major = ShadowMajor.of(request.shadow(), request.serverMajor());
    List<Migration> pending = change.pending();
    ShadowOutcome outcome = pending.isEmpty() ? untried("nothing is new") : tried(major);
    Map<StatementKey, StatementEffects> measured =
        outcome.effects().entrySet().stream()
            .filter(entry -> entry.getValue().measured())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    List<Finding> others = new ArrayList<>(change.faults());
    failure(outcome, others);
    baseFaults(outcome, others);
    notTried(outcome, others);
    List<Finding> judged =
        Hazards.judge(pending, measured, LiveCatalog.UNKNOWN, major, request.waivers(), others);
    return new ChangeReport(
        request.base(),
        request.change(),
        change.applied(),
        pending,
        major,
        outcome,
        faultsFirst(judged, others),
        Compatibility.of(pending, LiveCatalog.UNKNOWN, major));
  }

  private ShadowOutcome untried(String reason) {
    return ShadowRun.without(change.pending(), reason);
  }

  private ShadowOutcome tried(int major) throws EngineException {
    if (request.shadow() instanceof ShadowSource.Off) {
      return untried("there was no shadow database to try it on");
    }
    ShadowDatabase.Names names = new ShadowDatabase.Names(NAME, NAME, request.schema());
    try (ShadowDatabase database = request.shadow().open(major, names)) {
      return ShadowRun.run(
          database,
          new ShadowRun.Request(
              List.of(), change.applied(), change.pending(), Map.of(), request.budget()));
    } catch (ShadowUnavailableException e) {
      throw new EngineException(
          FailureReason.DependencyMissing,
          "the change cannot be tried: "
              + e.getMessage()
              + ". --shadow off judges it by text alone",
          e);
    }
  }

  private static void failure(ShadowOutcome outcome, List<Finding> findings) {
    outcome
        .failure()
        .ifPresent(
            failure ->
                findings.add(
                    new Finding(
                        "will-fail",
                        Severity.BLOCK,
                        HazardClass.DATA,
                        failure.statement().migration(),
                        failure.statement().index(),
                        failure.line(),
                        "fails on a database that has the base's migrations"
                            + (failure.sqlState() == null
                                ? ""
                                : " (SQLSTATE " + failure.sqlState() + ")")
                            + ": "
                            + failure.message()
                            + (failure.unlessPresent()
                                ? "; no migration makes what it misses"
                                : ""),
                        null,
                        null)));
  }

  private static void baseFaults(ShadowOutcome outcome, List<Finding> findings) {
    List<String> faults = outcome.baseFaults();
    if (faults.isEmpty()) {
      return;
    }
    findings.add(
        finding(
            "base-not-replayed",
            Severity.WARN,
            "",
            "not all of the base ran on the shadow, so that what is new was tried on another"
                + " schema: "
                + faults.stream()
                    .limit(NAMED)
                    .map(fault -> fault.replace("is applied on the target and fails", "fails"))
                    .collect(Collectors.joining("; "))
                + (faults.size() > NAMED ? "; and " + (faults.size() - NAMED) + " more" : ""),
            "try it on a server that has what is missing: --shadow url"));
  }

  /** One for each migration: a thousand statements behind a dead server have one reason. */
  private void notTried(ShadowOutcome outcome, List<Finding> findings) {
    if (request.shadow() instanceof ShadowSource.Off) {
      if (!change.pending().isEmpty()) {
        findings.add(
            finding(
                "not-tried",
                Severity.WARN,
                "",
                "nothing was tried: there is no shadow database, and the new migrations were judged"
                    + " by their text alone",
                "give it PostgreSQL: --shadow-programs or --shadow-url-file"));
      }
      return;
    }
    for (Migration migration : change.pending()) {
      List<String> reasons =
          migration.statements().stream()
              .map(
                  statement ->
                      outcome
                          .effects()
                          .get(new StatementKey(migration.name(), statement.index()))
                          .notMeasured())
              .filter(reason -> reason != null)
              .toList();
      boolean ended = reasons.stream().anyMatch(reason -> reason.startsWith("not run"));
      if (reasons.isEmpty() || outcome.failure().isPresent()) {
        continue;
      }
      findings.add(
          finding(
              "not-tried",
              // A trial that was cut short says nothing, and may end otherwise the next time.
              ended ? Severity.BLOCK : Severity.WARN,
              migration.name(),
              (reasons.size() == 1 ? "1 statement" : reasons.size() + " statements")
                  + " of "
                  + migration.statements().size()
                  + " could not be tried, and count by their text alone: "
                  + reasons.getFirst(),
              null));
    }
  }

  private static Finding finding(
      String rule, Severity severity, String migration, String message, String saferWay) {
    return new Finding(
        rule, severity, HazardClass.POLICY, migration, 0, 0, message, saferWay, null);
  }

  /** What is wrong with the change as such is read before what single statements do. */
  private static List<Finding> faultsFirst(List<Finding> judged, List<Finding> others) {
    List<String> rules = others.stream().map(Finding::rule).toList();
    List<Finding> sorted = new ArrayList<>();
    judged.stream().filter(finding -> rules.contains(finding.rule())).forEach(sorted::add);
    judged.stream().filter(finding -> !rules.contains(finding.rule())).forEach(sorted::add);
    return sorted;
  }
}
