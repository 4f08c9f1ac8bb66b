package dev.schemaward.controller.status;

import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DocumentReference;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.DriftStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Findings;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.LedgerStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.PlanStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RecoveryStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RunStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.TargetStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.VerificationStatus;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.controller.decide.Decision;
import dev.schemaward.controller.decide.Outcome;
import dev.schemaward.controller.decide.Plan;
import dev.schemaward.controller.decide.Run;
import dev.schemaward.controller.decide.RunKind;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.run.Bytes;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The whole next status, from the world and the decision. Pure; the only place that says what a
 * status looks like. Building it twice from the same world gives the same status, so an unchanged
 * one need not be written. Bounded: names of twenty migrations, ten runs, texts of one KiB.
 */
public final class StatusBuilder {
  private static final int MAX_NAMES = 20;
  private static final int MAX_TEXT_BYTES = 1024;

  private StatusBuilder() {}

  /** The next status. */
  public static DatabaseMigrationStatus next(World world, Decision decision) {
    DatabaseMigrationStatus before = world.status();
    Decision core = core(decision);
    Optional<RunResult> newest = newestResult(world);
    PlanStatus plan = plan(world, core);
    List<RecoveryStatus> recovery =
        world.currentOutcome().map(Outcome::recovery).orElse(List.of()).stream()
            .map(StatusBuilder::shortened)
            .toList();
    ApprovalStatus approval = approval(before, plan, recovery, core);
    Optional<RunResult.History> history = newest.map(RunResult::history).filter(Objects::nonNull);
    Optional<Outcome> outcome = world.newestOutcome();
    DriftStatus drift = CheckRecords.drift(world);
    VerificationStatus verification = CheckRecords.verification(world);
    return new DatabaseMigrationStatus(
        world.subject().generation(),
        Conditions.next(world, core, plan, approval, drift, verification),
        newest.map(RunResult::target).map(StatusBuilder::target).orElse(before.target()),
        history.map(RunResult.History::version).orElse(before.version()),
        history
            .map(RunResult.History::pendingCount)
            .or(() -> Optional.ofNullable(plan).map(PlanStatus::pendingCount))
            .orElse(before.pending()),
        history.map(RunResult.History::appliedCount).orElse(before.applied()),
        plan,
        approval,
        run(before, checking(decision).orElse(core)),
        RunHistory.lastResult(world, outcome),
        recovery,
        ledger(world).orElse(before.ledger()),
        RunHistory.next(world, outcome, verification),
        drift,
        verification,
        CheckRecords.last(world),
        world
            .subject()
            .annotation(Annotations.RECONCILE_REQUESTED_AT)
            .orElse(before.lastHandledReconcileAt()),
        world
            .subject()
            .annotation(Annotations.RETRY_REQUESTED_AT)
            .orElse(before.lastHandledRetryAt()));
  }

  /** The decision that says how things stand, without the housekeeping around it. */
  static Decision core(Decision decision) {
    return switch (decision) {
      case Decision.CleanUp(List<String> jobs, Decision then) -> core(then);
      case Decision.Release(Decision then) -> core(then);
      case Decision.Checking(Decision check, Decision standing) -> core(standing);
      default -> decision;
    };
  }

  /** What is done about a check beside everything else; empty when nothing is. */
  private static Optional<Decision> checking(Decision decision) {
    return switch (decision) {
      case Decision.CleanUp(List<String> jobs, Decision then) -> checking(then);
      case Decision.Release(Decision then) -> checking(then);
      case Decision.Checking(Decision check, Decision standing) -> Optional.of(check);
      default -> Optional.empty();
    };
  }

  /** What the newest run said that got as far as the database. */
  private static Optional<RunResult> newestResult(World world) {
    Optional<String> recorded =
        Optional.ofNullable(world.status().lastResult()).map(last -> last.at());
    return world.runs().stream()
        .filter(run -> run.kind() != RunKind.Check)
        .filter(run -> run.finished().flatMap(Run.Finished::result).isPresent())
        .filter(run -> run.finished().get().result().get().target() != null)
        .max(
            Comparator.comparing((Run run) -> run.finished().get().at())
                .thenComparing(Run::sequence))
        // an older Job may outlive a newer one whose result is in the status already
        .filter(
            run ->
                recorded.isEmpty()
                    || !run.finished().get().at().isBefore(java.time.Instant.parse(recorded.get()))
                    || run.runId().equals(world.status().lastResult().id()))
        .flatMap(run -> run.finished().get().result());
  }

  private static TargetStatus target(RunResult.Target target) {
    return new TargetStatus(
        target.serverVersion(), target.systemIdentifier(), target.database(), target.schema());
  }

  private static PlanStatus plan(World world, Decision core) {
    PlanStatus before = world.status().plan();
    boolean kept =
        world.subject().deleting()
            || (core instanceof Decision.Hold hold && hold.reason() == Reason.Suspended);
    if (kept) {
      return before;
    }
    Optional<Outcome> outcome = world.currentOutcome();
    boolean voided =
        outcome.isEmpty()
            || outcome.get().reason().filter(r -> r.name().equals("PlanChanged")).isPresent();
    if (voided) {
      return null; // nobody should approve what is not asked for any more
    }
    String basis = world.basis();
    return world.runs().stream()
        .filter(run -> run.basis().equals(basis))
        .filter(run -> run.finished().flatMap(Run.Finished::result).isPresent())
        .filter(run -> run.finished().get().result().get().plan() != null)
        .filter(run -> run.finished().get().result().get().planHash() != null)
        .max(Comparator.comparing(Run::sequence))
        .map(run -> plan(world, run.finished().get().result().get()))
        .orElse(before);
  }

  private static PlanStatus plan(World world, RunResult result) {
    RunResult.PlanSummary plan = result.plan();
    List<String> pending = plan.pending() == null ? List.of() : plan.pending();
    return new PlanStatus(
        result.planHash(),
        Plan.shortId(result.planHash()),
        plan.bundleDigest(),
        plan.pendingCount(),
        pending.stream().limit(MAX_NAMES).toList(),
        new Findings(plan.block(), plan.warn(), plan.inform()),
        plan.destructive(),
        plan.headline() == null ? null : Bytes.atMost(plan.headline(), MAX_TEXT_BYTES),
        document(world, result.planHash()));
  }

  private static DocumentReference document(World world, String hash) {
    PlanStatus before = world.status().plan();
    if (before == null || !hash.equals(before.hash())) {
      return null;
    }
    return world.document() instanceof World.Stored(String name)
        ? new DocumentReference(name)
        : before.documentRef();
  }

  private static ApprovalStatus approval(
      DatabaseMigrationStatus before,
      PlanStatus plan,
      List<RecoveryStatus> recovery,
      Decision core) {
    if (core instanceof Decision.RecordApproval(ApprovalStatus approval)) {
      return approval;
    }
    boolean ofThisPlan =
        before.approval() != null
            && plan != null
            && Objects.equals(before.approval().planHash(), plan.hash());
    boolean ofAWayOn =
        before.approval() != null
            && recovery.stream().anyMatch(way -> way.hash().equals(before.approval().planHash()));
    return ofThisPlan || ofAWayOn ? before.approval() : null;
  }

  private static RecoveryStatus shortened(RecoveryStatus way) {
    return new RecoveryStatus(
        way.hash(),
        way.shortId(),
        way.action(),
        Bytes.atMost(way.title(), MAX_TEXT_BYTES),
        way.recommended());
  }

  /** The ledger as the newest run left it that saw one. */
  private static Optional<LedgerStatus> ledger(World world) {
    return world.runs().stream()
        .flatMap(run -> run.finished().flatMap(Run.Finished::result).stream())
        .map(RunResult::ledger)
        .filter(Objects::nonNull)
        .max(Comparator.comparing(RunResult.Ledger::epoch))
        .map(ledger -> new LedgerStatus(ledger.id(), ledger.epoch()))
        .filter(
            seen ->
                world.status().ledger() == null || seen.epoch() > world.status().ledger().epoch());
  }

  private static RunStatus run(DatabaseMigrationStatus before, Decision core) {
    return switch (core) {
      case Decision.RecordIntent(RunStatus run) -> run;
      case Decision.StartJob(RunStatus run) -> run;
      case Decision.NotStarted notStarted -> notStarted.run();
      case Decision.AwaitJob await ->
          before.run() != null && await.run().runId().equals(before.run().id())
              ? before.run()
              : of(await.run());
      default -> null;
    };
  }

  private static RunStatus of(Run run) {
    return new RunStatus(
        run.runId(),
        run.kind().name(),
        run.sequence(),
        run.attempt(),
        run.planHash(),
        run.basis(),
        run.job(),
        run.createdAt().toString());
  }
}
