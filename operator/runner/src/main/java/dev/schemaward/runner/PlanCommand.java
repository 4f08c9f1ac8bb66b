package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.drift.DriftCheck;
import dev.schemaward.engine.drift.DriftIgnore;
import dev.schemaward.engine.drift.DriftRequest;
import dev.schemaward.engine.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemaward plan}. */
@Command(
    name = "plan",
    description = "Shows what would be executed, with its hazards and its hash. Reads only.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer =
        "  DATABASE_URL=postgresql://… schemaward plan --bundle prisma/migrations --output json")
final class PlanCommand implements Callable<Integer>, Main.ContextAware {
  @Mixin BundleOptions bundle;
  @Mixin TargetOptions target;
  @Mixin ShadowOptions shadow;
  @Mixin RunOptions run;
  @Mixin DocumentOptions document;

  @Option(
      names = "--drift",
      description =
          "Compare the schema with its applied migrations first, and say so in the plan when it is"
              + " another. Needs a shadow.")
  boolean drift;

  @Option(
      names = "--ignore",
      paramLabel = "PATTERN: REASON",
      description = "What may differ, as for drift. Repeatable.")
  List<String> ignores = new ArrayList<>();

  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    Report report = new Report("plan", run, document.format, context.output());
    return report.of(
        () -> {
          report.surroundedBy(document.surroundings(context.environment()));
          Credentials credentials = context.credentials(target);
          report.ways(
              () ->
                  Schemaward.recovery(
                      Recoveries.request(bundle, target, run, credentials, null, null)));
          Bundle read = bundle.read();
          Plan plan =
              Schemaward.plan(
                  read,
                  credentials,
                  target.schema,
                  run.policy(),
                  run.owner,
                  run.takeOverFrom,
                  BuildId.ID,
                  run.knownLedger,
                  run.assessor(shadow.choiceOrOff(context.environment())));
          return report.planned(
              drift && !plan.pending().isEmpty() ? compared(plan, read, credentials) : plan);
        });
  }

  /** What keeps the schema from being compared does not keep the plan from being made. */
  private Plan compared(Plan plan, Bundle read, Credentials credentials) throws EngineException {
    List<DriftIgnore> patterns = DriftIgnores.parse(ignores);
    try {
      return DriftCheck.finding(
              DriftCheck.run(
                  new DriftRequest(
                      read,
                      credentials,
                      target.schema,
                      shadow.choice(context.environment()),
                      patterns,
                      false)))
          .map(plan::with)
          .orElse(plan);
    } catch (EngineException e) {
      context.output().error("not compared with its migrations: " + e.getMessage());
      return plan;
    }
  }
}
