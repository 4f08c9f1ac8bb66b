package dev.schemaward.runner;

import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.change.ChangeReport;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.shadow.ShadowOutcome;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementKey;
import dev.schemaward.engine.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The check of a change as the JSON that other programs read. Fields are added, never changed. */
final class ChangeDocument {
  private ChangeDocument() {}

  static Map<String, Object> of(ChangeReport report, ChangeVerdict verdict) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("kind", "validate");
    document.put("ok", verdict.passed());
    document.put("message", verdict.headline());
    Map<String, Object> base = new LinkedHashMap<>();
    base.put("label", report.base().label());
    base.put("digest", report.base().bundle().map(Bundle::digest).orElse(null));
    base.put("applied", report.applied().stream().map(Migration::name).toList());
    base.put("faults", report.shadow().baseFaults());
    document.put("base", base);
    document.put("change", bundle(report.change()));
    document.put("serverMajor", report.serverMajor());
    document.put("shadowVersion", report.shadow().serverVersion());
    document.put(
        "pending",
        report.pending().stream().map(migration -> migration(report, migration)).toList());
    document.put("failed", report.shadow().failure().map(ChangeDocument::failure).orElse(null));
    document.put("statements", statements(report));
    document.put(
        "destructive",
        report.findings().stream()
            .filter(Finding::needsApproval)
            .filter(finding -> lower(finding.hazardClass()).equals("destructive"))
            .count());
    document.put("block", report.open(Severity.BLOCK));
    document.put("warn", report.open(Severity.WARN));
    document.put("inform", report.open(Severity.INFORM));
    document.put(
        "findings", report.findings().stream().map(finding -> finding(finding, verdict)).toList());
    Map<String, Object> compatibility = new LinkedHashMap<>();
    compatibility.put("verdict", lower(report.compatibility().verdict()));
    compatibility.put("summary", report.compatibility().summary());
    document.put("compatibility", compatibility);
    return document;
  }

  static Map<String, Object> bundle(Bundle bundle) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("format", bundle.format().displayName());
    entry.put("digest", bundle.digest());
    entry.put("migrations", bundle.migrations().size());
    return entry;
  }

  private static Map<String, Object> migration(ChangeReport report, Migration migration) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("migration", migration.name());
    entry.put("checksum", migration.checksum());
    entry.put("statements", migration.statements().size());
    entry.put("trial", lower(report.trial(migration)));
    return entry;
  }

  private static Map<String, Object> failure(ShadowOutcome.Failure failure) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("migration", failure.statement().migration());
    entry.put("index", failure.statement().index());
    entry.put("line", failure.line());
    entry.put("sqlState", failure.sqlState());
    entry.put("message", failure.message());
    return entry;
  }

  private static List<Map<String, Object>> statements(ChangeReport report) {
    List<Map<String, Object>> statements = new ArrayList<>();
    for (Migration migration : report.pending()) {
      for (Statement statement : migration.statements()) {
        StatementEffects effects =
            report.shadow().effects().get(new StatementKey(migration.name(), statement.index()));
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("migration", migration.name());
        entry.put("index", statement.index());
        entry.put("line", statement.line());
        entry.put("kind", statement.kind().command());
        entry.put("measured", effects.measured());
        entry.put("notMeasured", effects.notMeasured());
        entry.put("locks", effects.locks());
        entry.put("rewrites", effects.rewrites());
        entry.put("scans", effects.scans());
        entry.put("indexBuilds", effects.indexBuilds());
        statements.add(entry);
      }
    }
    return statements;
  }

  private static Map<String, Object> finding(Finding finding, ChangeVerdict verdict) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("rule", finding.rule());
    entry.put("severity", lower(finding.severity()));
    entry.put("class", lower(finding.hazardClass()));
    entry.put("migration", finding.migration());
    entry.put("index", finding.index());
    entry.put("line", finding.line());
    entry.put("message", finding.message());
    entry.put("saferWay", finding.saferWay());
    entry.put("waived", finding.waived());
    entry.put("fails", verdict.failing().contains(finding));
    return entry;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
