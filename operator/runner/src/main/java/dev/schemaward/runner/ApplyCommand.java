package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.RoundTrip;
import dev.schemaward.engine.execute.ApplyRequest;
import dev.schemaward.engine.execute.ApplyRequest.Gate;
import dev.schemaward.engine.execute.EarlyStart;
import dev.schemaward.engine.execute.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemaward apply}. */
@Command(
    name = "apply",
    description = {
      "Applies what is pending: under the migration lock, each file as a whole where PostgreSQL"
          + " allows it.",
      "Without --expect-plan or --if-allowed it applies whatever is pending."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer =
        "  DATABASE_URL=postgresql://… schemaward apply --bundle prisma/migrations --expect-plan"
            + " sha256:…")
final class ApplyCommand implements Callable<Integer>, Main.ContextAware {
  /** The values of {@code --approval}. */
  enum ApprovalRule {
    OnHazard,
    Never
  }

  @Mixin BundleOptions bundle;
  @Mixin TargetOptions target;

  @Option(
      names = "--expect-plan",
      paramLabel = "sha256:HASH",
      description =
          "Execute this plan and no other; any other ends with exit code 64, nothing executed.")
  String expectPlan;

  @Option(
      names = "--if-allowed",
      description = "Execute the plan when --approval says that it needs none; else only show it.")
  boolean ifAllowed;

  @Option(
      names = "--approval",
      paramLabel = "RULE",
      description = "With --if-allowed: ${COMPLETION-CANDIDATES}. Default: OnHazard.")
  ApprovalRule approval;

  @Mixin ApprovalOptions approved;
  @Mixin ShadowOptions shadow;
  @Mixin RunOptions run;
  @Mixin OutputOptions format;
  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    Report report = new Report("apply", run, format.document(), context.output());
    return report.of(
        () -> {
          Credentials credentials = context.credentials(target);
          report.ways(
              () ->
                  Schemaward.recovery(
                      Recoveries.request(bundle, target, run, credentials, null, null)));
          Progress progress =
              report.json()
                  ? Progress.SILENT
                  : context.output().progress(run.progress, run.resultFile != null);
          ApplyRequest request =
              new ApplyRequest(
                  null,
                  credentials,
                  target.schema,
                  run.policy(),
                  gate(),
                  approved.approval(),
                  run.owner,
                  run.takeOverFrom,
                  run.knownLedger,
                  run.run,
                  BuildId.ID,
                  RoundTrip.UNWATCHED);
          EarlyStart early = EarlyStart.begin(request, progress, context.cancellation());
          Bundle migrations;
          try {
            migrations = bundle.read();
          } catch (InvalidBundleException | RuntimeException e) {
            early.abandon();
            throw e;
          }
          return report.applied(
              Schemaward.apply(
                  request.applying(migrations), early, progress, context.cancellation()));
        });
  }

  private Gate gate() throws EngineException {
    if (expectPlan != null) {
      if (!expectPlan.matches("sha256:[0-9a-f]{64}")) {
        throw new EngineException(
            FailureReason.InvalidRequest,
            "--expect-plan takes the whole hash: sha256: and 64 lower-case hex digits");
      }
      return new Gate.Expected(expectPlan);
    }
    if (approval != null && !ifAllowed) {
      // Ignoring it would apply what its author believes to be held back.
      throw new EngineException(
          FailureReason.InvalidRequest, "--approval means nothing without --if-allowed");
    }
    return ifAllowed && approval != ApprovalRule.Never
        ? new Gate.UnlessHazardous(run.assessor(shadow.choiceOrOff(context.environment())))
        : new Gate.Always();
  }
}
