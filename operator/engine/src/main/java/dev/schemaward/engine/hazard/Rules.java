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

  private Rules() {}
}
