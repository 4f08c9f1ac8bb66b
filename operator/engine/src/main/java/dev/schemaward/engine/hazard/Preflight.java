package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.sql.Name;
import dev.schemaward.engine.sql.command.Command;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What to ask the live database before a plan runs: whether the rows that are there fit what the
 * plan asks of them. Only builds the questions; {@code catalog.PreflightReader} asks them.
 */
public final class Preflight {
  /** Rows from which on a count is only "at least". */
  public static final int MOST = 1000;

  private Preflight() {}

  /**
   * A question.
   *
   * @param rule id of the finding when the answer is bad, for example {@code preflight-nulls}
   * @param migration name of the migration
   * @param index number of the statement in its file, from 1
   * @param line line in the file, from 1
   * @param what rows are counted, for a message: {@code rows of orders with NULL in total}
   * @param count SQL that gives one number, at most {@link #MOST}; null when nothing can be asked,
   *     and then {@code notAsked} says why
   * @param examples SQL that gives one column of text, the offending values, at most five; null
   *     when there are none to show
   * @param mended true when the plan itself writes to the table before: the answer may be another
   *     one by then
   * @param notAsked why nothing is asked; null when something is
   */
  public record Check(
      String rule,
      String migration,
      int index,
      int line,
      String what,
      String count,
      String examples,
      boolean mended,
      String notAsked) {}

  /**
   * An answer.
   *
   * @param rows how many offend, at most {@link #MOST}
   * @param examples offending values; empty unless they were allowed
   * @param unanswered why there is no answer (a timeout, a missing right); null when there is one
   */
  public record Answer(Check check, long rows, List<String> examples, String unanswered) {
    public Answer {
      examples = List.copyOf(examples);
    }
  }

  /** The questions that a plan raises, in the order of its statements. */
  public static List<Check> checks(List<Migration> pending, LiveCatalog live, int serverMajor) {
    List<Check> checks = new ArrayList<>();
    Hazards.walk(
        pending, Map.of(), live, serverMajor, step -> new PreflightQuestions(step, checks).read());
    return checks;
  }

  /**
   * Tables of the live database that the plan changes in ways that only their owner may, each once.
   */
  public static List<Name> changed(List<Migration> pending, LiveCatalog live, int serverMajor) {
    Set<Name> tables = new LinkedHashSet<>();
    Hazards.walk(
        pending,
        Map.of(),
        live,
        serverMajor,
        step -> {
          switch (step.command()) {
            case Command.AlterTable alter -> tables.add(alter.name());
            case Command.CreateIndex index -> tables.add(index.table());
            case Command.Drop drop -> {
              if (drop.kind().equals("TABLE")) {
                tables.addAll(drop.names());
              }
            }
            default -> {
              // needs no owner
            }
          }
          tables.removeIf(step.schema()::isNew);
        });
    return List.copyOf(tables);
  }

  /** The findings that follow from the answers; none for a good one. */
  public static List<Finding> findings(List<Answer> answers) {
    List<Finding> findings = new ArrayList<>();
    for (Answer answer : answers) {
      Check check = answer.check();
      if (check.notAsked() != null || answer.unanswered() != null) {
        String why = check.notAsked() != null ? check.notAsked() : answer.unanswered();
        findings.add(
            finding(
                check,
                "preflight-not-checked",
                Severity.INFORM,
                "not checked for " + check.what() + ": " + why,
                null));
      } else if (answer.rows() > 0) {
        String number = (answer.rows() >= MOST ? "at least " : "") + answer.rows() + " ";
        String shown =
            answer.examples().isEmpty()
                ? ""
                : ", for example " + String.join(", ", answer.examples());
        findings.add(
            finding(
                check,
                check.rule(),
                check.mended() ? Severity.WARN : Severity.BLOCK,
                "will fail: there are "
                    + number
                    + check.what()
                    + shown
                    + (check.mended()
                        ? ", unless an earlier statement of the plan mends them"
                        : ""),
                "mend the rows in a migration before"));
      }
    }
    return findings;
  }

  private static Finding finding(
      Check check, String rule, Severity severity, String message, String saferWay) {
    return new Finding(
        rule,
        severity,
        HazardClass.DATA,
        check.migration(),
        check.index(),
        check.line(),
        message,
        saferWay,
        null);
  }
}
