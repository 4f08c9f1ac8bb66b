package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Applies waivers to findings, and reports those that do not count or cover nothing. */
final class Waivers {
  private Waivers() {}

  /**
   * The findings with their waivers, and behind them what is wrong with waivers.
   *
   * @param fromSpec in force for every plan; one that names no migration may cover nothing
   */
  static List<Finding> apply(
      List<Finding> findings, List<Migration> pending, List<Waiver> fromSpec) {
    List<Waiver> waivers = new ArrayList<>(fromSpec);
    Set<String> names = new HashSet<>();
    for (Migration migration : pending) {
      names.add(migration.name());
      for (Statement statement : migration.statements()) {
        waivers.addAll(Waiver.in(migration.name(), statement));
      }
    }
    List<Finding> result = new ArrayList<>();
    Set<Waiver> used = new HashSet<>();
    for (Finding finding : findings) {
      String reason = finding.waived();
      for (Waiver waiver : waivers) {
        if (waiver.covers(finding)) {
          used.add(waiver);
          reason = reason == null ? waiver.reason() : reason;
        }
      }
      result.add(finding.waivedBecause(reason));
    }
    for (Waiver waiver : waivers) {
      boolean about = waiver.migration() != null && names.contains(waiver.migration());
      if (waiver.reason().isEmpty() && (about || waiver.migration() == null)) {
        result.add(
            finding(
                waiver,
                "waiver-without-reason",
                "the waiver of " + waiver.rule() + " gives no reason, and does not count",
                "-- schemaward: allow " + waiver.rule() + " -- why it is no harm here"));
      } else if (about && !used.contains(waiver)) {
        result.add(
            finding(
                waiver,
                "unused-waiver",
                Rules.exists(waiver.rule())
                    ? "the waiver of " + waiver.rule() + " covers nothing"
                    : "the waiver of " + waiver.rule() + " covers nothing: no rule is called so",
                "remove it"));
      }
    }
    return result;
  }

  private static Finding finding(Waiver waiver, String rule, String message, String saferWay) {
    return new Finding(
        rule,
        Severity.WARN,
        HazardClass.POLICY,
        waiver.migration() == null ? "" : waiver.migration(),
        waiver.index(),
        waiver.line(),
        message,
        saferWay,
        null);
  }
}
