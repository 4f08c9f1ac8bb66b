package dev.schemaward.engine.hazard;

import dev.schemaward.engine.sql.command.Command;
import dev.schemaward.engine.sql.command.TableChange;

/**
 * One rule: what it is called, how much it matters where nothing more is known, and how it judges.
 *
 * @param id stable; also the name of its page in docs/hazards
 * @param severity without knowledge of sizes
 */
record Rule(String id, Severity severity, HazardClass hazardClass, Judge judge) {
  /** Looks at a statement. */
  @FunctionalInterface
  interface Judge {
    void judge(Step step, Report report);
  }

  /** Looks at a statement of one kind. */
  @FunctionalInterface
  interface CommandJudge<C extends Command> {
    void judge(Step step, C command, Report report);
  }

  /** Looks at one action of an ALTER TABLE. */
  @FunctionalInterface
  interface ChangeJudge<C extends TableChange> {
    void judge(Step step, Command.AlterTable alter, C change, Report report);
  }

  /** A rule about statements of one kind. */
  static <C extends Command> Rule on(
      String id, Severity severity, HazardClass hazardClass, Class<C> kind, CommandJudge<C> judge) {
    return new Rule(
        id,
        severity,
        hazardClass,
        (step, report) -> {
          if (kind.isInstance(step.command())) {
            judge.judge(step, kind.cast(step.command()), report);
          }
        });
  }

  /** A rule about one kind of action of ALTER TABLE. */
  static <C extends TableChange> Rule onChange(
      String id, Severity severity, HazardClass hazardClass, Class<C> kind, ChangeJudge<C> judge) {
    return new Rule(
        id,
        severity,
        hazardClass,
        (step, report) -> {
          if (step.command() instanceof Command.AlterTable alter) {
            for (TableChange change : alter.changes()) {
              if (kind.isInstance(change)) {
                judge.judge(step, alter, kind.cast(change), report);
              }
            }
          }
        });
  }
}
