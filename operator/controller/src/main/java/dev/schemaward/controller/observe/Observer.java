package dev.schemaward.controller.observe;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.schemaward.api.run.DriftReportDocument;
import dev.schemaward.api.run.JobContract;
import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.Annotations;
import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.controller.decide.Check;
import dev.schemaward.controller.decide.Decider;
import dev.schemaward.controller.decide.Plan;
import dev.schemaward.controller.decide.Run;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the {@link World}. The object itself, its Jobs and pods are read live, because a decision
 * made on a stale cache could start a run twice; content of ConfigMaps and labels of namespaces
 * come from {@link Watches}. Changes nothing (the canary is a dry run).
 */
public final class Observer {
  private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final KubernetesClient client;
  private final Watches watches;
  private final JobLogs logs;
  private final ApprovalPolicyProbe probe;
  private final World.Settings settings;
  private final InstantSource clock;

  public Observer(
      KubernetesClient client,
      Watches watches,
      JobLogs logs,
      ApprovalPolicyProbe probe,
      World.Settings settings,
      InstantSource clock) {
    this.client = client;
    this.watches = watches;
    this.logs = logs;
    this.probe = probe;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * What there is.
   *
   * @param migration the object as it was read; its resource version guards every write
   * @param world the same and everything around it
   */
  public record Seen(DatabaseMigration migration, World world) {}

  /** The world of one DatabaseMigration; empty when it does not exist. */
  public Optional<Seen> observe(String namespace, String name) {
    DatabaseMigration migration =
        client.resources(DatabaseMigration.class).inNamespace(namespace).withName(name).get();
    if (migration == null || migration.getSpec() == null) {
      return Optional.empty();
    }
    Map<String, Pod> podOfRun = new HashMap<>();
    World first = withReport(world(migration, runs(migration, podOfRun)), podOfRun);
    return Optional.of(
        new Seen(
            migration,
            Decider.planInQuestion(first)
                .map(plan -> aboutThePlan(first, migration, plan, podOfRun))
                .or(
                    () ->
                        Decider.recoveryInQuestion(first)
                            .map(way -> aboutTheRecovery(first, migration, way)))
                .orElse(first)));
  }

  private World world(DatabaseMigration migration, List<Run> runs) {
    String namespace = migration.getMetadata().getNamespace();
    Map<String, String> annotations =
        Objects.requireNonNullElse(migration.getMetadata().getAnnotations(), Map.of());
    return new World(
        clock.instant(),
        new World.Subject(
            namespace,
            migration.getMetadata().getName(),
            migration.getMetadata().getUid(),
            migration.getMetadata().getGeneration(),
            migration.getSpec(),
            Map.copyOf(annotations),
            migration.getMetadata().getDeletionTimestamp() != null,
            migration.getMetadata().getFinalizers().contains(JobMarks.FINALIZER)),
        Objects.requireNonNullElse(migration.getStatus(), DatabaseMigrationStatus.EMPTY),
        isProduction(namespace),
        watches.contentDigest(namespace, migration.getSpec().source().configMap().name()),
        runs,
        new World.NotNeeded(),
        Optional.empty(),
        Optional.empty(),
        settings);
  }

  /** The report of the newest check, as long as status does not know of that check. */
  private World withReport(World world, Map<String, Pod> podOfRun) {
    Optional<Check> check = Check.newest(world);
    boolean recorded =
        check.isPresent()
            && world.status().lastCheck() != null
            && check.get().runId().equals(world.status().lastCheck().id());
    if (check.isEmpty() || recorded || !podOfRun.containsKey(check.get().runId())) {
      return world;
    }
    RunResult.Document document = check.get().result().map(RunResult::document).orElse(null);
    if (document == null) {
      return world;
    }
    String pod = podOfRun.get(check.get().runId()).getMetadata().getName();
    try {
      byte[] json =
          PlanFrame.read(
              logs.open(world.subject().namespace(), pod, JobContract.CONTAINER), document);
      JSON.readValue(json, DriftReportDocument.class);
      return new World(
          world.now(),
          world.subject(),
          world.status(),
          world.production(),
          world.bundle(),
          world.runs(),
          world.document(),
          Optional.of(new World.CheckReport(check.get().runId(), new World.PlanBytes(json))),
          world.enforcement(),
          world.settings());
    } catch (PlanFrame.Missing | IOException e) {
      LOG.warn("no report from pod {}: {}", pod, e.getMessage());
      return world; // status has the numbers; the next check brings another report
    }
  }

  /** A namespace that is not known might be production. */
  private boolean isProduction(String namespace) {
    return watches
        .namespaceLabels(namespace)
        .map(labels -> Annotations.PRODUCTION.equals(labels.get(Annotations.ENVIRONMENT)))
        .orElse(true);
  }

  private List<Run> runs(DatabaseMigration migration, Map<String, Pod> podOfRun) {
    String namespace = migration.getMetadata().getNamespace();
    String name = migration.getMetadata().getName();
    List<Job> jobs =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .withLabelSelector(JobMarks.RUN_SELECTOR)
            .withLabel(JobMarks.MIGRATION, name)
            .list()
            .getItems()
            .stream()
            .filter(job -> isControlledBy(job, migration))
            .toList();
    if (jobs.isEmpty()) {
      return List.of();
    }
    List<Pod> pods =
        client
            .pods()
            .inNamespace(namespace)
            .withLabelSelector(JobMarks.RUN_SELECTOR)
            .withLabel(JobMarks.MIGRATION, name)
            .list()
            .getItems();
    List<Run> runs = new ArrayList<>();
    for (Job job : jobs) {
      Pod pod = pods.stream().filter(p -> isControlledBy(p, job)).findFirst().orElse(null);
      JobReader.read(job, pod, this::eventsOf)
          .ifPresent(
              run -> {
                runs.add(run);
                if (pod != null) {
                  podOfRun.put(run.runId(), pod);
                }
              });
    }
    return runs;
  }

  private static boolean isControlledBy(HasMetadata object, HasMetadata owner) {
    return object.getMetadata().getOwnerReferences().stream()
        .anyMatch(
            reference ->
                Boolean.TRUE.equals(reference.getController())
                    && owner.getMetadata().getUid().equals(reference.getUid()));
  }

  private Collection<Event> eventsOf(HasMetadata object) {
    return client
        .v1()
        .events()
        .inNamespace(object.getMetadata().getNamespace())
        .withField("involvedObject.uid", object.getMetadata().getUid())
        .list()
        .getItems();
  }

  /** Document and enforcement: asked only where a decision depends on them. */
  private World aboutThePlan(
      World world, DatabaseMigration migration, Plan plan, Map<String, Pod> podOfRun) {
    return about(
        world, document(world, plan, podOfRun), enforcementBeforeUse(world, migration, plan));
  }

  /** A way on stands in status as a whole: it has no document. */
  private World aboutTheRecovery(World world, DatabaseMigration migration, Plan way) {
    return about(world, new World.NotNeeded(), enforcementBeforeUse(world, migration, way));
  }

  private Optional<World.Enforcement> enforcementBeforeUse(
      World world, DatabaseMigration migration, Plan plan) {
    var approval = world.status().approval();
    boolean recorded = approval != null && plan.hash().equals(approval.planHash());
    boolean aboutToBeUsed =
        world.subject().annotation(Annotations.APPROVE).filter(plan.hash()::equals).isPresent();
    return recorded && !aboutToBeUsed
        ? Optional.empty()
        : Optional.of(enforcement(migration, plan, aboutToBeUsed && !recorded));
  }

  private static World about(
      World world, World.Document document, Optional<World.Enforcement> enforcement) {
    return new World(
        world.now(),
        world.subject(),
        world.status(),
        world.production(),
        world.bundle(),
        world.runs(),
        document,
        world.report(),
        enforcement,
        world.settings());
  }

  private World.Enforcement enforcement(DatabaseMigration migration, Plan plan, boolean now) {
    return switch (probe.ask(migration, plan.hash(), now)) {
      case ApprovalPolicyProbe.Answer.Enforced() -> new World.Enforcement(true, null);
      case ApprovalPolicyProbe.Answer.NotEnforced(String why) -> new World.Enforcement(false, why);
    };
  }

  private World.Document document(World world, Plan plan, Map<String, Pod> podOfRun) {
    String namespace = world.subject().namespace();
    String name = world.subject().name() + "-plan-" + plan.shortId();
    ConfigMap stored = client.configMaps().inNamespace(namespace).withName(name).get();
    if (stored != null
        && stored.getMetadata().getAnnotations() != null
        && plan.hash().equals(stored.getMetadata().getAnnotations().get(JobMarks.PLAN_HASH))) {
      return new World.Stored(name);
    }
    for (Run run : world.runs()) {
      Optional<RunResult> result = run.finished().flatMap(Run.Finished::result);
      boolean hasIt =
          result.filter(r -> plan.hash().equals(r.planHash()) && r.document() != null).isPresent();
      if (hasIt && podOfRun.containsKey(run.runId())) {
        return fetch(
            namespace,
            podOfRun.get(run.runId()).getMetadata().getName(),
            result.get().document(),
            plan.hash());
      }
    }
    return new World.Lost("the document of plan " + plan.shortId() + " is gone with its Job");
  }

  private World.Document fetch(
      String namespace, String pod, RunResult.Document document, String hash) {
    try {
      byte[] json = PlanFrame.read(logs.open(namespace, pod, JobContract.CONTAINER), document);
      PlanDocument plan = JSON.readValue(json, PlanDocument.class);
      return hash.equals(plan.hash())
          ? new World.Fetched(new World.PlanBytes(json))
          : new World.Lost("the plan document in the log of pod " + pod + " is of another plan");
    } catch (PlanFrame.Missing | IOException e) {
      return new World.Lost("no plan document from pod " + pod + ": " + e.getMessage());
    }
  }
}
