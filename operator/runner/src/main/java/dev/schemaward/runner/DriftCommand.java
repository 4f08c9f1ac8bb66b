package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.schemaward.api.run.ExitCode;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.connect.Credentials;
import dev.schemaward.engine.connect.Redactor;
import dev.schemaward.engine.drift.DriftCheck;
import dev.schemaward.engine.drift.DriftReport;
import dev.schemaward.engine.drift.DriftRequest;
import dev.schemaward.engine.drift.DriftText;
import dev.schemaward.engine.shadow.ShadowSource;
import dev.schemaward.runner.document.DriftHtml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemaward drift}. */
@Command(
    name = "drift",
    description = {
      "Compares the database with what its applied migrations make, and proposes SQL for both ways"
          + " out. Reads only.",
      "Exit code 0: nothing differs; 1: something does."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = {
      "  DATABASE_URL=postgresql://… schemaward drift --bundle prisma/migrations --shadow-programs"
          + " /usr/lib/postgresql",
      "  schemaward drift --bundle prisma/migrations --output markdown --adopt prisma/migrations"
    })
final class DriftCommand implements Callable<Integer>, Main.ContextAware {
  /** The values of {@code --output}. */
  enum OutputFormat {
    text,
    json,
    markdown,
    html
  }

  @Mixin BundleOptions bundle;
  @Mixin TargetOptions target;
  @Mixin ShadowOptions shadow;

  @Option(
      names = "--ignore",
      paramLabel = "PATTERN: REASON",
      description =
          "What may differ: kind, name and @attribute, each with * for anything, and why; for"
              + " example \"table public.tmp_*: imports\" or \"* * @comment: the wiki's\"."
              + " Repeatable.")
  List<String> ignores = new ArrayList<>();

  @Option(
      names = "--revert",
      paramLabel = "FILE",
      description = "Where to write the SQL that makes the database what its migrations say.")
  Path revert;

  @Option(
      names = "--adopt",
      paramLabel = "DIR",
      description =
          "Where to write a new migration that says what the database is: the bundle's directory.")
  Path adopt;

  @Option(
      names = "--output",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  OutputFormat output;

  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    try {
      Bundle read = bundle.read();
      Credentials credentials = context.credentials(target);
      DriftReport report =
          DriftCheck.run(
              new DriftRequest(
                  read, credentials, target.schema, shadow(), DriftIgnores.parse(ignores), true));
      print(report);
      write(report, read);
      return report.drifted() ? ExitCode.DIFFERENT.code() : ExitCode.OK.code();
    } catch (InvalidBundleException e) {
      return failed(FailureReason.BundleInvalid, e.getMessage());
    } catch (EngineException e) {
      return failed(e.reason(), e.getMessage());
    }
  }

  private ShadowSource shadow() throws EngineException {
    ShadowSource choice = shadow.choice(context.environment());
    if (choice instanceof ShadowSource.OnServer there) {
      context.output().mask(there.server().secrets());
    }
    return choice;
  }

  private void print(DriftReport report) {
    switch (output) {
      case text ->
          context.output().line(DriftText.text(report, context.output()::redact).stripTrailing());
      case markdown ->
          context
              .output()
              .line(DriftText.markdown(report, context.output()::redact).stripTrailing());
      case html ->
          context
              .output()
              .masked(DriftHtml.of(report, context.output()::redact, BuildId.ID).stripTrailing());
      case json -> json(DriftDocument.of(report));
    }
  }

  private void write(DriftReport report, Bundle read) throws EngineException {
    if (!report.drifted()) {
      return;
    }
    try {
      String back = revert == null ? null : DriftText.revertFile(report.revert());
      if (back != null && holdsNoSecret("--revert", back)) {
        Files.writeString(revert, back);
        told("revert: " + revert);
      }
      String forth = adopt == null ? null : DriftText.adoptFile(report.adopt());
      if (forth != null && holdsNoSecret("--adopt", forth)) {
        told("adopt: " + AdoptFile.write(adopt, read, LocalDateTime.now(ZoneOffset.UTC), forth));
      }
    } catch (IOException e) {
      throw new EngineException(
          FailureReason.InvalidRequest,
          "cannot write the SQL: " + e.getClass().getSimpleName() + ": " + e.getMessage(),
          e);
    }
  }

  /** Masked SQL would do something else, and a file goes where many can read it. */
  private boolean holdsNoSecret(String option, String sql) {
    boolean clean = context.output().redact(sql).equals(sql);
    if (!clean) {
      context
          .output()
          .error(
              option
                  + ": not written. The SQL holds the password with which this command connects,"
                  + " because an object of the database does; where, the report shows as "
                  + Redactor.MASK);
    }
    return clean;
  }

  private void told(String written) {
    context.output().error("Wrote " + written + ". It is a proposal: read it before it runs.");
  }

  private int failed(FailureReason reason, String message) {
    if (output == OutputFormat.json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("kind", "drift");
      document.put("reason", reason.name());
      document.put("message", message);
      json(document);
    } else {
      context.output().error(reason.name());
      context.output().error("  why:         " + message);
      context.output().error("  next:        " + NextStep.after(reason));
    }
    return Documents.exitCode(reason);
  }

  private void json(Map<String, Object> document) {
    try {
      context
          .output()
          .masked(
              Documents.masking(context.output()::redact)
                  .writer(SerializationFeature.INDENT_OUTPUT)
                  .writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
