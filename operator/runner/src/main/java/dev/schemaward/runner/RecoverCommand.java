package dev.schemaward.runner;

import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.Schemaward;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.execute.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemaward recover}. */
@Command(
    name = "recover",
    description = {
      "Shows what of a failed, interrupted, edited or unrecorded migration is in the database, and"
          + " the ways on; performs the one that is chosen.",
      "It writes the history and the ledger, never the application's schema or data."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = {
      "  DATABASE_URL=postgresql://… schemaward recover --bundle prisma/migrations --show",
      "  DATABASE_URL=postgresql://… schemaward recover --bundle prisma/migrations --apply --expect"
          + " sha256:…"
    })
final class RecoverCommand implements Callable<Integer>, Main.ContextAware {
  @Mixin BundleOptions bundle;
  @Mixin TargetOptions target;

  @Option(names = "--show", description = "Show the situation and the ways on. The default.")
  boolean show;

  @Option(names = "--apply", description = "Perform the way on that --expect names.")
  boolean apply;

  @Option(
      names = "--expect",
      paramLabel = "sha256:HASH",
      description =
          "Which way on: its hash, as shown. Any change since then ends with exit code 64.")
  String expect;

  @Option(
      names = "--up-to",
      paramLabel = "MIGRATION",
      description =
          "For a database without history: the last migration that is in it already. Default: by"
              + " what is seen there.")
  String upTo;

  @Mixin ApprovalOptions approval;
  @Mixin RunOptions run;
  @Mixin OutputOptions format;
  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    Report report = new Report("recover", run, format.document(), context.output());
    return report.of(
        () -> {
          check();
          Credentials credentials = context.credentials(target);
          if (!apply) {
            return report.recovery(Schemaward.recovery(request(credentials)));
          }
          Progress progress =
              report.json()
                  ? Progress.SILENT
                  : context.output().progress(run.progress, run.resultFile != null);
          return report.recovered(
              Schemaward.recover(request(credentials), expect, progress, context.cancellation()));
        });
  }

  private dev.schemaward.engine.execute.RecoverRequest request(Credentials credentials)
      throws InvalidBundleException, EngineException {
    return Recoveries.request(bundle, target, run, credentials, upTo, approval.approval());
  }

  private void check() throws EngineException {
    if (apply && show) {
      throw new EngineException(FailureReason.InvalidRequest, "say --show or --apply, not both");
    }
    if (apply != (expect != null)) {
      throw new EngineException(
          FailureReason.InvalidRequest,
          apply
              ? "--apply needs --expect sha256:…, the way on that was shown"
              : "--expect means nothing without --apply");
    }
    if (expect != null && !expect.matches("sha256:[0-9a-f]{64}")) {
      throw new EngineException(
          FailureReason.InvalidRequest,
          "--expect takes the whole hash: sha256: and 64 lower-case hex digits");
    }
  }
}
