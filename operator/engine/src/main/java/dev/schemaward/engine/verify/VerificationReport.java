package dev.schemaward.engine.verify;

import dev.schemaward.engine.plan.TargetIdentity;
import java.util.List;

/**
 * What came of all checks, in the order of the specification.
 *
 * @param target the database; null when none was asked
 */
public record VerificationReport(TargetIdentity target, List<CheckResult> results) {
  public VerificationReport {
    results = List.copyOf(results);
  }

  /** True when everything holds. */
  public boolean ok() {
    return results.stream().allMatch(CheckResult::ok);
  }

  /** Those that do not hold or could not be made. */
  public List<CheckResult> failed() {
    return results.stream().filter(result -> !result.ok()).toList();
  }

  /** One sentence, which names the first that failed. */
  public String summary() {
    List<CheckResult> failed = failed();
    if (failed.isEmpty()) {
      return results.size() == 1 ? "the one check holds" : "all " + results.size() + " checks hold";
    }
    return failed.size()
        + " of "
        + results.size()
        + (results.size() == 1 ? " check" : " checks")
        + (failed.size() == 1 ? " fails: " : " fail: ")
        + failed.getFirst().message()
        + (failed.size() == 1 ? "" : "; and " + (failed.size() - 1) + " more");
  }
}
