package dev.schemaward.engine.hazard;

import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.catalog.LiveCatalog;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementKey;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.CommandReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Judges a plan: every pending statement by every rule, in the light of what the live catalogue
 * says and what a shadow database showed. Pure: the same input gives the same findings.
 */
public final class Hazards {
  private Hazards() {}

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
      Map<StatementKey, StatementEffects> effects,
      LiveCatalog live,
      int serverMajor) {
    return judge(pending, effects, live, serverMajor, List.of());
  }

  /**
   * As above, with waivers; those in the comments of the files count too.
   *
   * @param waivers of a spec or policy
   */
  public static List<Finding> judge(
      List<Migration> pending,
      Map<StatementKey, StatementEffects> effects,
      LiveCatalog live,
      int serverMajor,
      List<Waiver> waivers) {
    return judge(pending, effects, live, serverMajor, waivers, List.of());
  }

  /**
   * As above, with findings that came about in another way ({@link Preflight}) and that waivers
   * cover too.
   *
   * @param others put behind those of the rules
   */
  public static List<Finding> judge(
      List<Migration> pending,
      Map<StatementKey, StatementEffects> effects,
      LiveCatalog live,
      int serverMajor,
      List<Waiver> waivers,
      List<Finding> others) {
    List<Finding> findings = new ArrayList<>();
    walk(pending, effects, live, serverMajor, step -> findings.addAll(judge(step)));
    findings.addAll(others);
    return Waivers.apply(findings, pending, waivers);
  }

  /** Shows each statement, in order, with what is known just before it runs. */
  static void walk(
      List<Migration> pending,
      Map<StatementKey, StatementEffects> effects,
      LiveCatalog live,
      int serverMajor,
      Consumer<Step> visitor) {
    PlanSchema schema = new PlanSchema(live);
    int transactions = 0;
    for (Migration migration : pending) {
      Transaction transaction = new Transaction(transactions++, false);
      List<Command> file = migration.statements().stream().map(CommandReader::read).toList();
      for (Statement statement : migration.statements()) {
        Execution execution = statement.kind().execution();
        boolean alone = execution == Execution.NON_TRANSACTIONAL || execution == Execution.BATCH;
        if (execution == Execution.BEGIN || alone) {
          transaction = new Transaction(transactions++, execution == Execution.BEGIN);
        }
        Step step =
            new Step(
                migration,
                statement,
                file.get(statement.index() - 1),
                file,
                schema,
                transaction,
                effects.get(new StatementKey(migration.name(), statement.index())),
                serverMajor);
        visitor.accept(step);
        transaction.ran(step);
        SchemaEffects.apply(step);
        if (execution == Execution.COMMIT || execution == Execution.ROLLBACK || alone) {
          transaction = new Transaction(transactions++, false);
        }
      }
    }
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
