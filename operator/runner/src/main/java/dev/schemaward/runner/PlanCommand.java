package dev.schemaward.runner;

import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.connect.Credentials;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    Report report = new Report("plan", run, context.output());
    return report.of(
        () -> {
          Credentials credentials = context.credentials(target);
          report.ways(
              () ->
                  Schemaward.recovery(
                      Recoveries.request(bundle, target, run, credentials, null, null)));
          return report.planned(
              Schemaward.plan(
                  bundle.read(),
                  credentials,
                  target.schema,
                  run.policy(),
                  run.owner,
                  run.takeOverFrom,
                  BuildId.ID,
                  run.knownLedger,
                  run.assessor(shadow.choiceOrOff(context.environment()))));
        });
  }
}
