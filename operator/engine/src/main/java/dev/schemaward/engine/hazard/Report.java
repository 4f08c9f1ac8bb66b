package dev.schemaward.engine.hazard;

import dev.schemaward.engine.catalog.LiveCatalog.Relation;
import dev.schemaward.engine.sql.Name;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Collects what the rules say about one statement. Leaves out what is said about a table that the
 * plan itself creates, sets the severity by size and traffic, and believes the shadow before the
 * text: work on a table that the text makes likely and the shadow did not see is no finding.
 */
final class Report {
  /** Blocking work of at least this many seconds raises a warning to a block. */
  private static final double LONG = 60;

  /** Blocking work of less than this many seconds lowers a severity. */
  private static final double SHORT = 1;

  /** Writes an hour from which on an instant's lock is worth a warning. */
  private static final long BUSY = 36_000;

  private final Step step;
  private final List<Draft> drafts = new ArrayList<>();
  private Rule rule;
  private boolean scanSpokenOf;

  Report(Step step) {
    this.step = step;
  }

  private record Draft(Rule rule, Finding finding, Set<Harm> harms) {}

  /** What is said from here on is said by this rule. */
  void by(Rule next) {
    rule = next;
  }

  /**
   * A finding with the rule's own severity.
   *
   * @param table that it is about; null when it is about none, and then it is always reported
   * @param saferWay null for none
   * @param harms work in proportion to the table's size; the shadow must have seen one of them
   */
  void add(Name table, String message, String saferWay, Harm... harms) {
    add(rule.severity(), table, message, saferWay, harms);
  }

  /** A finding with another severity than the rule's. */
  void add(Severity severity, Name table, String message, String saferWay, Harm... harms) {
    if (table != null && step.schema().isNew(table)) {
      return;
    }
    Set<Harm> claims = harms.length == 0 ? Set.of() : EnumSet.of(harms[0], harms);
    drafts.add(
        new Draft(
            rule,
            new Finding(
                rule.id(),
                scaled(severity, table, claims),
                rule.hazardClass(),
                step.migration().name(),
                step.statement().index(),
                step.statement().line(),
                message,
                saferWay,
                null),
            claims));
  }

  private Severity scaled(Severity severity, Name table, Set<Harm> harms) {
    if (table == null || rule.hazardClass() == HazardClass.DESTRUCTIVE) {
      return severity;
    }
    if (harms.isEmpty()) {
      Relation live = step.schema().live(table);
      boolean busy = live != null && live.writesPerHour() >= BUSY;
      return busy && severity == Severity.INFORM && rule.hazardClass() == HazardClass.LOCK
          ? Severity.WARN
          : severity;
    }
    double seconds =
        harms.stream().mapToDouble(harm -> step.seconds(table, harm)).max().orElseThrow();
    if (seconds < 0) {
      return severity;
    }
    if (seconds < SHORT) {
      return severity == Severity.BLOCK ? Severity.WARN : Severity.INFORM;
    }
    return seconds >= LONG && severity == Severity.WARN ? Severity.BLOCK : severity;
  }

  /** True when some finding so far says that a table is read, built or written as a whole. */
  boolean saysHeavy() {
    return drafts.stream().anyMatch(draft -> !draft.harms().isEmpty());
  }

  /**
   * Says that the finding just added already speaks of the scan that the shadow may see, and stands
   * also when it sees none.
   */
  void speaksOfScan() {
    scanSpokenOf = true;
  }

  /** True when what the shadow sees heavy is already spoken of. */
  boolean speaksOfHeavy() {
    return scanSpokenOf || saysHeavy();
  }

  /** True when nothing was found so far. */
  boolean isEmpty() {
    return drafts.isEmpty();
  }

  /** Leaves out what the shadow did not see. */
  void believe(Observed observed) {
    if (step.measured()) {
      drafts.removeIf(
          draft ->
              !draft.harms().isEmpty()
                  && draft.rule().hazardClass() != HazardClass.DESTRUCTIVE
                  && draft.rule().hazardClass() != HazardClass.DATA
                  && observed.none(draft.harms()));
    }
  }

  /** The findings, in the order of the rules. */
  List<Finding> findings() {
    return drafts.stream().map(Draft::finding).toList();
  }
}
