package dev.schemaward.controller.decide;

import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec.OnDrift;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RunStatus;
import dev.schemaward.api.v1alpha1.Durations;
import dev.schemaward.api.v1alpha1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks of drift and of what must hold, beside the lifecycle: when one is due, and what it means.
 * A check never runs beside another Job, and gives way to every one.
 */
final class Checks {
  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(10);
  private static final Duration RECHECK_POD = Duration.ofSeconds(5);
  private static final int NAMED = 3;

  /** While one of these is so, the history is whole and the database was reached. */
  private static final Set<Reason> CHECKABLE =
      EnumSet.of(
          Reason.Verifying,
          Reason.AwaitingApproval,
          Reason.VerificationFailed,
          Reason.DriftDetected,
          Reason.DriftUnknown,
          Reason.ApprovalRejected,
          Reason.ApprovalExpired,
          Reason.ApprovalPolicyNotEnforced,
          Reason.LintBlocked);

  private Checks() {}

  /** True when drift keeps plans from being executed. */
  static boolean blocking(World world) {
    DatabaseMigrationSpec.Drift drift = world.subject().spec().drift();
    return drift != null && drift.onDrift() == OnDrift.Block;
  }

  private static boolean verifying(World world) {
    return world.subject().spec().verify() != null
        && !world.subject().spec().verify().asksForNothing();
  }

  /**
   * What keeps a plan from being executed, or a database from being as it should: drift where the
   * policy is to block, and what must hold after a run. Empty when nothing does.
   *
   * @param outcome of the run that the knowledge must be about
   * @param executed true when everything is applied, so that it must hold
   */
  static Optional<Decision> standing(World world, Outcome outcome, boolean executed) {
    if (executed && verifying(world)) {
      Optional<Decision> open = verified(world, outcome);
      if (open.isPresent()) {
        return open;
      }
    }
    return blocking(world) ? undrifted(world, outcome) : Optional.empty();
  }

  private static Optional<Decision> verified(World world, Outcome outcome) {
    Optional<Knowledge> known =
        Knowledge.verification(world).filter(k -> outcome.runId().equals(k.after()));
    if (known.isEmpty()) {
      return Optional.of(unknown(world, outcome, Reason.VerificationFailed, "what must hold is"));
    }
    return known.get().good()
        ? Optional.empty()
        : Optional.of(
            new Decision.Stall(
                Reason.VerificationFailed,
                "everything is applied, but not everything holds: %s; put it right, then: %s"
                    .formatted(brief(known.get().lines()), checkAdvice(world)),
                Optional.empty()));
  }

  private static Optional<Decision> undrifted(World world, Outcome outcome) {
    Optional<Knowledge> known =
        Knowledge.drift(world).filter(k -> outcome.runId().equals(k.after()));
    if (known.isEmpty()) {
      return Optional.of(unknown(world, outcome, Reason.DriftUnknown, "the schema is"));
    }
    return known.get().good()
        ? Optional.empty()
        : Optional.of(
            new Decision.Stall(
                Reason.DriftDetected,
                "the schema is not what its migrations make, and spec.drift.onDrift is Block: %s;"
                        .formatted(brief(known.get().lines()))
                    + " revert it or adopt it (ConfigMap "
                    + world.subject().name()
                    + "-drift), then: "
                    + checkAdvice(world),
                Optional.empty()));
  }

  /** Not checked yet, or it could not be. */
  private static Decision unknown(World world, Outcome outcome, Reason reason, String what) {
    Optional<Check> tried =
        Check.newest(world).filter(check -> outcome.runId().equals(check.after()) && !check.made());
    if (tried.isEmpty()) {
      return new Decision.Hold(Reason.Verifying, what + " being checked", Optional.empty());
    }
    return tried.get().transientFailure()
        ? new Decision.Hold(
            Reason.Verifying,
            what + " not checked yet: " + tried.get().message() + "; it is tried again",
            Optional.empty())
        : new Decision.Stall(
            reason,
            what
                + " not checked: "
                + tried.get().message()
                + "; put it right, then: "
                + checkAdvice(world),
            Optional.empty());
  }

  private static String brief(List<String> lines) {
    return lines.stream().limit(NAMED).collect(Collectors.joining("; "))
        + (lines.size() > NAMED ? "; and " + (lines.size() - NAMED) + " more" : "");
  }

  private static String checkAdvice(World world) {
    return "kubectl annotate -n %s dbm/%s --overwrite %s=\"$(date +%%s)\""
        .formatted(
            world.subject().namespace(), world.subject().name(), Annotations.CHECK_REQUESTED_AT);
  }

  /** Adds what is to be done about checks to how things stand otherwise. */
  static Decision beside(World world, Decision standing) {
    Optional<Run> active = world.activeCheck();
    if (active.isPresent()) {
      return withJob(world, active.get(), standing);
    }
    if (!wanted(world) || !checkable(standing)) {
      return standing;
    }
    Optional<Outcome> outcome = world.currentOutcome();
    if (outcome.isEmpty()) {
      return standing;
    }
    Optional<Check> last = Check.newest(world);
    Instant due = due(world, outcome.get(), last);
    if (world.now().isBefore(due)) {
      return due.equals(Instant.MAX)
          ? standing
          : new Decision.Checking(new Decision.Wait(due), standing);
    }
    return new Decision.Checking(start(world, outcome.get(), last), standing);
  }

  private static boolean wanted(World world) {
    return world.subject().spec().drift() != null || verifying(world);
  }

  private static boolean checkable(Decision standing) {
    return switch (standing) {
      case Decision.UpToDate u -> true;
      case Decision.Hold hold -> CHECKABLE.contains(hold.reason());
      case Decision.Stall stall -> CHECKABLE.contains(stall.reason());
      default -> false;
    };
  }

  private static Decision withJob(World world, Run run, Decision standing) {
    boolean resting =
        switch (standing) {
          case Decision.UpToDate u -> true;
          case Decision.Hold h -> true;
          case Decision.Stall s -> true;
          case Decision.BackOff b -> true;
          default -> false;
        };
    if (resting && wanted(world) && run.basis().equals(world.basis())) {
      Run.Active active = run.active().orElseThrow();
      return new Decision.Checking(
          new Decision.AwaitJob(
              run,
              Reason.Verifying,
              active
                  .trouble()
                  .map(trouble -> "the pod of the check does not start: " + trouble.message())
                  .orElse("Job %s is checking".formatted(run.job())),
              active.started() ? Optional.empty() : Optional.of(world.now().plus(RECHECK_POD))),
          standing);
    }
    return new Decision.CleanUp(run.deleting() ? List.of() : List.of(run.job()), standing);
  }

  private static Instant due(World world, Outcome outcome, Optional<Check> last) {
    if (last.isEmpty() || !outcome.runId().equals(last.get().after())) {
      return world.now();
    }
    Check check = last.get();
    Optional<String> request = world.subject().annotation(Annotations.CHECK_REQUESTED_AT);
    if (request.isPresent() && !request.get().equals(check.requestedAt())) {
      return world.now();
    }
    String uid = world.subject().uid();
    if (check.transientFailure() || unmet(world)) {
      return Backoff.until(check.at(), check.attempt(), uid);
    }
    DatabaseMigrationSpec.Drift drift = world.subject().spec().drift();
    if (drift == null) {
      return Instant.MAX;
    }
    Duration interval = Durations.parse(drift.interval());
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      interval = SHORTEST_INTERVAL;
    }
    long spread = Math.max(1, interval.toMillis() / 10);
    return check.at().plus(interval).plusMillis(Math.floorMod(uid.hashCode(), spread));
  }

  /** What must hold and does not may hold soon: an application that is starting. */
  private static boolean unmet(World world) {
    return verifying(world)
        && Knowledge.verification(world).filter(known -> !known.good()).isPresent();
  }

  /** Intent first; the Job only when status names this very run. */
  private static Decision start(World world, Outcome outcome, Optional<Check> last) {
    String basis = world.basis();
    RunStatus recorded = world.status().run();
    boolean fresh =
        recorded != null
            && RunKind.Check.name().equals(recorded.kind())
            && basis.equals(recorded.basis())
            && world.runs().stream().noneMatch(run -> run.runId().equals(recorded.id()))
            && last.filter(check -> check.runId().equals(recorded.id())).isEmpty();
    if (fresh) {
      return new Decision.StartJob(recorded);
    }
    boolean again =
        last.filter(check -> outcome.runId().equals(check.after()))
            .filter(check -> !check.made() || unmet(world))
            .isPresent();
    // Never the name of a Job that was just deleted: the Job controller keeps expectations by name.
    String moment = Long.toString(world.now().toEpochMilli(), 36);
    String job = world.subject().name() + "-c" + moment;
    return new Decision.RecordIntent(
        new RunStatus(
            job,
            RunKind.Check.name(),
            0,
            again ? last.get().attempt() + 1 : 1,
            null,
            basis,
            job,
            world.now().truncatedTo(ChronoUnit.SECONDS).toString()));
  }

  /** Ended checks but the newest. */
  static List<String> surplus(World world) {
    Optional<String> newest = Check.newest(world).map(Check::runId);
    return world.runs().stream()
        .filter(run -> run.kind() == RunKind.Check && run.finished().isPresent() && !run.deleting())
        .filter(run -> !Objects.equals(newest.orElse(null), run.runId()))
        .map(Run::job)
        .toList();
  }
}
