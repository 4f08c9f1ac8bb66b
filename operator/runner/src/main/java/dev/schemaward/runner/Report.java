package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.PlanText;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.bundle.InvalidBundleException;
import dev.schemaward.engine.execute.ApplyOutcome;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.LintPolicy;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.engine.recover.RecoveryOption;
import dev.schemaward.engine.verify.VerificationReport;
import dev.schemaward.runner.document.PlanHtml;
import dev.schemaward.runner.document.PlanMarkdown;
import dev.schemaward.runner.document.Surroundings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Says how a run ended: to a person, to a program, in the result file, by the exit code. */
final class Report {
  /** For these there may be recovery plans. */
  private static final Set<FailureReason> NEEDS_A_PERSON =
      EnumSet.of(
          FailureReason.NeedsAttention,
          FailureReason.NotBaselined,
          FailureReason.ChecksumMismatch,
          FailureReason.LedgerMismatch);

  private final String kind;
  private final RunOptions options;
  private final DocumentFormat format;
  private final Output output;
  private final long begun = System.nanoTime();
  private final ObjectMapper mapper = new ObjectMapper();
  private final ObjectMapper masking;
  private Surroundings surroundings = new Surroundings(BuildId.ID, null);
  private Ways ways;
  private Recovery recovery;
  private LedgerMark ledger;

  Report(String kind, RunOptions options, DocumentFormat format, Output output) {
    this.kind = kind;
    this.options = options;
    this.format = format;
    this.output = output;
    this.masking = Documents.masking(output::redact);
  }

  boolean json() {
    return format == DocumentFormat.json;
  }

  /** What a command does between reading its options and its report. */
  @FunctionalInterface
  interface Work {
    int run() throws InvalidBundleException, EngineException;
  }

  /** Finds the ways on when a situation needs a person. */
  @FunctionalInterface
  interface Ways {
    Recovery find() throws InvalidBundleException, EngineException;
  }

  /** What surrounds a document that is written for people. */
  void surroundedBy(Surroundings around) {
    surroundings = around;
  }

  /** Where to ask for the ways on. */
  void ways(Ways source) {
    ways = source;
  }

  /** Runs it, and reports what stood in the way. */
  int of(Work work) {
    try {
      return work.run();
    } catch (InvalidBundleException e) {
      return invalid(e);
    } catch (EngineException e) {
      return failed(e);
    }
  }

  /** A plan was made. */
  int planned(Plan plan) {
    ledger = plan.ledger();
    PlanDocument document = Documents.plan(plan);
    RunResult.Document frame = print(document, plan);
    List<Finding> blocked = options.policy().lint().blocked(plan.findings());
    RunReason reason =
        plan.pending().isEmpty()
            ? RunReason.UpToDate
            : blocked.isEmpty() ? RunReason.Planned : RunReason.LintBlocked;
    if (!blocked.isEmpty() && !json()) {
      output.error("LintBlocked: " + LintPolicy.message(blocked));
    }
    return end(
        result(
            reason,
            plan.pending().isEmpty()
                ? "up to date at " + plan.version() + ", " + plan.appliedCount() + " applied"
                : blocked.isEmpty() ? plan.headline() : LintPolicy.message(blocked),
            plan,
            plan.hash(),
            new RunResult.History(plan.version(), plan.appliedCount(), plan.pending().size()),
            List.of(),
            false,
            null,
            List.of(),
            frame));
  }

  /** Something was applied, or nothing had to be, or it was tried. */
  int applied(ApplyOutcome outcome) {
    EngineException failure = outcome.failure();
    Plan plan = outcome.plan();
    ledger = outcome.ledger();
    findWays(failure);
    RunResult.Document frame = null;
    if (plan != null && (outcome.approvalRequired() || (failure == null && options.planFrame))) {
      frame =
          outcome.approvalRequired()
              ? print(Documents.plan(plan), plan)
              : frame(Documents.plan(plan));
    }
    RunReason reason;
    String message;
    if (failure != null) {
      reason = Documents.reason(failure);
      message = failure.getMessage();
    } else if (outcome.approvalRequired()) {
      List<Finding> blocked = options.policy().lint().blocked(plan.findings());
      reason = blocked.isEmpty() ? RunReason.ApprovalRequired : RunReason.LintBlocked;
      message = blocked.isEmpty() ? plan.headline() : LintPolicy.message(blocked);
    } else if (outcome.applied().isEmpty()) {
      reason = RunReason.UpToDate;
      message = "up to date at " + outcome.version() + ", " + outcome.appliedTotal() + " applied";
    } else {
      reason = RunReason.Applied;
      message =
          "applied "
              + outcome.applied().size()
              + (outcome.applied().size() == 1 ? " migration" : " migrations")
              + ", now at "
              + outcome.version();
    }
    if (!json()) {
      person(reason, message, outcome);
    }
    RunResult.History history =
        plan == null
            ? null
            : new RunResult.History(
                outcome.version(), outcome.appliedTotal(), outcome.pendingTotal());
    RunResult result =
        result(
            reason,
            message,
            plan,
            outcome.planHash(),
            history,
            outcome.applied(),
            outcome.resumed(),
            failure == null ? null : Documents.failure(failure),
            failure == null ? List.of() : Documents.blockers(failure),
            frame);
    if (json() && !outcome.approvalRequired()) {
      output.masked(pretty(result));
    }
    return end(result);
  }

  /** The ways on, and that is all. */
  int recovery(Recovery found) {
    recovery = found;
    if (json()) {
      output.masked(pretty(Documents.recoveryDocument(found)));
    } else {
      output.line(String.join("\n", RecoveryText.of(found, output::redact)));
    }
    return end(bare(RunReason.RecoveryShown, found.situation()));
  }

  /** A way on was taken. */
  int recovered(RecoveryOption done) {
    String message = "recovered: " + done.title() + "; apply goes on from there";
    if (!json()) {
      output.line(upper(message) + ".");
    }
    RunResult result = bare(RunReason.Recovered, message);
    if (json()) {
      output.masked(pretty(result));
    }
    return end(result);
  }

  /** What must hold was looked at. */
  int verified(VerificationReport found, boolean markdown) {
    VerificationDocument document = Documents.verification(found);
    if (json()) {
      output.masked(pretty(document));
    } else {
      // Masked before it is laid out: what Markdown escapes, nobody would recognise.
      VerificationDocument shown = masked(document, VerificationDocument.class);
      output.line(markdown ? VerificationText.markdown(shown) : VerificationText.text(shown));
    }
    return end(
        new RunResult(
                kind,
                options.run,
                found.ok() ? RunReason.Verified : RunReason.VerificationFailed,
                found.summary(),
                BuildId.ID,
                Documents.target(found.target()),
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
                null,
                (System.nanoTime() - begun) / 1_000_000)
            .with(document));
  }

  private RunResult bare(RunReason reason, String message) {
    return result(reason, message, null, null, null, List.of(), false, null, List.of(), null);
  }

  private void findWays(EngineException failure) {
    if (ways == null || failure == null || !NEEDS_A_PERSON.contains(failure.reason())) {
      return;
    }
    try {
      recovery = ways.find();
    } catch (InvalidBundleException | EngineException e) {
      // The failure itself is what must be told; the ways on can be asked for later.
      recovery = null;
    }
  }

  /** It failed before there was anything to tell. */
  private int failed(EngineException e) {
    return applied(ApplyOutcome.failed(e));
  }

  /** The bundle is no bundle. */
  private int invalid(InvalidBundleException e) {
    if (!json()) {
      output.error("The bundle is invalid; nothing was executed.");
      e.faults().forEach(fault -> output.error("  " + fault));
    }
    RunResult result =
        result(
            RunReason.BundleInvalid,
            e.getMessage(),
            null,
            null,
            null,
            List.of(),
            false,
            null,
            List.of(),
            null);
    if (json()) {
      output.masked(pretty(result));
    }
    return end(result);
  }

  private void person(RunReason reason, String message, ApplyOutcome outcome) {
    EngineException failure = outcome.failure();
    if (failure == null) {
      output.line(upper(message) + ".");
      return;
    }
    EngineException.StatementFailure f = failure.failure();
    output.error(reason + (f == null ? "" : ": " + f.migration()));
    if (f == null) {
      output.error("  why:         " + message);
      if (kind.equals("apply")) {
        output.error("  took effect: " + NextStep.tookEffect(outcome));
      }
      output.error("  next:        " + NextStep.after(failure.reason()));
    } else {
      output.error(
          "  where:       statement "
              + f.statement()
              + ", line "
              + f.line()
              + (f.sqlState() == null ? "" : ", SQLSTATE " + f.sqlState()));
      output.error("  why:         " + f.error());
      output.error("  took effect: " + f.tookEffect());
      output.error("  next:        " + f.advice());
    }
    failure
        .blockers()
        .forEach(
            b ->
                output.error(
                    "  in the way:  pid "
                        + b.pid()
                        + " "
                        + b.application()
                        + " from "
                        + b.client()
                        + ", "
                        + b.state()
                        + ", "
                        + b.ageSeconds()
                        + " s"));
    if (recovery != null) {
      output.error(String.join("\n", RecoveryText.brief(recovery)));
    }
  }

  private static String upper(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private RunResult.Document print(PlanDocument document, Plan plan) {
    if (json()) {
      output.masked(pretty(document));
      return null;
    }
    PlanDocument shown = masked(document, PlanDocument.class);
    output.line(
        switch (format) {
          case html -> PlanHtml.of(shown, surroundings).stripTrailing();
          case markdown -> PlanMarkdown.of(shown, surroundings).stripTrailing();
          case text, json -> text(shown, plan).stripTrailing();
        });
    return frame(document);
  }

  /** Masked before it is laid out in lines, since a secret may go over several. */
  private <D> D masked(D document, Class<D> type) {
    try {
      return mapper.readValue(masking.writeValueAsString(document), type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(PlanDocument document, Plan plan) {
    return plan.pending().isEmpty()
        ? "Up to date: database "
            + document.target().database()
            + ", schema "
            + document.target().schema()
            + " is at "
            + plan.version()
            + ", "
            + plan.appliedCount()
            + " applied."
        : PlanText.of(document);
  }

  private RunResult.Document frame(PlanDocument document) {
    if (!options.planFrame) {
      return null;
    }
    try {
      // Secrets are masked before it is packed: afterwards nobody could.
      byte[] json = masking.writeValueAsString(document).getBytes(StandardCharsets.UTF_8);
      PlanFrame frame = PlanFrame.of(json);
      frame.lines().forEach(output::masked);
      return frame.document();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private String pretty(Object value) {
    try {
      return masking.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private RunResult result(
      RunReason reason,
      String message,
      Plan plan,
      String planHash,
      RunResult.History history,
      List<String> applied,
      boolean resumed,
      RunResult.Failure failure,
      List<RunResult.Blocker> blockers,
      RunResult.Document document) {
    return new RunResult(
        kind,
        options.run,
        reason,
        message,
        BuildId.ID,
        plan == null ? null : Documents.target(plan.target()),
        planHash,
        Documents.summary(plan),
        history,
        applied.stream().limit(20).toList(),
        applied.size(),
        resumed,
        failure,
        blockers,
        Documents.recovery(recovery),
        Documents.ledger(ledger),
        document,
        (System.nanoTime() - begun) / 1_000_000);
  }

  private int end(RunResult result) {
    if (options.resultFile != null) {
      write(options.resultFile, result);
    }
    return result.reason().exitCode().code();
  }

  private void write(Path file, RunResult result) {
    byte[] json = new ResultEncoder(mapper, output::redact).encode(result);
    try {
      // A termination log is a mount: it can be written to, not replaced.
      Files.write(file, json);
    } catch (IOException e) {
      output.error("schemaward: cannot write " + file + ": " + e.getMessage());
    }
  }
}
