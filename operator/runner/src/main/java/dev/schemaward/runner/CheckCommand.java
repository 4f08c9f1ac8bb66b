package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.schemaward.api.run.DriftReportDocument;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.drift.Drift;
import dev.schemaward.engine.drift.DriftCheck;
import dev.schemaward.engine.drift.DriftReport;
import dev.schemaward.engine.drift.DriftRequest;
import dev.schemaward.engine.drift.DriftText;
import dev.schemaward.engine.drift.SchemaComparison;
import dev.schemaward.engine.verify.CheckResult;
import dev.schemaward.engine.verify.HeaderValues;
import dev.schemaward.engine.verify.SpecReader;
import dev.schemaward.engine.verify.Verification;
import dev.schemaward.engine.verify.VerificationReport;
import dev.schemaward.engine.verify.VerificationSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemaward check}: what the operator runs after a run and on schedule. */
@Command(
    name = "check",
    description = {
      "Compares the schema with its migrations, and verifies what must hold, in one go: what the"
          + " operator does after a run and on schedule.",
      "Exit code 0 whatever was found; the result says it. For people there are drift and verify."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CheckCommand implements Callable<Integer>, Main.ContextAware {
  private static final int FIRST = 20;

  @Mixin BundleOptions bundle;
  @Mixin TargetOptions target;
  @Mixin ShadowOptions shadow;

  @Option(names = "--drift", description = "Compare the schema with its migrations.")
  boolean drift;

  @Option(
      names = "--ignore",
      paramLabel = "PATTERN: REASON",
      description = "What may differ, as for drift. Repeatable.")
  List<String> ignores = new ArrayList<>();

  @Option(
      names = "--verification",
      paramLabel = "JSON",
      description = "What must hold: the content of a file that verify --spec reads.")
  String verification;

  @Option(names = "--run", paramLabel = "ID", description = "Id of this run.")
  String run = "cli-" + UUID.randomUUID().toString().substring(0, 8);

  @Option(
      names = "--result-file",
      paramLabel = "FILE",
      description = "Where to write the result as JSON, at most 4096 bytes.")
  Path resultFile;

  private final long begun = System.nanoTime();
  private final ObjectMapper mapper = new ObjectMapper();
  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    RunResult result = compared(verified());
    write(result);
    return result.reason().exitCode().code();
  }

  private RunResult verified() {
    RunResult nothing = bare(RunReason.Checked, "nothing was asked for", null, null);
    if (verification == null) {
      return nothing;
    }
    try {
      VerificationSpec spec = SpecReader.read(parsed());
      VerificationReport report =
          Verification.run(
              new Verification.Request(
                  spec,
                  spec.needsDatabase() ? context.credentials(target) : null,
                  target.schema,
                  new HeaderValues(
                      Map.of(), null, secret -> context.output().mask(List.of(secret))),
                  null),
              context.cancellation());
      for (CheckResult result : report.results()) {
        context.output().line((result.ok() ? "ok      " : "FAILED  ") + result.message());
      }
      return bare(RunReason.Checked, report.summary(), Documents.target(report.target()), null)
          .with(Documents.verification(report));
    } catch (EngineException e) {
      return failed(Documents.reason(e), "not verified: " + e.getMessage(), nothing);
    }
  }

  private JsonNode parsed() throws EngineException {
    try {
      return mapper.readTree(verification);
    } catch (JsonProcessingException e) {
      throw new EngineException(
          FailureReason.InvalidRequest, "--verification is not JSON: " + e.getOriginalMessage());
    }
  }

  private RunResult compared(RunResult before) {
    if (!drift) {
      return before;
    }
    try {
      Credentials credentials = context.credentials(target);
      DriftReport report =
          DriftCheck.run(
              new DriftRequest(
                  bundle.read(),
                  credentials,
                  target.schema,
                  shadow.choice(context.environment()),
                  DriftIgnores.parse(ignores),
                  true));
      context.output().line(DriftText.text(report).stripTrailing());
      boolean verified = before.reason() == RunReason.Checked;
      return bare(
              before.reason(),
              verified ? DriftText.headline(report) : before.message(),
              Documents.target(report.target()),
              frame(report))
          .with(before.verification())
          .with(summary(report));
    } catch (InvalidBundleException e) {
      e.faults().forEach(fault -> context.output().error("  " + fault));
      return failed(RunReason.BundleInvalid, e.getMessage(), before);
    } catch (EngineException e) {
      return failed(Documents.reason(e), e.getMessage(), before);
    }
  }

  private RunResult failed(RunReason reason, String message, RunResult before) {
    context.output().error(reason + ": " + message);
    return bare(reason, message, before.target(), null).with(before.verification());
  }

  private static RunResult.Drift summary(DriftReport report) {
    SchemaComparison comparison = report.comparison();
    List<String> lines =
        comparison.drifts().stream()
            .map(
                each ->
                    each.severity().name().toLowerCase(java.util.Locale.ROOT)
                        + " "
                        + DriftText.line(each))
            .toList();
    return new RunResult.Drift(
        report.drifted(),
        (int) comparison.count(Drift.Severity.HIGH),
        (int) comparison.count(Drift.Severity.MEDIUM),
        (int) comparison.count(Drift.Severity.LOW),
        comparison.ignored().size(),
        "sha256:" + sha256(String.join("\n", lines)),
        lines.stream().limit(FIRST).toList(),
        report.revert() == null ? null : DriftText.verdict(report.revert()),
        report.adopt() == null ? null : DriftText.verdict(report.adopt()));
  }

  /** The whole report, masked before it is packed: afterwards nobody could. */
  private RunResult.Document frame(DriftReport report) {
    DriftReportDocument document =
        new DriftReportDocument(
            report.drifted(),
            DriftText.text(report),
            DriftText.markdown(report),
            report.revert() == null ? null : DriftText.revertFile(report.revert()),
            report.adopt() == null ? null : DriftText.adoptFile(report.adopt()),
            DriftDocument.of(report));
    try {
      PlanFrame frame =
          PlanFrame.of(
              Documents.masking(context.output()::redact)
                  .writeValueAsString(document)
                  .getBytes(StandardCharsets.UTF_8));
      frame.lines().forEach(context.output()::masked);
      return frame.document();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private RunResult bare(
      RunReason reason, String message, RunResult.Target reached, RunResult.Document document) {
    return new RunResult(
        "check",
        run,
        reason,
        message,
        BuildId.ID,
        reached,
        null,
        null,
        null,
        List.of(),
        0,
        false,
        null,
        List.of(),
        List.of(),
        null,
        document,
        (System.nanoTime() - begun) / 1_000_000);
  }

  private void write(RunResult result) {
    if (resultFile == null) {
      return;
    }
    try {
      Files.write(resultFile, new ResultEncoder(mapper, context.output()::redact).encode(result));
    } catch (IOException e) {
      context.output().error("schemaward: cannot write " + resultFile + ": " + e.getMessage());
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
