package dev.schemaward.runner;

import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.engine.recover.RecoveryOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The ways on, for a person. */
final class RecoveryText {
  private static final int FIRST = 5;
  private static final int FACTS = 30;

  private RecoveryText() {}

  /**
   * Everything: the situation, what is known, each way with what it writes.
   *
   * @param redact masks secrets, before the lines of a text are taken apart
   */
  static List<String> of(Recovery recovery, UnaryOperator<String> redact) {
    List<String> lines = new ArrayList<>();
    String situation = recovery.situation();
    lines.add(Character.toUpperCase(situation.charAt(0)) + situation.substring(1) + ".");
    recovery.facts().stream().limit(FACTS).forEach(fact -> lines.add("  " + fact));
    if (recovery.facts().size() > FACTS) {
      lines.add("  … and " + (recovery.facts().size() - FACTS) + " more (--output json has all)");
    }
    for (RecoveryOption option : recovery.options()) {
      lines.add("");
      lines.add(
          option.shortId()
              + "  "
              + option.title()
              + (option.recommended() ? "  (recommended)" : ""));
      lines.add("        " + option.consequence());
      lines.add("        It writes:");
      for (String sql : option.sql().stream().limit(FIRST).toList()) {
        redact.apply(sql).lines().forEach(line -> lines.add("          " + line));
      }
      if (option.sql().size() > FIRST) {
        lines.add("          … and " + (option.sql().size() - FIRST) + " more statements");
      }
      lines.add("        Do it: schemaward recover … --apply --expect " + option.hash());
    }
    return lines;
  }

  /** A line a way, for the end of a failed run. */
  static List<String> brief(Recovery recovery) {
    List<String> lines = new ArrayList<>();
    recovery.facts().stream().limit(FIRST).forEach(fact -> lines.add("  known:       " + fact));
    for (RecoveryOption option : recovery.options()) {
      lines.add(
          "  way on:      "
              + option.title()
              + (option.recommended() ? " (recommended)" : "")
              + ": schemaward recover … --apply --expect "
              + option.hash());
    }
    return lines;
  }
}
