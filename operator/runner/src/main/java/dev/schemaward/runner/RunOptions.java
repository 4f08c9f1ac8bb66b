package dev.schemaward.runner;

import dev.schemaward.engine.assess.Assessor;
import dev.schemaward.engine.hazard.LintPolicy;
import dev.schemaward.engine.hazard.Waiver;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.plan.BlockerPolicy;
import dev.schemaward.engine.plan.ExecutionPolicy;
import dev.schemaward.engine.shadow.ShadowSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How to run, and where to say how it went. */
final class RunOptions {
  /** The values of {@code --progress}. */
  enum ProgressFormat {
    auto,
    bar,
    text,
    json,
    none
  }

  @Option(
      names = "--lock-wait",
      defaultValue = "2m",
      paramLabel = "DURATION",
      description =
          "How long to wait for the migration lock, and to keep trying for table locks. Default:"
              + " ${DEFAULT-VALUE}.")
  Duration lockWait;

  @Option(
      names = "--statement-timeout",
      defaultValue = "15m",
      paramLabel = "DURATION",
      description = "After which the server ends a statement. Default: ${DEFAULT-VALUE}.")
  Duration statementTimeout;

  @Option(
      names = "--deadline",
      defaultValue = "1h",
      paramLabel = "DURATION",
      description = "After which no statement is begun. Default: ${DEFAULT-VALUE}.")
  Duration deadline;

  @Option(
      names = "--end-idle-blockers",
      paramLabel = "DURATION",
      description =
          "End sessions in the way of a statement that have been idle in a transaction for longer."
              + " Never a superuser's, a walsender, a backup or a vacuum. Default: nobody is"
              + " ended.")
  Duration endIdleBlockers;

  @Option(
      names = "--end-blockers",
      paramLabel = "REGEX",
      description =
          "Cancel statements in the way whose application_name matches, with the same exceptions;"
              + " end those that are idle in a transaction. Default: nobody is ended.")
  String endBlockers;

  @Option(
      names = "--lint-block",
      paramLabel = "RULE|CLASS",
      split = ",",
      description =
          "Findings that keep a plan from running, whoever approves it: rules (drop-column) or"
              + " classes (destructive, lock, rewrite, scan …). Exit code 65.")
  List<String> lintBlock = List.of();

  @Option(
      names = "--waive",
      paramLabel = "RULE[@MIGRATION]=REASON",
      description = "A finding that is accepted, with the reason. Repeatable.")
  Map<String, String> waive = new LinkedHashMap<>();

  private List<Waiver> waivers() {
    return LintOptions.waivers(waive);
  }

  @Option(names = "--run", paramLabel = "ID", description = "Id of this run, for the ledger.")
  String run = "cli-" + UUID.randomUUID().toString().substring(0, 8);

  @Option(
      names = "--owner",
      paramLabel = "CLUSTER/NAMESPACE/NAME",
      description = "Who owns the target from now on. Default: nobody is entered.")
  String owner;

  @Option(
      names = "--take-over-from",
      paramLabel = "OWNER",
      description = "The present owner that --owner may replace.")
  String takeOverFrom;

  @Option(
      names = "--known-ledger",
      paramLabel = "ID:EPOCH",
      converter = LedgerMarkConverter.class,
      description =
          "The ledger as it was last seen. Another one, or one that has come less far, ends with"
              + " exit code 67, nothing executed.")
  LedgerMark knownLedger;

  @Option(
      names = "--progress",
      defaultValue = "auto",
      paramLabel = "FORMAT",
      description =
          "${COMPLETION-CANDIDATES}. auto: a bar on a terminal, JSON lines with --result-file, else"
              + " lines of text. Default: ${DEFAULT-VALUE}.")
  ProgressFormat progress;

  @Option(
      names = "--result-file",
      paramLabel = "FILE",
      description = "Where to write the result as JSON, at most 4096 bytes.")
  Path resultFile;

  @Option(
      names = "--plan-frame",
      description = "End the output with the plan document, framed for the operator.")
  boolean planFrame;

  /** Reads {@code <uuid>:<number>}. */
  static final class LedgerMarkConverter implements CommandLine.ITypeConverter<LedgerMark> {
    @Override
    public LedgerMark convert(String text) {
      int colon = text.lastIndexOf(':');
      if (!text.matches("[0-9a-f-]{36}:[0-9]{1,18}")) {
        throw new CommandLine.TypeConversionException(
            "not of the form <ledger id>:<epoch>: " + text);
      }
      return new LedgerMark(text.substring(0, colon), Long.parseLong(text.substring(colon + 1)));
    }
  }

  /** Finds out what a plan does. */
  Assessor assessor(ShadowSource shadow) {
    return new Assessor(shadow, waivers());
  }

  ExecutionPolicy policy() {
    return new ExecutionPolicy(
        lockWait,
        statementTimeout,
        deadline,
        new BlockerPolicy(endIdleBlockers, endBlockers),
        new LintPolicy(lintBlock, waivers()));
  }
}
