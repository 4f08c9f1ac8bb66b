package dev.schemaward.runner;

import dev.schemaward.engine.drift.Drift;
import dev.schemaward.engine.drift.DriftProposal;
import dev.schemaward.engine.drift.DriftReport;
import dev.schemaward.engine.drift.DriftText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A drift report as the JSON that other programs read. Fields are added, never changed. */
final class DriftDocument {
  private DriftDocument() {}

  static Map<String, Object> of(DriftReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("kind", "drift");
    document.put("drifted", report.drifted());
    document.put("message", DriftText.headline(report));
    document.put("target", Documents.target(report.target()));
    document.put("version", report.version());
    document.put("applied", report.applied());
    document.put("fingerprint", "sha256:" + report.fingerprint());
    document.put("expectedFingerprint", "sha256:" + report.expectedFingerprint());
    document.put(
        "drifts", report.comparison().drifts().stream().map(DriftDocument::drift).toList());
    document.put(
        "ignored",
        report.comparison().ignored().entrySet().stream()
            .map(
                entry ->
                    Map.of(
                        "kind", entry.getKey().kind().label(),
                        "object", entry.getKey().identity(),
                        "reason", entry.getValue()))
            .toList());
    document.put("notCompared", report.notCompared());
    document.put("revert", proposal(report.revert()));
    document.put("adopt", proposal(report.adopt()));
    return document;
  }

  private static Map<String, Object> drift(Drift drift) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("kind", drift.object().kind().label());
    entry.put("object", drift.object().identity());
    entry.put("change", lower(drift.change()));
    entry.put("severity", lower(drift.severity()));
    entry.put("attributes", drift.attributes().stream().map(DriftDocument::attribute).toList());
    return entry;
  }

  private static Map<String, Object> attribute(Drift.Attribute attribute) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", attribute.name());
    entry.put("expected", attribute.expected());
    entry.put("found", attribute.found());
    return entry;
  }

  private static Map<String, Object> proposal(DriftProposal proposal) {
    if (proposal == null) {
      return null;
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("verdict", lower(proposal.verdict()));
    entry.put("detail", proposal.detail());
    entry.put("losesData", List.copyOf(proposal.script().losesData()));
    entry.put("refused", List.copyOf(proposal.script().refused()));
    entry.put("statements", proposal.script().statements());
    return entry;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
