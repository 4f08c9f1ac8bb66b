package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.Directive;
import dev.schemaward.engine.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Somebody's word that a finding is known and accepted. A finding that is covered stays listed,
 * with the reason; it no longer asks for an approval, unless it destroys something.
 *
 * <p>In SQL: {@code -- schemaward: allow rule[, rule] -- reason} before, inside, or at the end of
 * the line of a statement; {@code allow-file} instead of {@code allow} for the whole file.
 *
 * @param rule id of the rule
 * @param migration name of the migration that it is about; null for every one
 * @param index number of the statement in its file, from 1; 0 for the whole file
 * @param line where it is written, from 1; 0 when it comes from a spec
 * @param reason why; empty when none is given, and then the waiver does not count
 */
public record Waiver(String rule, String migration, int index, int line, String reason) {
  public Waiver {
    reason = reason == null ? "" : reason.strip();
  }

  /**
   * A waiver of a spec.
   *
   * @param migration null for every migration
   */
  public static Waiver ofSpec(String rule, String migration, String reason) {
    return new Waiver(rule, migration, 0, 0, reason);
  }

  /** The waivers that a statement's comments give. */
  static List<Waiver> in(String migration, Statement statement) {
    List<Waiver> waivers = new ArrayList<>();
    for (Directive directive : statement.directives()) {
      String text = directive.text();
      String word = text.split("\\s+", 2)[0].toLowerCase(Locale.ROOT);
      if (!word.equals("allow") && !word.equals("allow-file")) {
        continue;
      }
      String rest = text.substring(word.length()).strip();
      int dashes = rest.indexOf("--");
      String rules = dashes < 0 ? rest : rest.substring(0, dashes);
      String reason = dashes < 0 ? "" : rest.substring(dashes + 2);
      for (String rule : rules.split("[,\\s]+", -1)) {
        if (!rule.isEmpty()) {
          waivers.add(
              new Waiver(
                  rule.toLowerCase(Locale.ROOT),
                  migration,
                  word.equals("allow") ? statement.index() : 0,
                  directive.line(),
                  reason));
        }
      }
    }
    return waivers;
  }

  /** True when it is about this finding and counts. */
  boolean covers(Finding finding) {
    return !reason.isEmpty()
        && rule.equals(finding.rule())
        && (migration == null || migration.equals(finding.migration()))
        && (index == 0 || index == finding.index());
  }
}
