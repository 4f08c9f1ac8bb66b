package dev.schemaward.runner;

import dev.schemaward.engine.verify.HeaderValues;
import dev.schemaward.engine.verify.Verification;
import dev.schemaward.engine.verify.VerificationSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemaward verify}. */
@Command(
    name = "verify",
    description = {
      "Checks what must hold: tables, valid indexes, validated constraints, enum labels, SQL"
          + " assertions, HTTP addresses. Reads only.",
      "Exit code 0: everything holds; 1: something does not, or could not be checked."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = {
      "  DATABASE_URL=postgresql://… schemaward verify --spec verify.yaml",
      "  kubectl get dbm orders -o json | schemaward verify --spec - --database-url-file url.txt"
    })
final class VerifyCommand implements Callable<Integer>, Main.ContextAware {
  /** The values of {@code --output}. */
  enum OutputFormat {
    text,
    json,
    markdown
  }

  @Option(
      names = "--spec",
      required = true,
      paramLabel = "FILE|-",
      description =
          "What must hold, as YAML or JSON: the object of spec.verify, or a whole"
              + " DatabaseMigration. - for standard input.")
  String spec;

  @Mixin TargetOptions target;

  @Option(
      names = "--header-dir",
      paramLabel = "DIR",
      description =
          "Where the files are that headers of HTTP checks may be read from: a mounted Secret."
              + " Default: none may.")
  Path headers;

  @Option(
      names = "--http-ca-file",
      paramLabel = "FILE",
      description = "Certificate authorities (PEM) that HTTP checks trust beside the usual ones.")
  Path authorities;

  @Option(
      names = "--output",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  OutputFormat output;

  @Option(names = "--run", paramLabel = "ID", description = "Id of this run, for the result.")
  String run = "cli-" + UUID.randomUUID().toString().substring(0, 8);

  @Option(
      names = "--result-file",
      paramLabel = "FILE",
      description = "Where to write the result as JSON, at most 4096 bytes.")
  Path resultFile;

  private Main.Context context;

  @Override
  public void use(Main.Context with) {
    context = with;
  }

  @Override
  public Integer call() {
    RunOptions options = new RunOptions();
    options.run = run;
    options.resultFile = resultFile;
    Report report =
        new Report(
            "verify",
            options,
            output == OutputFormat.json ? DocumentFormat.json : DocumentFormat.text,
            context.output());
    return report.of(
        () -> {
          VerificationSpec wanted = SpecFile.read(spec, System.in);
          return report.verified(
              Verification.run(
                  new Verification.Request(
                      wanted,
                      wanted.needsDatabase() ? context.credentials(target) : null,
                      target.schema,
                      new HeaderValues(
                          context.environment(),
                          headers,
                          secret -> context.output().mask(List.of(secret))),
                      authorities),
                  context.cancellation()),
              output == OutputFormat.markdown);
        });
  }
}
