package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.schemaward.api.run.ExitCode;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.Bundle;
import dev.schemaward.engine.bundle.Fault;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.change.ChangeCheck;
import dev.schemaward.engine.change.ChangeReport;
import dev.schemaward.engine.change.ChangeRequest;
import dev.schemaward.engine.shadow.ShadowSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemaward validate}. */
@Command(
    name = "validate",
    description = {
      "Checks a bundle without the database that it is for: encoding, names, order, provider,"
          + " scripts that only psql understands.",
      "With --base it checks the change: nothing of the base edited, removed or overtaken; the base"
          + " is replayed on a shadow database, what is new runs there, and the hazards of each"
          + " statement are told.",
      "Exit code 0: passed; 1: findings that --fail-on does not let pass; 65: the bundle is"
          + " invalid; 2: the base cannot be found or read."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = {
      "  schemaward validate --bundle prisma/migrations",
      "  schemaward validate --bundle prisma/migrations --base origin/main --shadow-programs"
          + " /usr/lib/postgresql --output markdown"
    })
final class ValidateCommand implements Callable<Integer>, Main.ContextAware {
  /** The values of {@code --output}. */
  enum OutputFormat {
    text,
    json,
    markdown
  }

  @Mixin BundleOptions bundle;
  @Mixin BaseOptions base;
  @Mixin ShadowOptions shadow;

  @Option(
      names = "--server-major",
      paramLabel = "MAJOR",
      description =
          "Major version of the databases that the bundle is for. Default: the highest below"
              + " --shadow-programs, or that of the shadow's server.")
  Integer serverMajor;

  @Option(
      names = "--schema",
      defaultValue = "public",
      paramLabel = "NAME",
      description = "Target schema. Default: ${DEFAULT-VALUE}.")
  String schema;

  @Mixin LintOptions lint;

  @Option(
      names = "--fail-on",
      defaultValue = "block",
      paramLabel = "SEVERITY",
      description =
          "${COMPLETION-CANDIDATES}: which findings end with exit code 1. A finding that is waived"
              + " never does. Default: ${DEFAULT-VALUE}.")
  ChangeVerdict.FailOn failOn;

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
      return base.base == null ? alone(read) : change(read);
    } catch (InvalidBundleException e) {
      return invalid(e);
    } catch (EngineException e) {
      return failed(e);
    }
  }

  private int alone(Bundle read) throws EngineException {
    if (shadow.kind == ShadowOptions.Kind.embedded || shadow.kind == ShadowOptions.Kind.url) {
      throw new EngineException(
          FailureReason.InvalidRequest, "--shadow is for what is new since --base: say which");
    }
    long statements =
        read.migrations().stream().mapToLong(migration -> migration.statements().size()).sum();
    String message =
        "Valid: format "
            + read.format().displayName()
            + ", "
            + read.migrations().size()
            + " migrations, "
            + statements
            + " statements, "
            + read.digest();
    if (output == OutputFormat.json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("kind", "validate");
      document.put("ok", true);
      document.put("message", message);
      document.put("change", ChangeDocument.bundle(read));
      json(document);
    } else {
      context.output().line(message);
    }
    return ExitCode.OK.code();
  }

  private int change(Bundle read) throws EngineException {
    if (bundle.targetVersion != null) {
      throw new EngineException(
          FailureReason.InvalidRequest,
          "--target-version leaves out migrations that --base has: use one of the two");
    }
    ShadowSource source = shadow.choiceOrOff(context.environment());
    if (source instanceof ShadowSource.OnServer there) {
      context.output().mask(there.server().secrets());
    }
    ChangeReport report =
        ChangeCheck.run(
            new ChangeRequest(
                read,
                base.read(bundle),
                source,
                serverMajor == null ? OptionalInt.empty() : OptionalInt.of(serverMajor),
                schema,
                lint.waivers(),
                ChangeCheck.BUDGET));
    ChangeVerdict verdict = ChangeVerdict.of(report, failOn, lint.policy());
    switch (output) {
      case text ->
          context.output().line(new ChangeText(report, verdict, context.output()::redact).text());
      case markdown ->
          context
              .output()
              .line(new ChangeMarkdown(report, verdict, context.output()::redact).text());
      case json -> json(ChangeDocument.of(report, verdict));
    }
    return verdict.passed() ? ExitCode.OK.code() : ExitCode.DIFFERENT.code();
  }

  private int invalid(InvalidBundleException e) {
    List<String> faults = e.faults().stream().map(Fault::toString).toList();
    switch (output) {
      case text -> {
        context.output().error("The bundle is invalid; nothing was executed.");
        faults.forEach(fault -> context.output().error("  " + fault));
      }
      case markdown ->
          context.output().line(ChangeMarkdown.invalid(faults, context.output()::redact));
      case json -> {
        Map<String, Object> document = failure(FailureReason.BundleInvalid, e.getMessage());
        document.put("faults", faults);
        json(document);
      }
    }
    return Documents.exitCode(FailureReason.BundleInvalid);
  }

  private int failed(EngineException e) {
    if (output == OutputFormat.json) {
      json(failure(e.reason(), e.getMessage()));
    } else {
      context.output().error(e.reason().name());
      context.output().error("  why:         " + e.getMessage());
      context.output().error("  next:        " + NextStep.after(e.reason()));
    }
    return Documents.exitCode(e.reason());
  }

  private static Map<String, Object> failure(FailureReason reason, String message) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("kind", "validate");
    document.put("ok", false);
    document.put("reason", reason.name());
    document.put("message", message);
    return document;
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
