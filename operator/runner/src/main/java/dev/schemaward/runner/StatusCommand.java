package dev.schemaward.runner;

import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.shadow.ShadowSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code schemaward status}. */
@Command(
    name = "status",
    description = "Lists what is applied and what is pending. Reads only.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  schemaward status --bundle prisma/migrations --database-url-file url.txt")
final class StatusCommand implements Callable<Integer>, Main.ContextAware {
  @Mixin BundleOptions bundle;
  @Mixin TargetOptions target;
  @Mixin RunOptions run;
  @Mixin OutputOptions format;
  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    Report report = new Report("status", run, format.document(), context.output());
    return report.of(
        () -> {
          Credentials credentials = context.credentials(target);
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
                  run.assessor(new ShadowSource.Off()));
          if (report.json()) {
            return report.planned(plan);
          }
          print(read, plan);
          return 0;
        });
  }

  private void print(Bundle read, Plan plan) {
    List<String> pending = plan.pending().stream().map(Migration::name).toList();
    context
        .output()
        .line(
            plan.target().database()
                + ", schema "
                + plan.target().schema()
                + ", PostgreSQL "
                + plan.target().serverVersion()
                + ": "
                + plan.appliedCount()
                + " applied, "
                + pending.size()
                + " pending");
    for (Migration migration : read.migrations()) {
      context
          .output()
          .line(
              (pending.contains(migration.name()) ? "  pending  " : "  applied  ")
                  + migration.name());
    }
  }
}
