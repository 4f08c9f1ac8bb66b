package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.sql.command.CommandReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Judges a plan: every pending statement by every rule, in the light of what the live catalogue
 * says and what a shadow database showed. Pure: the same input gives the same findings.
 */
public final class Hazards {
  private Hazards() {}

  /**
   * Where a statement stands.
   *
   * @param migration name of the migration
   * @param index number of the statement in its file, from 1
   */
  public record Place(String migration, int index) {}

  /**
   * Findings of pending migrations, in the order of the statements.
   *
   * @param effects what a shadow showed; a statement that is missing here was not measured, and is
   *     judged by its text
   * @param live {@link LiveCatalog#UNKNOWN} when it was not read: every table may then be large and
   *     in use
   * @param serverMajor for example 18
   */
  public static List<Finding> judge(
      List<Migration> pending,
      Map<Place, StatementEffects> effects,
      LiveCatalog live,
      int serverMajor) {
    PlanSchema schema = new PlanSchema(live);
    List<Finding> findings = new ArrayList<>();
    int transactions = 0;
    for (Migration migration : pending) {
      Transaction transaction = new Transaction(transactions++, false);
      for (Statement statement : migration.statements()) {
        Execution execution = statement.kind().execution();
        if (execution == Execution.BEGIN || execution == Execution.NON_TRANSACTIONAL) {
          transaction = new Transaction(transactions++, execution == Execution.BEGIN);
        }
        Step step =
            new Step(
                migration,
                statement,
                CommandReader.read(statement),
                schema,
                transaction,
                effects.get(new Place(migration.name(), statement.index())),
                serverMajor);
        findings.addAll(judge(step));
        transaction.ran(step);
        SchemaEffects.apply(step);
        if (execution == Execution.COMMIT
            || execution == Execution.ROLLBACK
            || execution == Execution.NON_TRANSACTIONAL) {
          transaction = new Transaction(transactions++, false);
        }
      }
    }
    return findings;
  }

  private static List<Finding> judge(Step step) {
    Report report = new Report(step);
    Observed observed = Observed.of(step);
    for (Rule rule : Rules.ALL) {
      report.by(rule);
      rule.judge().judge(step, report);
    }
    report.believe(observed);
    observed.report(step, report);
    return report.findings();
  }
}
