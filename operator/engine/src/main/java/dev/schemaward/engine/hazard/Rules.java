package dev.schemaward.engine.hazard;

import java.util.List;
import java.util.stream.Stream;

/** All rules, in the order in which a statement's findings are listed. */
final class Rules {
  static final List<Rule> ALL =
      Stream.of(
              DestructionRules.RULES,
              SecurityRules.RULES,
              ColumnRules.RULES,
              TypeRules.RULES,
              NotNullRules.RULES,
              ConstraintRules.RULES,
              KeyRules.RULES,
              IndexRules.RULES,
              ObjectRules.RULES,
              PartitionRules.RULES,
              TransactionRules.RULES,
              SessionRules.RULES,
              LiveRules.RULES)
          .flatMap(List::stream)
          .toList();

  /** Ids of findings that no rule about a statement's form gives. */
  static final List<String> OTHERS =
      List.of(
          "measured-rewrite",
          "measured-scan-under-lock",
          "measured-lock",
          "unused-waiver",
          "waiver-without-reason",
          "preflight-nulls",
          "preflight-duplicates",
          "preflight-orphans",
          "preflight-check",
          "preflight-fit",
          "preflight-not-checked",
          "not-owner",
          "few-connection-slots",
          "pk-int32-exhaustion",
          "out-of-order",
          "schema-drift",
          "will-fail");

  /** True for an id that a finding may have. */
  static boolean exists(String id) {
    return OTHERS.contains(id) || ALL.stream().anyMatch(rule -> rule.id().equals(id));
  }

  private Rules() {}
}
