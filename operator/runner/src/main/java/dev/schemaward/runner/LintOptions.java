package dev.schemaward.runner;

import dev.schemaward.engine.hazard.LintPolicy;
import dev.schemaward.engine.hazard.Waiver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which findings a check does not let pass, and which are accepted. */
final class LintOptions {
  @Option(
      names = "--lint-block",
      paramLabel = "RULE|CLASS",
      split = ",",
      description =
          "Findings that count as block whatever their severity: rules (drop-column) or classes"
              + " (destructive, lock, rewrite, scan …).")
  List<String> lintBlock = List.of();

  @Option(
      names = "--waive",
      paramLabel = "RULE[@MIGRATION]=REASON",
      description = "A finding that is accepted, with the reason. Repeatable.")
  Map<String, String> waive = new LinkedHashMap<>();

  List<Waiver> waivers() {
    return waivers(waive);
  }

  /** The values of {@code --waive}. */
  static List<Waiver> waivers(Map<String, String> given) {
    return given.entrySet().stream()
        .map(
            entry -> {
              String[] about = entry.getKey().split("@", 2);
              return Waiver.ofSpec(about[0], about.length == 1 ? null : about[1], entry.getValue());
            })
        .toList();
  }

  LintPolicy policy() {
    return new LintPolicy(lintBlock, waivers());
  }
}
