package dev.schemaward.runner;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.RecoveryDocument;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.run.VerificationDocument;
import dev.schemaward.engine.EngineException;
import dev.schemaward.engine.FailureReason;
import dev.schemaward.engine.assess.Assessment;
import dev.schemaward.engine.bundle.Migration;
import dev.schemaward.engine.execute.Applier;
import dev.schemaward.engine.hazard.Compatibility;
import dev.schemaward.engine.hazard.Finding;
import dev.schemaward.engine.hazard.Severity;
import dev.schemaward.engine.ledger.LedgerMark;
import dev.schemaward.engine.plan.Plan;
import dev.schemaward.engine.plan.TargetIdentity;
import dev.schemaward.engine.recover.Recovery;
import dev.schemaward.engine.shadow.ShadowOutcome;
import dev.schemaward.engine.shadow.StatementEffects;
import dev.schemaward.engine.shadow.StatementKey;
import dev.schemaward.engine.sql.Statement;
import dev.schemaward.engine.sql.StatementKind.Execution;
import dev.schemaward.engine.verify.VerificationReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Turns what the engine says into the records that the operator and other programs read. */
final class Documents {
  private static final int FIRST = 20;

  private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");

  private Documents() {}

  /** Writes JSON with every text masked, but for hashes: a short password may occur in one. */
  static ObjectMapper masking(UnaryOperator<String> redact) {
    return new ObjectMapper()
        .registerModule(
            new SimpleModule()
                .addSerializer(
                    String.class,
                    new StdScalarSerializer<String>(String.class) {
                      private static final long serialVersionUID = 1L;

                      @Override
                      public void serialize(
                          String text, JsonGenerator json, SerializerProvider provider)
                          throws IOException {
                        json.writeString(HASH.matcher(text).matches() ? text : redact.apply(text));
                      }
                    }));
  }

  static PlanDocument plan(Plan plan) {
    List<PlanDocument.Statement> statements = new ArrayList<>();
    for (Migration migration : plan.pending()) {
      for (Statement statement : migration.statements()) {
        statements.add(statement(migration, statement, plan.assessment()));
      }
    }
    return new PlanDocument(
        plan.hash(),
        plan.shortId(),
        new PlanDocument.Bundle(plan.format().displayName(), plan.bundleDigest()),
        target(plan.target()),
        plan.pending().stream()
            .map(m -> new PlanDocument.Pending(m.name(), m.checksum(), Applier.isAtomic(m)))
            .toList(),
        statements,
        plan.findings().stream().map(Documents::finding).toList(),
        plan.headline(),
        plan.assessment() == null ? null : compatibility(plan.assessment().compatibility()),
        plan.assessment() == null ? null : shadow(plan.assessment().shadow()));
  }

  private static PlanDocument.Compatibility compatibility(Compatibility compatibility) {
    return new PlanDocument.Compatibility(
        compatibility.verdict().name().toLowerCase(Locale.ROOT),
        compatibility.summary(),
        compatibility.changes().stream()
            .map(
                change ->
                    new PlanDocument.Change(
                        change.verdict().name().toLowerCase(Locale.ROOT),
                        change.migration(),
                        change.index(),
                        change.line(),
                        change.what(),
                        change.proposal()))
            .toList());
  }

  private static PlanDocument.Shadow shadow(ShadowOutcome shadow) {
    return new PlanDocument.Shadow(shadow.serverVersion(), shadow.baseFaults());
  }

  private static PlanDocument.Statement statement(
      Migration migration, Statement statement, Assessment assessment) {
    StatementEffects effects =
        assessment == null
            ? StatementEffects.notMeasured("nobody looked")
            : assessment
                .shadow()
                .effects()
                .getOrDefault(
                    new StatementKey(migration.name(), statement.index()),
                    StatementEffects.notMeasured("the shadow did not get that far"));
    return new PlanDocument.Statement(
        migration.name(),
        statement.index(),
        statement.line(),
        statement.text(),
        statement.kind().command(),
        statement.kind().execution() != Execution.NON_TRANSACTIONAL
            && statement.kind().execution() != Execution.BATCH,
        effects.measured(),
        effects.notMeasured(),
        effects.locks().stream()
            .map(lock -> new PlanDocument.Lock(lock.relation(), lock.mode()))
            .toList(),
        effects.rewrites(),
        effects.scans(),
        effects.indexBuilds(),
        effects.measured() ? effects.durationMs() : null);
  }

  private static PlanDocument.Finding finding(Finding finding) {
    return new PlanDocument.Finding(
        finding.rule(),
        finding.severity().name().toLowerCase(Locale.ROOT),
        finding.hazardClass().name().toLowerCase(Locale.ROOT),
        finding.migration(),
        finding.index(),
        finding.line(),
        finding.message(),
        finding.saferWay(),
        finding.waived());
  }

  /** The ways on, for the result; empty when there is none. */
  static List<RunResult.RecoveryChoice> recovery(Recovery recovery) {
    return recovery == null
        ? List.of()
        : recovery.options().stream()
            .map(
                option ->
                    new RunResult.RecoveryChoice(
                        option.hash(),
                        option.action().kind(),
                        option.title(),
                        option.recommended()))
            .toList();
  }

  /** Everything about the ways on, for {@code recover --show --output json}. */
  static RecoveryDocument recoveryDocument(Recovery recovery) {
    return new RecoveryDocument(
        target(recovery.target()),
        recovery.situation(),
        recovery.facts(),
        recovery.options().stream()
            .map(
                option ->
                    new RecoveryDocument.Option(
                        option.hash(),
                        option.shortId(),
                        option.action().kind(),
                        option.title(),
                        option.consequence(),
                        option.sql(),
                        option.recommended()))
            .toList());
  }

  /** Everything that a verification found. */
  static VerificationDocument verification(VerificationReport report) {
    return new VerificationDocument(
        report.ok(),
        report.results().size(),
        report.failed().size(),
        report.summary(),
        report.results().stream()
            .map(
                result ->
                    new VerificationDocument.Check(
                        result.check().kind(),
                        result.check().name(),
                        result.ok(),
                        result.outcome().name(),
                        result.check().expected(),
                        result.found(),
                        result.message(),
                        result.took().toMillis()))
            .toList());
  }

  static RunResult.Ledger ledger(LedgerMark mark) {
    return mark == null ? null : new RunResult.Ledger(mark.id(), mark.epoch());
  }

  static RunResult.Target target(TargetIdentity target) {
    return target == null
        ? null
        : new RunResult.Target(
            target.serverVersion(), target.systemIdentifier(), target.database(), target.schema());
  }

  static RunResult.PlanSummary summary(Plan plan) {
    return plan == null
        ? null
        : new RunResult.PlanSummary(
            plan.bundleDigest(),
            plan.format().displayName(),
            plan.pending().size(),
            plan.pending().stream().limit(FIRST).map(Migration::name).toList(),
            plan.count(Severity.BLOCK),
            plan.count(Severity.WARN),
            plan.count(Severity.INFORM),
            plan.destructive(),
            plan.headline());
  }

  static int exitCode(FailureReason reason) {
    return RunReason.valueOf(reason.name()).exitCode().code();
  }

  static RunReason reason(EngineException e) {
    return RunReason.valueOf(e.reason().name());
  }

  static RunResult.Failure failure(EngineException e) {
    EngineException.StatementFailure f = e.failure();
    return f == null
        ? null
        : new RunResult.Failure(
            f.migration(),
            f.statement(),
            f.line(),
            f.sqlState(),
            f.error(),
            f.tookEffect(),
            f.advice());
  }

  static List<RunResult.Blocker> blockers(EngineException e) {
    return e.blockers().stream()
        .map(b -> new RunResult.Blocker(b.pid(), b.application(), b.state(), b.ageSeconds()))
        .toList();
  }
}
