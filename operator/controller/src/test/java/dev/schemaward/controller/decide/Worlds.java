package dev.schemaward.controller.decide;

import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec.ApprovalRule;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.api.v1alpha1.VerifySpec;
import dev.schemaward.controller.status.StatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Worlds for tests: one line for each thing that differs from a new object with a bundle. */
public final class Worlds {
  public static final String IMAGE = "runner@sha256:1";
  public static final String HASH = "sha256:" + "a".repeat(64);
  public static final String OTHER = "sha256:" + "b".repeat(64);
  public static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private Instant now = NOW;
  private long generation = 1;
  private boolean production;
  private boolean suspended;
  private boolean deleting;
  private boolean finalizer;
  private boolean bestEffort;
  private Set<String> floor = Set.of();
  private ApprovalRule rule = ApprovalRule.OnHazard;
  private int maxAttempts = 5;
  private String image = IMAGE;
  private DatabaseMigrationSpec.Drift drift;
  private VerifySpec verify;
  private Optional<String> bundle = Optional.of("sha256:bundle");
  private final Map<String, String> annotations = new TreeMap<>();
  private final List<Run> runs = new ArrayList<>();
  private DatabaseMigrationStatus status = DatabaseMigrationStatus.EMPTY;
  private World.Document document = new World.NotNeeded();
  private Optional<World.Enforcement> enforcement = Optional.empty();

  public static Worlds world() {
    return new Worlds();
  }

  public static Worlds production() {
    Worlds worlds = new Worlds();
    worlds.production = true;
    return worlds;
  }

  public Worlds now(Instant at) {
    now = at;
    return this;
  }

  public Worlds generation(long number) {
    generation = number;
    return this;
  }

  public Worlds inProduction() {
    production = true;
    return this;
  }

  public Worlds suspended() {
    suspended = true;
    return this;
  }

  public Worlds deleting() {
    deleting = true;
    return this;
  }

  public Worlds finalizer() {
    finalizer = true;
    return this;
  }

  public Worlds bestEffort() {
    bestEffort = true;
    return this;
  }

  public Worlds productionLintBlock(String... rules) {
    floor = Set.of(rules);
    return this;
  }

  public Worlds rule(ApprovalRule required) {
    rule = required;
    return this;
  }

  public Worlds maxAttempts(int attempts) {
    maxAttempts = attempts;
    return this;
  }

  public Worlds operatorImage(String name) {
    image = name;
    return this;
  }

  public Worlds bundle(String digest) {
    bundle = Optional.ofNullable(digest);
    return this;
  }

  public Worlds annotation(String key, String value) {
    annotations.put(key, value);
    return this;
  }

  public Worlds without(String key) {
    annotations.remove(key);
    return this;
  }

  public Worlds stored() {
    document = new World.Stored("orders-plan-aaaaaa");
    return this;
  }

  public Worlds document(World.Document where) {
    document = where;
    return this;
  }

  public Worlds enforced() {
    enforcement = Optional.of(new World.Enforcement(true, null));
    return this;
  }

  public Worlds notEnforced() {
    enforcement = Optional.of(new World.Enforcement(false, "nothing refuses it"));
    return this;
  }

  public Worlds status(DatabaseMigrationStatus written) {
    status = written;
    return this;
  }

  /** Writes the status that the present world leads to, as the reconciler would. */
  public Worlds settle() {
    World world = build();
    status = StatusBuilder.next(world, Decider.next(world));
    return this;
  }

  public Worlds approval(String hash, String decision, Instant at, Duration validFor) {
    ApprovalStatus approval =
        new ApprovalStatus(
            hash,
            decision,
            List.of("alice"),
            true,
            "Annotation",
            null,
            at.toString(),
            at.plus(validFor).toString());
    status =
        new DatabaseMigrationStatus(
            status.observedGeneration(),
            status.conditions(),
            status.target(),
            status.version(),
            status.pending(),
            status.applied(),
            status.plan(),
            approval,
            status.run(),
            status.lastResult(),
            status.recovery(),
            status.ledger(),
            status.history(),
            status.drift(),
            status.verification(),
            status.lastCheck(),
            null,
            null);
    return this;
  }

  /** Adds a Job for what is asked for now. */
  public Worlds run(RunKind kind, String planHash, Run.State state) {
    return run(kind, planHash, 1, state);
  }

  public Worlds run(RunKind kind, String planHash, int attempt, Run.State state) {
    int sequence = build().nextSequence();
    String job = "orders-" + (runs.size() + 1);
    runs.add(
        new Run(
            job,
            job + "-id",
            kind,
            sequence,
            attempt,
            build().basis(),
            planHash,
            image,
            null,
            null,
            NOW.minusSeconds(600).plusSeconds(runs.size()),
            false,
            state));
    return this;
  }

  /** A plan Job that ended ten seconds ago with a plan of one migration. */
  public Worlds planned() {
    return run(RunKind.Plan, null, ended(RunReason.Planned, HASH, 1, 0));
  }

  /** A plan Job that found a situation with this way on. */
  public Worlds needsRecovery(String way) {
    Run.Finished end = ended(RunReason.NeedsAttention);
    RunResult was = end.result().orElseThrow();
    RunResult result =
        new RunResult(
            was.kind(),
            was.runId(),
            was.reason(),
            was.message(),
            was.runnerBuild(),
            was.target(),
            null,
            null,
            null,
            null,
            0,
            false,
            null,
            null,
            List.of(new RunResult.RecoveryChoice(way, "MarkApplied", "mark it applied", true)),
            new RunResult.Ledger("11111111-2222-3333-4444-555555555555", 7),
            null,
            5);
    return run(RunKind.Plan, null, new Run.Finished(end.at(), Optional.of(result), end.message()));
  }

  /** The same with everything that must hold before people are asked. */
  public Worlds asked() {
    return planned().settle().stored().enforced();
  }

  public Worlds clearRuns() {
    runs.clear();
    return this;
  }

  public static Run.Finished ended(RunReason reason) {
    return ended(reason, null, 0, 0);
  }

  public static Run.Finished ended(RunReason reason, String hash, int pending, int destructive) {
    RunResult.PlanSummary plan =
        hash == null
            ? null
            : new RunResult.PlanSummary(
                "sha256:b",
                "Sql",
                pending,
                List.of("1_init"),
                0,
                0,
                0,
                destructive,
                pending + " migrations");
    RunResult result =
        new RunResult(
            "plan",
            "id",
            reason,
            reason + " in words",
            "build",
            new RunResult.Target("18.0", "7", "orders", "public"),
            hash,
            plan,
            new RunResult.History("0_base", 1, pending),
            null,
            0,
            false,
            null,
            null,
            List.of(),
            null,
            null,
            5);
    return new Run.Finished(NOW.minusSeconds(10), Optional.of(result), result.message());
  }

  public static Run.Finished endedAt(Instant at, Run.Finished end) {
    return new Run.Finished(at, end.result(), end.message());
  }

  public static Run.Finished died(Instant at) {
    return new Run.Finished(at, Optional.empty(), "the Job ended: exit code 137 (OOMKilled)");
  }

  public static Run.Active running() {
    return new Run.Active(true, Optional.empty());
  }

  public static Run.Active pending() {
    return new Run.Active(false, Optional.empty());
  }

  public static Run.Active stuck(Reason reason) {
    return new Run.Active(false, Optional.of(new Run.Trouble(reason, "secret \"db\" not found")));
  }

  public Worlds drift(DatabaseMigrationSpec.Drift asked) {
    drift = asked;
    return this;
  }

  public Worlds verify(VerifySpec asked) {
    verify = asked;
    return this;
  }

  /** A Job that checked after the newest run and ended like this. */
  public Worlds checked(Instant at, RunResult result) {
    return check(1, new Run.Finished(at, Optional.ofNullable(result), "exit code 137"));
  }

  public Worlds check(int attempt, Run.State state) {
    World world = build();
    String job = "orders-c" + (runs.size() + 1);
    runs.add(
        new Run(
            job,
            job,
            RunKind.Check,
            0,
            attempt,
            world.basis(),
            null,
            image,
            world.currentOutcome().map(Outcome::runId).orElse(null),
            annotations.get(Annotations.CHECK_REQUESTED_AT),
            NOW.minusSeconds(600).plusSeconds(runs.size()),
            false,
            state));
    return this;
  }

  public World build() {
    return new World(
        now,
        new World.Subject(
            "shop",
            "orders",
            "uid-1",
            generation,
            spec(),
            Map.copyOf(annotations),
            deleting,
            finalizer),
        status,
        production,
        bundle,
        runs,
        document,
        Optional.empty(),
        enforcement,
        new World.Settings(image, bestEffort, floor));
  }

  public Decision next() {
    return Decider.next(build());
  }

  private DatabaseMigrationSpec spec() {
    return new DatabaseMigrationSpec(
        new DatabaseMigrationSpec.Source(new DatabaseMigrationSpec.ConfigMapSource("bundle")),
        null,
        null,
        new DatabaseMigrationSpec.Target(
            new DatabaseMigrationSpec.SecretReference("db", null), null),
        new DatabaseMigrationSpec.Approval(rule, "24h"),
        null,
        new DatabaseMigrationSpec.Execution(null, null, null, maxAttempts, null),
        verify,
        drift,
        null,
        suspended);
  }
}
