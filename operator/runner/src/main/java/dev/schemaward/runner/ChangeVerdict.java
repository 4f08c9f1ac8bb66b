package dev.schemaward.runner;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.change.ChangeReport;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.LintPolicy;
import dev.schemaward.engine.hazard.Severity;
import java.util.Comparator;
import java.util.List;

/**
 * Whether a change passes.
 *
 * @param failing findings because of which it does not; empty when it does
 * @param headline one sentence
 */
record ChangeVerdict(List<Finding> failing, String headline) {
  /** The values of {@code --fail-on}. */
  enum FailOn {
    block,
    warn,
    never
  }

  static ChangeVerdict of(ChangeReport report, FailOn failOn, LintPolicy policy) {
    List<Finding> byPolicy = policy.blocked(report.findings());
    List<Finding> failing =
        report.findings().stream()
            .filter(
                finding ->
                    finding.waived() == null
                        && switch (failOn) {
                          case block ->
                              finding.severity() == Severity.BLOCK || byPolicy.contains(finding);
                          case warn ->
                              finding.severity() != Severity.INFORM || byPolicy.contains(finding);
                          case never -> false;
                        })
            .toList();
    return new ChangeVerdict(failing, headline(report, failing.isEmpty()));
  }

  boolean passed() {
    return failing.isEmpty();
  }

  private static String headline(ChangeReport report, boolean passed) {
    int pending = report.pending().size();
    long waived = report.findings().stream().filter(f -> f.waived() != null).count();
    return (passed ? "Passed: " : "Not passed: ")
        + (pending == 0
            ? "nothing new"
            : pending + (pending == 1 ? " new migration" : " new migrations"))
        + " since "
        + report.base().label()
        + ", findings: "
        + report.open(Severity.BLOCK)
        + " block, "
        + report.open(Severity.WARN)
        + " warn, "
        + report.open(Severity.INFORM)
        + " inform"
        + (waived == 0 ? "" : ", " + waived + " waived");
  }

  /** The base and what was done with it. */
  static String base(ChangeReport report) {
    int count = report.applied().size();
    String migrations = count + (count == 1 ? " migration" : " migrations");
    if (report.shadow().serverVersion() == null) {
      return migrations + ", not replayed";
    }
    return migrations
        + (report.shadow().baseFaults().isEmpty() ? ", replayed" : ", replayed in part")
        + " on PostgreSQL "
        + report.shadow().serverVersion();
  }

  /** How a new migration fared. */
  static String trial(ChangeReport report, Migration migration) {
    return switch (report.trial(migration)) {
      case RAN -> "ran";
      case IN_PART -> "ran in part";
      case FAILED -> "fails in line " + report.shadow().failure().orElseThrow().line();
      case NOT_RUN -> "not tried";
    };
  }

  /** What matters most first; what matters alike in the order of the statements. */
  static List<Finding> sorted(ChangeReport report) {
    return report.findings().stream()
        .sorted(
            Comparator.comparing((Finding finding) -> finding.waived() != null)
                .thenComparing(Finding::severity))
        .toList();
  }
}
