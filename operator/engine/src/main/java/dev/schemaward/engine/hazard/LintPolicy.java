package dev.schemaward.engine.hazard;

import java.util.List;
import java.util.Locale;

/**
 * Which findings keep a plan from running, whoever approves it, and which are accepted.
 *
 * @param block rules ({@code drop-column}) and classes ({@code destructive}, {@code rewrite} …)
 * @param waivers findings that are accepted, with the reason
 */
public record LintPolicy(List<String> block, List<Waiver> waivers) {
  /** Nothing is blocked, nothing accepted. */
  public static final LintPolicy NONE = new LintPolicy(List.of(), List.of());

  public LintPolicy {
    block = List.copyOf(block);
    waivers = List.copyOf(waivers);
  }

  /** Those that keep the plan from running; a waived one does not. */
  public List<Finding> blocked(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.waived() == null)
        .filter(
            finding ->
                block.contains(finding.rule())
                    || block.contains(finding.hazardClass().name().toLowerCase(Locale.ROOT)))
        .toList();
  }

  /** What is blocked and what to do, in one sentence. */
  public static String message(List<Finding> blocked) {
    StringBuilder text = new StringBuilder("the lint policy blocks ");
    text.append(blocked.size()).append(blocked.size() == 1 ? " finding: " : " findings: ");
    String separator = "";
    for (Finding finding : blocked.stream().limit(5).toList()) {
      text.append(separator)
          .append(finding.rule())
          .append(" in ")
          .append(finding.migration())
          .append(finding.line() > 0 ? " line " + finding.line() : "");
      separator = ", ";
    }
    return text.append(blocked.size() > 5 ? ", …" : "")
        .append(
            "; nothing was executed. Change the migration (the plan shows a safer way), or accept"
                + " the finding with a reason: spec.lint.waive, or in the file '-- schemaward:"
                + " allow <rule> -- <reason>'")
        .toString();
  }
}
