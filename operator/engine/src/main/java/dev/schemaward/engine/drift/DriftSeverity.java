package dev.schemaward.engine.drift;

import dev.schemaward.engine.drift.Drift.Severity;
import java.util.List;
import java.util.Set;

/** How much a difference matters: one table, so that it can be argued about. */
final class DriftSeverity {
  /** Nobody but a person reading the schema, or the planner a little, notices. */
  private static final Set<String> COSMETIC =
      Set.of(
          "comment",
          "statistics target",
          "statistics targets",
          "target",
          "options",
          "toast options",
          "storage",
          "compression",
          "tablespace",
          "access method",
          "clustered",
          "cache",
          "start",
          "position");

  /** Decide what data may be stored, or who sees it. */
  private static final Set<String> GRAVE =
      Set.of(
          "type",
          "not null",
          "generated",
          "identity",
          "collation",
          "row level security",
          "force row level security",
          "replica identity",
          "invalid",
          "not valid",
          "not enforced",
          "unlogged",
          "kind",
          "inherits",
          "partition bound",
          "partition key",
          "labels",
          "attributes",
          "using",
          "check",
          "roles",
          "command",
          "restrictive",
          "state");

  private DriftSeverity() {}

  /** Of an object that is there and is not expected. */
  static Severity added(SchemaObject found) {
    return switch (found.kind()) {
      case STATISTICS, COLLATION, EXTENSION -> Severity.LOW;
      case POLICY, EVENT_TRIGGER -> Severity.HIGH;
      case INDEX -> found.is("invalid") ? Severity.HIGH : Severity.MEDIUM;
      default -> Severity.MEDIUM;
    };
  }

  /** Of an object that is expected and is not there. */
  static Severity missing(SchemaObject expected) {
    return switch (expected.kind()) {
      case STATISTICS -> Severity.LOW;
      case DEFAULT_PRIVILEGES -> Severity.MEDIUM;
      default -> Severity.HIGH;
    };
  }

  /** Of an object that is another than expected. */
  static Severity changed(SchemaObject expected, List<Drift.Attribute> attributes) {
    Severity worst = Severity.LOW;
    for (Drift.Attribute attribute : attributes) {
      Severity one =
          GRAVE.contains(attribute.name()) || isRule(expected, attribute.name())
              ? Severity.HIGH
              : COSMETIC.contains(attribute.name()) ? Severity.LOW : Severity.MEDIUM;
      worst = one.compareTo(worst) < 0 ? one : worst;
    }
    return worst;
  }

  /** The definition of what guards data is another matter than that of a view. */
  private static boolean isRule(SchemaObject expected, String attribute) {
    return attribute.equals("definition")
        && switch (expected.kind()) {
          case CONSTRAINT, DOMAIN_CONSTRAINT, INDEX, TRIGGER, RULE -> true;
          default -> false;
        };
  }
}
