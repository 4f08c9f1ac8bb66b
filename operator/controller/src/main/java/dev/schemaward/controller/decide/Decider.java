package dev.schemaward.controller.decide;

import dev.schemaward.api.run.ExitCode;
import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec.ApprovalRule;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RunStatus;
import dev.schemaward.api.v1alpha1.Durations;
import dev.schemaward.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The lifecycle of a DatabaseMigration: from what is, to what is to be done next. Pure, and driven
 * by the world alone: what the last Job for the present request said, not a phase that somebody
 * stored. Deleting the status changes no decision but those that only a status can know (an
 * approval whose annotation is gone).
 */
public final class Decider {
  private static final Duration RECHECK_POD = Duration.ofSeconds(5);
  private static final Duration STARTING = Duration.ofSeconds(10);
  private static final Duration DELETION_SLACK = Duration.ofMinutes(10);
  private static final int KEPT_JOBS = 3;

  private Decider() {}

  /** The next thing to do. */
  public static Decision next(World world) {
    if (world.subject().deleting()) {
      return deleting(world);
    }
    Optional<Run> active = world.activeRun();
    Decision decision =
        active.isPresent() ? withJob(world, active.get()) : Checks.beside(world, withoutJob(world));
    return tidy(world, decision);
  }

  /** True when this plan may only be executed with an approval. */
  public static boolean needsApproval(World world, Plan plan) {
    if (world.production()) {
      return true; // not the author's to loosen
    }
    return switch (world.subject().spec().approval().required()) {
      case Always -> true;
      case OnHazard -> plan.block() > 0 || plan.destructive() > 0 || plan.declined();
      case Never -> false;
    };
  }

  /**
   * The plan that waits for an approval, or whose approval is about to be used, and that status
   * shows already: about it, and only about it, the document and the enforcement are worth asking.
   */
  public static Optional<Plan> planInQuestion(World world) {
    if (world.subject().deleting()
        || world.activeRun().isPresent()
        || Gates.BEFORE_ANY_JOB.stream().anyMatch(gate -> gate.check(world).isPresent())) {
      return Optional.empty();
    }
    return world
        .currentOutcome()
        .filter(outcome -> outcome.reason().filter(r -> r == RunReason.PlanChanged).isEmpty())
        .flatMap(
            outcome ->
                outcome.kind() == RunKind.Apply
                    ? Optional.ofNullable(outcome.planHash()).flatMap(world::plan)
                    : outcome.plan())
        .filter(plan -> plan.pendingCount() > 0 && needsApproval(world, plan))
        .filter(
            plan ->
                world.status().plan() != null && plan.hash().equals(world.status().plan().hash()));
  }

  /**
   * The way on that somebody chose and that status shows already: about it, and only about it, the
   * enforcement is worth asking.
   */
  public static Optional<Plan> recoveryInQuestion(World world) {
    if (world.subject().deleting()
        || world.activeRun().isPresent()
        || Gates.BEFORE_ANY_JOB.stream().anyMatch(gate -> gate.check(world).isPresent())) {
      return Optional.empty();
    }
    return world
        .currentOutcome()
        .flatMap(outcome -> chosenWay(world, outcome))
        .filter(way -> Gates.wayShown(world, way).isEmpty());
  }

  private static Optional<Plan> chosenWay(World world, Outcome outcome) {
    Optional<Plan> approvedNow =
        world.subject().annotation(Annotations.APPROVE).flatMap(outcome::way);
    Optional<Plan> recorded =
        Optional.ofNullable(world.status().approval())
            .filter(approval -> ApprovalStatus.APPROVED.equals(approval.decision()))
            .flatMap(approval -> outcome.way(approval.planHash()));
    return approvedNow.or(() -> recorded);
  }

  private static Decision withJob(World world, Run run) {
    Run.Active active = run.active().orElseThrow();
    boolean outdated = !run.basis().equals(world.basis());
    boolean revoked =
        (run.kind() == RunKind.Apply || run.kind() == RunKind.Recover)
            && world
                .subject()
                .annotation(Annotations.REJECT)
                .filter(hash -> hash.equals(run.planHash()))
                .isPresent();
    boolean mayBeTakenBack = !run.kind().executes() || !active.started();
    if (!run.deleting() && mayBeTakenBack && (outdated || revoked)) {
      return new Decision.CleanUp(List.of(run.job()), await(world, run, active));
    }
    return await(world, run, active);
  }

  private static Decision await(World world, Run run, Run.Active active) {
    // A pod that does not start says why only when asked.
    Optional<Instant> recheck =
        active.started() ? Optional.empty() : Optional.of(world.now().plus(RECHECK_POD));
    if (active.trouble().isPresent()) {
      Run.Trouble trouble = active.trouble().get();
      return new Decision.AwaitJob(
          run,
          trouble.reason(),
          "the pod of Job %s does not start: %s; it starts by itself when that is put right"
              .formatted(run.job(), trouble.message()),
          recheck);
    }
    return switch (run.kind()) {
      case Plan ->
          new Decision.AwaitJob(
              run, Reason.Planning, "Job %s is planning".formatted(run.job()), recheck);
      case Apply, ApplyIfAllowed ->
          new Decision.AwaitJob(
              run,
              Reason.Applying,
              run.planHash() == null
                  ? "Job %s is planning and applying".formatted(run.job())
                  : "Job %s is applying plan %s".formatted(run.job(), Plan.shortId(run.planHash())),
              recheck);
      case Recover ->
          new Decision.AwaitJob(
              run,
              Reason.Recovering,
              "Job %s is performing recovery plan %s"
                  .formatted(run.job(), Plan.shortId(run.planHash())),
              recheck);
      case Check ->
          new Decision.AwaitJob(
              run, Reason.Verifying, "Job %s is checking".formatted(run.job()), recheck);
    };
  }

  private static Decision withoutJob(World world) {
    for (Gates.BeforeAnyJob gate : Gates.BEFORE_ANY_JOB) {
      Optional<Decision> closed = gate.check(world);
      if (closed.isPresent()) {
        return closed.get();
      }
    }
    return world
        .currentOutcome()
        .map(outcome -> after(world, outcome))
        .orElseGet(() -> start(world, firstKind(world), null, 1));
  }

  private static Decision after(World world, Outcome outcome) {
    if (outcome.reason().isEmpty()) {
      return outcome.attempt() >= world.subject().spec().execution().maxAttempts()
          ? new Decision.Stall(
              Reason.RunnerFailed,
              "the run ended %d times in a row without a result, last: %s; %s"
                  .formatted(outcome.attempt(), outcome.message(), retryAdvice(world)),
              Optional.empty())
          : again(world, outcome, Reason.BackingOff);
    }
    RunReason reason = outcome.reason().get();
    return switch (reason) {
      case UpToDate, Applied ->
          Checks.standing(world, outcome, true)
              .orElseGet(() -> new Decision.UpToDate(outcome.message()));
      case Planned, ApprovalRequired ->
          outcome
              .plan()
              .map(plan -> planned(world, outcome, plan, 1))
              .orElseGet(() -> again(world, outcome, Reason.BackingOff));
      case PlanChanged -> start(world, RunKind.Plan, null, 1);
      case Recovered, RecoveryShown, Verified, Checked -> start(world, firstKind(world), null, 1);
      default ->
          reason.exitCode() == ExitCode.TRY_AGAIN
              ? again(world, outcome, Reason.valueOf(reason.name()))
              : stalled(world, outcome, Reason.valueOf(reason.name()));
    };
  }

  private static Decision stalled(World world, Outcome outcome, Reason reason) {
    Optional<Plan> way = chosenWay(world, outcome);
    if (way.isEmpty()) {
      return new Decision.Stall(
          reason,
          outcome.message()
              + (outcome.recovery().isEmpty()
                  ? "; " + retryAdvice(world)
                  : "; " + ApprovalText.ways(world, outcome.recovery())),
          Optional.empty());
    }
    for (Gates.BeforeApply gate : Gates.BEFORE_RECOVERY) {
      Optional<Decision> closed = gate.check(world, way.get());
      if (closed.isPresent()) {
        return closed.get();
      }
    }
    return start(world, RunKind.Recover, way.get().hash(), 1);
  }

  private static String retryAdvice(World world) {
    return "once the cause is gone, a change of spec or bundle starts it again, or: kubectl"
        + " annotate"
        + " -n %s dbm/%s --overwrite %s=\"$(date +%%s)\""
            .formatted(
                world.subject().namespace(),
                world.subject().name(),
                Annotations.RETRY_REQUESTED_AT);
  }

  /** The same once more, later; gates are asked again then. */
  private static Decision again(World world, Outcome outcome, Reason reason) {
    Instant until = Backoff.until(outcome.at(), outcome.attempt(), world.subject().uid());
    if (world.now().isBefore(until)) {
      return new Decision.BackOff(
          reason,
          "%s (attempt %d; next at %s)"
              .formatted(
                  outcome.message(), outcome.attempt(), until.truncatedTo(ChronoUnit.SECONDS)),
          until);
    }
    int attempt = outcome.attempt() + 1;
    if (outcome.kind() == RunKind.Recover) {
      // What it was to mend is looked at anew; the approval of a way on that still stands counts.
      return start(world, RunKind.Plan, null, attempt);
    }
    if (outcome.kind() == RunKind.Apply) {
      return Optional.ofNullable(outcome.planHash())
          .flatMap(world::plan)
          .map(plan -> planned(world, outcome, plan, attempt))
          .orElseGet(() -> start(world, RunKind.Plan, null, 1));
    }
    return start(world, firstKind(world), null, attempt);
  }

  private static Decision planned(World world, Outcome outcome, Plan plan, int attempt) {
    if (plan.pendingCount() == 0) {
      return Checks.standing(world, outcome, true)
          .orElseGet(() -> new Decision.UpToDate(outcome.message()));
    }
    if (!world.settings().runnerImage().equals(plan.image())) {
      // The build of the runner is part of the hash: approving this plan would be for nothing.
      return start(world, firstKind(world), null, 1);
    }
    Optional<Decision> drifted = Checks.standing(world, outcome, false);
    if (!needsApproval(world, plan)) {
      return drifted.orElseGet(() -> start(world, RunKind.ApplyIfAllowed, null, attempt));
    }
    if (world.document() instanceof World.Lost lost) {
      Instant until = Backoff.until(outcome.at(), outcome.attempt(), world.subject().uid());
      return world.now().isBefore(until)
          ? new Decision.BackOff(Reason.BackingOff, lost.why() + "; the plan is made again", until)
          : start(world, RunKind.Plan, null, outcome.attempt() + 1);
    }
    for (Gates.BeforeApply gate : Gates.BEFORE_APPLY) {
      Optional<Decision> closed = gate.check(world, plan);
      if (closed.isPresent()) {
        return closed.get();
      }
    }
    return drifted.orElseGet(() -> start(world, RunKind.Apply, plan.hash(), attempt));
  }

  private static RunKind firstKind(World world) {
    boolean alwaysGated =
        world.production() || world.subject().spec().approval().required() == ApprovalRule.Always;
    // On a schema that may have drifted, nothing is executed before somebody has looked.
    return alwaysGated || Checks.blocking(world) ? RunKind.Plan : RunKind.ApplyIfAllowed;
  }

  /** Intent first; the Job only when status names this very run. */
  private static Decision start(World world, RunKind kind, String planHash, int attempt) {
    String basis = world.basis();
    int sequence = world.nextSequence();
    RunStatus recorded = world.status().run();
    if (recorded != null
        && basis.equals(recorded.basis())
        && recorded.sequence() == sequence
        && kind.name().equals(recorded.kind())
        && java.util.Objects.equals(planHash, recorded.planHash())) {
      return new Decision.StartJob(recorded);
    }
    String job =
        "%s-%s-%s"
            .formatted(
                world.subject().name(), basis.substring(0, 5), Integer.toString(sequence, 36));
    String id = job + "-" + Long.toString(world.now().getEpochSecond(), 36);
    return new Decision.RecordIntent(
        new RunStatus(
            id,
            kind.name(),
            sequence,
            attempt,
            planHash,
            basis,
            job,
            world.now().truncatedTo(ChronoUnit.SECONDS).toString()));
  }

  /** A run that has begun to execute is let end, within bounds; nothing else keeps the object. */
  private static Decision deleting(World world) {
    Optional<Run> executing =
        world.activeRun().filter(run -> run.kind().executes() && mayExecute(world, run));
    if (executing.isPresent()) {
      Run run = executing.get();
      Duration deadline = Durations.parse(world.subject().spec().execution().deadline());
      Instant bound = run.createdAt().plus(deadline).plus(DELETION_SLACK);
      if (world.now().isBefore(bound)) {
        return new Decision.AwaitJob(
            run,
            Reason.Deleting,
            "being deleted; Job %s is applying and is let end, until %s at the latest"
                .formatted(run.job(), bound),
            Optional.of(run.active().get().started() ? bound : run.createdAt().plus(STARTING)));
      }
    }
    return world.subject().finalizer()
        ? new Decision.Release(new Decision.Gone())
        : new Decision.Gone();
  }

  /** The kubelet tells that a container runs some time after it does. */
  private static boolean mayExecute(World world, Run run) {
    Run.Active active = run.active().orElseThrow();
    return active.started()
        || (active.trouble().isEmpty() && world.now().isBefore(run.createdAt().plus(STARTING)));
  }

  /** Old Jobs go, and the finalizer when nothing executes; never before something to be done. */
  private static Decision tidy(World world, Decision decision) {
    boolean idle =
        switch (decision) {
          case Decision.Hold h -> true;
          case Decision.Stall s -> true;
          case Decision.UpToDate u -> true;
          case Decision.BackOff b -> true;
          case Decision.Checking(Decision.Wait w, Decision standing) -> true;
          default -> false;
        };
    if (!idle) {
      return decision;
    }
    if (world.subject().finalizer()) {
      return new Decision.Release(decision);
    }
    List<String> surplus = surplus(world);
    return surplus.isEmpty() ? decision : new Decision.CleanUp(surplus, decision);
  }

  private static List<String> surplus(World world) {
    List<Run> ended =
        world.runs().stream()
            .filter(run -> run.kind() != RunKind.Check)
            .filter(run -> run.finished().isPresent() && !run.deleting())
            .sorted(Comparator.comparing(Run::createdAt).thenComparing(Run::sequence).reversed())
            .toList();
    Set<String> kept = new HashSet<>();
    ended.stream().limit(KEPT_JOBS).forEach(run -> kept.add(run.job()));
    String basis = world.basis();
    // The newest plan of the present request: without a status it is the only witness of it.
    ended.stream()
        .filter(run -> run.basis().equals(basis))
        .filter(run -> Outcome.of(run, run.finished().get()).plan().isPresent())
        .max(Comparator.comparing(Run::sequence))
        .ifPresent(run -> kept.add(run.job()));
    ended.stream()
        .filter(run -> run.basis().equals(basis))
        .max(Comparator.comparing(Run::sequence))
        .ifPresent(run -> kept.add(run.job()));
    return Stream.concat(
            ended.stream().map(Run::job).filter(job -> !kept.contains(job)),
            Checks.surplus(world).stream())
        .toList();
  }
}
