package dev.schemaward.engine.plan;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.ledger.Ledger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The hash that an approval names: SHA-256 over canonical JSON (keys sorted, no white space,
 * strings escaped as RFC 8785 says) of everything that matters. Any change of any input gives
 * another hash.
 */
public final class PlanHash {
  private PlanHash() {}

  /**
   * What is hashed.
   *
   * @param bundleDigest digest of the bundle up to its target version
   * @param pending migrations to run, in order
   * @param applied what was applied before, {@code name checksum} a line, in order
   * @param fingerprint of the live schema
   * @param target which database
   * @param findings hazards of the pending migrations
   * @param runnerBuild build that planned
   * @param policy bounds of the execution
   */
  public record Inputs(
      String bundleDigest,
      List<Migration> pending,
      String applied,
      String fingerprint,
      TargetIdentity target,
      List<Finding> findings,
      String runnerBuild,
      ExecutionPolicy policy) {}

  /** {@code sha256:<64 hex>}. */
  public static String of(Inputs inputs) {
    return "sha256:" + Ledger.sha256(canonicalJson(inputs));
  }

  static String canonicalJson(Inputs inputs) {
    Map<String, Object> document = new TreeMap<>();
    document.put("applied", inputs.applied());
    document.put("bundle", inputs.bundleDigest());
    document.put(
        "findings",
        inputs.findings().stream()
            .map(
                finding ->
                    sorted(
                        "rule", finding.rule(),
                        "severity", finding.severity().name(),
                        "migration", finding.migration(),
                        "index", Integer.toString(finding.index()),
                        "waived", String.valueOf(finding.waived())))
            .toList());
    document.put("fingerprint", inputs.fingerprint());
    document.put(
        "pending",
        inputs.pending().stream()
            .map(migration -> sorted("name", migration.name(), "checksum", migration.checksum()))
            .toList());
    document.put("policy", policy(inputs.policy()));
    document.put("runner", inputs.runnerBuild());
    document.put(
        "target",
        sorted(
            "systemIdentifier", String.valueOf(inputs.target().systemIdentifier()),
            "database", inputs.target().database(),
            "schema", inputs.target().schema()));
    StringBuilder json = new StringBuilder();
    write(json, document);
    return json.toString();
  }

  private static Map<String, Object> policy(ExecutionPolicy policy) {
    Map<String, Object> bounds =
        sorted(
            "lockWait", policy.lockWait().toString(),
            "statementTimeout", policy.statementTimeout().toString(),
            "deadline", policy.deadline().toString());
    bounds.put(
        "blockers",
        sorted(
            "application", String.valueOf(policy.blockers().application()),
            "idleInTransactionFor", String.valueOf(policy.blockers().idleInTransactionFor())));
    Map<String, Object> lint = new TreeMap<>();
    lint.put("block", policy.lint().block());
    lint.put(
        "waive",
        policy.lint().waivers().stream()
            .map(
                waiver ->
                    sorted(
                        "rule", waiver.rule(),
                        "migration", String.valueOf(waiver.migration()),
                        "reason", waiver.reason()))
            .toList());
    bounds.put("lint", lint);
    return bounds;
  }

  private static Map<String, Object> sorted(String... keysAndValues) {
    Map<String, Object> map = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private static void write(StringBuilder json, Object value) {
    switch (value) {
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.append(separator);
          write(json, entry.getKey());
          json.append(':');
          write(json, entry.getValue());
          separator = ",";
        }
        json.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        String separator = "[";
        for (Object element : list) {
          json.append(separator);
          write(json, element);
          separator = ",";
        }
        json.append(list.isEmpty() ? "[]" : "]");
      }
      default -> string(json, value.toString());
    }
  }

  private static void string(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        default -> {
          if (c < 0x20) {
            json.append(String.format("\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
