package dev.schemaward.controller.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.schemaward.api.run.DriftReportDocument;
import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.ApprovalStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.LedgerStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.RunStatus;
import dev.schemaward.api.v1alpha1.Durations;
import dev.schemaward.controller.act.DriftStore;
import dev.schemaward.controller.act.Finalizers;
import dev.schemaward.controller.act.JobTemplate;
import dev.schemaward.controller.act.Jobs;
import dev.schemaward.controller.act.PlanStore;
import dev.schemaward.controller.act.RunRequest;
import dev.schemaward.controller.decide.Outcome;
import dev.schemaward.controller.decide.RunKind;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.run.JobMarks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Carries a decision out: translates it into requests for package {@code act}. Decides nothing. */
public final class Actions {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Jobs jobs;
  private final PlanStore plans;
  private final DriftStore drifts;
  private final Finalizers finalizers;
  private final Supplier<String> clusterId;
  private final String imagePullPolicy;

  /**
   * @param clusterId uid of namespace kube-system; asked for when first needed
   * @param imagePullPolicy of Jobs
   */
  public Actions(
      Jobs jobs,
      PlanStore plans,
      DriftStore drifts,
      Finalizers finalizers,
      Supplier<String> clusterId,
      String imagePullPolicy) {
    this.jobs = jobs;
    this.plans = plans;
    this.drifts = drifts;
    this.finalizers = finalizers;
    this.clusterId = clusterId;
    this.imagePullPolicy = imagePullPolicy;
  }

  /** Creates the Job of a recorded run; before an executing one, the object gets our finalizer. */
  void start(DatabaseMigration migration, World world, RunStatus run) {
    RunKind kind = RunKind.of(run.kind()).orElseThrow();
    RunRequest request = request(world, run, kind);
    if (kind.executes() && !world.subject().finalizer()) {
      finalizers.add(migration, JobMarks.FINALIZER);
    }
    jobs.start(JobTemplate.of(request));
  }

  void store(DatabaseMigration migration, World.PlanBytes document) {
    try {
      PlanDocument plan = JSON.readValue(document.json(), PlanDocument.class);
      plans.store(migration, document.json(), plan);
      plans.prune(migration, plan.shortId());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it was parsed when it was observed
    }
  }

  /** Stores what a check reported; of one that found nothing, what was stored before goes. */
  void storeReport(DatabaseMigration migration, World.CheckReport report) {
    try {
      DriftReportDocument document =
          JSON.readValue(report.bytes().json(), DriftReportDocument.class);
      drifts.store(migration, document);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it was parsed when it was observed
    }
  }

  void delete(World world, List<String> names) {
    names.forEach(name -> jobs.delete(world.subject().namespace(), name));
  }

  void release(DatabaseMigration migration) {
    finalizers.remove(migration, JobMarks.FINALIZER);
  }

  private RunRequest request(World world, RunStatus run, RunKind kind) {
    World.Subject subject = world.subject();
    DatabaseMigrationSpec spec = subject.spec();
    DatabaseMigrationSpec.SecretReference secret = spec.target().secretRef();
    DatabaseMigrationSpec.Runner runner = spec.runner();
    return new RunRequest(
        run.job(),
        run.id(),
        marks(world, run),
        new RunRequest.Owner(subject.namespace(), subject.name(), subject.uid()),
        clusterId.get(),
        mode(world, run, kind),
        spec.source().configMap().name(),
        secret.name(),
        secret.keys() == null ? Map.of() : secret.keys().asMap(),
        spec.target().schema(),
        spec.format().name(),
        spec.targetVersion(),
        knownLedger(world.status().ledger()),
        subject.annotation(Annotations.TAKE_OVER_FROM).orElse(null),
        new RunRequest.Limits(
            Durations.parse(spec.execution().lockWait()),
            Durations.parse(spec.execution().statementTimeout()),
            Durations.parse(spec.execution().deadline()),
            spec.execution().endBlockers(),
            world.lint()),
        new RunRequest.Placement(
            world.settings().runnerImage(),
            imagePullPolicy,
            runner.resources(),
            runner.serviceAccountName(),
            runner.nodeSelector(),
            runner.tolerations(),
            runner.imagePullSecrets()));
  }

  private static String knownLedger(LedgerStatus ledger) {
    return ledger == null ? null : ledger.id() + ":" + ledger.epoch();
  }

  private static Map<String, String> marks(World world, RunStatus run) {
    Map<String, String> marks = new TreeMap<>();
    marks.put(JobMarks.RUN, run.id());
    marks.put(JobMarks.KIND, run.kind());
    marks.put(JobMarks.SEQUENCE, Integer.toString(run.sequence()));
    marks.put(JobMarks.ATTEMPT, Integer.toString(run.attempt()));
    marks.put(JobMarks.BASIS, run.basis());
    marks.put(JobMarks.IMAGE, world.settings().runnerImage());
    if (run.planHash() != null) {
      marks.put(JobMarks.PLAN_HASH, run.planHash());
    }
    if (RunKind.Check.name().equals(run.kind())) {
      marks.put(JobMarks.AFTER, world.currentOutcome().map(Outcome::runId).orElse(""));
      world
          .subject()
          .annotation(Annotations.CHECK_REQUESTED_AT)
          .ifPresent(token -> marks.put(JobMarks.REQUESTED_AT, token));
    }
    return marks;
  }

  private static RunRequest.Mode mode(World world, RunStatus run, RunKind kind) {
    return switch (kind) {
      case Plan -> new RunRequest.Mode.Plan(comparison(world.subject().spec()));
      case ApplyIfAllowed ->
          new RunRequest.Mode.ApplyIfAllowed(world.subject().spec().approval().required().name());
      case Apply -> new RunRequest.Mode.Apply(run.planHash(), approval(world, run));
      case Recover -> new RunRequest.Mode.Recover(run.planHash(), approval(world, run));
      case Check -> check(world.subject().spec());
    };
  }

  private static RunRequest.Mode.Check check(DatabaseMigrationSpec spec) {
    boolean verifies = spec.verify() != null && !spec.verify().asksForNothing();
    try {
      return new RunRequest.Mode.Check(
          comparison(spec), verifies ? JSON.writeValueAsString(spec.verify()) : null);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // it came as JSON
    }
  }

  private static RunRequest.Comparison comparison(DatabaseMigrationSpec spec) {
    return spec.drift() == null
        ? null
        : new RunRequest.Comparison(
            spec.drift().ignore().stream()
                .map(ignore -> ignore.objects() + ": " + ignore.reason())
                .toList());
  }

  /** A second look at what the gates have checked: without a record, nothing is started. */
  private static RunRequest.Approval approval(World world, RunStatus run) {
    ApprovalStatus approval = world.status().approval();
    if (approval == null
        || !ApprovalStatus.APPROVED.equals(approval.decision())
        || !run.planHash().equals(approval.planHash())) {
      throw new IllegalStateException("no approval of plan " + run.planHash() + " is recorded");
    }
    return new RunRequest.Approval(
        String.join(",", approval.by()),
        Instant.parse(approval.at()),
        approval.channel(),
        approval.reason());
  }
}
