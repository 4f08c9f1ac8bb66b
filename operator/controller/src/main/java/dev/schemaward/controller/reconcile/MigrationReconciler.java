package dev.schemaward.controller.reconcile;

import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.Reason;
import dev.schemaward.controller.act.Events;
import dev.schemaward.controller.act.Jobs;
import dev.schemaward.controller.decide.Decider;
import dev.schemaward.controller.decide.Decision;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.metrics.OperatorMetrics;
import dev.schemaward.controller.observe.Observer;
import dev.schemaward.controller.observe.Watches;
import dev.schemaward.controller.status.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observe, decide, record, act, return. Holds no rule about migrations; one side effect besides the
 * status in each pass, and the next event, or the time that the decision names, goes on from there.
 */
public final class MigrationReconciler implements Reconciler<DatabaseMigration> {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationReconciler.class);
  private static final Duration AT_ONCE = Duration.ofMillis(20);
  private static final Duration SOON = Duration.ofMillis(200);
  private static final Duration AFTER_REFUSAL = Duration.ofSeconds(10);

  private final Observer observer;
  private final Actions actions;
  private final StatusWriter statuses;
  private final Events events;
  private final Watches watches;
  private final Set<String> namespaces;
  private final OperatorMetrics metrics;

  /**
   * @param namespaces to watch; empty means all
   */
  public MigrationReconciler(
      KubernetesClient client,
      Observer observer,
      Actions actions,
      Events events,
      Watches watches,
      Set<String> namespaces,
      OperatorMetrics metrics) {
    this.observer = observer;
    this.actions = actions;
    this.statuses = new StatusWriter(client);
    this.events = events;
    this.watches = watches;
    this.namespaces = namespaces;
    this.metrics = metrics;
  }

  @Override
  public List<EventSource<?, DatabaseMigration>> prepareEventSources(
      EventSourceContext<DatabaseMigration> context) {
    return watches.sources(context, namespaces);
  }

  @Override
  public UpdateControl<DatabaseMigration> reconcile(
      DatabaseMigration cached, Context<DatabaseMigration> context) {
    Optional<Observer.Seen> seen =
        observer.observe(cached.getMetadata().getNamespace(), cached.getMetadata().getName());
    if (seen.isEmpty()) {
      metrics.forget(cached.getMetadata().getUid());
      watches.forget(cached.getMetadata().getNamespace());
      return UpdateControl.noUpdate();
    }
    try {
      return pass(seen.get());
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) {
        throw e;
      }
      LOG.debug("somebody else was faster: {}", e.getMessage());
      return UpdateControl.<DatabaseMigration>noUpdate().rescheduleAfter(SOON);
    }
  }

  private UpdateControl<DatabaseMigration> pass(Observer.Seen seen) {
    World world = seen.world();
    Decision decision = Decider.next(world);
    LOG.debug("decision: {}", decision);
    if (decision instanceof Decision.StartJob start) {
      // Recorded in the pass before; what became of it is what the status says now.
      decision = start(seen, start);
    } else if (decision instanceof Decision.Checking(Decision.StartJob start, Decision standing)) {
      decision = new Decision.Checking(start(seen, start), standing);
    }
    world.report().ifPresent(report -> actions.storeReport(seen.migration(), report));
    DatabaseMigration recorded = record(seen.migration(), world, decision);
    act(recorded, world, decision);
    return after(decision, world.now());
  }

  private Decision start(Observer.Seen seen, Decision.StartJob start) {
    try {
      actions.start(seen.migration(), seen.world(), start.run());
      return start;
    } catch (Jobs.NameTaken | Jobs.Refused e) {
      LOG.warn("the Job of run {} was not created: {}", start.run().id(), e.getMessage());
      return new Decision.NotStarted(
          start.run(),
          Reason.RunnerRefused,
          e.getMessage(),
          seen.world().now().plus(AFTER_REFUSAL));
    }
  }

  /** Everything but a start and a status write. */
  private void act(DatabaseMigration migration, World world, Decision decision) {
    switch (decision) {
      case Decision.StorePlan store -> actions.store(migration, store.document());
      case Decision.CleanUp cleanUp -> actions.delete(world, cleanUp.jobs());
      case Decision.Release release -> actions.release(migration);
      default -> {} // recorded, started before, or nothing to do
    }
  }

  /** Writes the status if it changed, and tells; returns the object as it is then. */
  private DatabaseMigration record(DatabaseMigration read, World world, Decision decision) {
    boolean leaving =
        decision instanceof Decision.Gone
            || (decision instanceof Decision.Release r && r.then() instanceof Decision.Gone);
    DatabaseMigrationStatus next = StatusBuilder.next(world, decision);
    if (leaving || StatusWriter.isSame(world.status(), next)) {
      metrics.status(world.subject().uid(), world.status(), world.status());
      return read;
    }
    DatabaseMigration written = statuses.write(read, next);
    metrics.status(world.subject().uid(), world.status(), next);
    Announcements.between(world.status(), next).forEach(news -> events.publish(written, news));
    return written;
  }

  private static UpdateControl<DatabaseMigration> after(Decision decision, Instant now) {
    Optional<Instant> next = recheck(decision, now);
    UpdateControl<DatabaseMigration> control = UpdateControl.noUpdate();
    next.map(at -> Duration.between(now, at))
        .ifPresent(d -> control.rescheduleAfter(d.compareTo(AT_ONCE) < 0 ? AT_ONCE : d));
    return control;
  }

  private static Optional<Instant> recheck(Decision decision, Instant now) {
    return switch (decision) {
      case Decision.RecordIntent r -> Optional.of(now);
      case Decision.RecordApproval r -> Optional.of(now);
      case Decision.ShowPlan s -> Optional.of(now);
      case Decision.StorePlan s -> Optional.of(now);
      case Decision.Release r -> Optional.of(now);
      case Decision.CleanUp c -> Optional.of(now.plus(SOON));
      case Decision.StartJob s -> Optional.of(now.plus(SOON));
      case Decision.NotStarted n -> Optional.of(n.recheckAt());
      case Decision.BackOff b -> Optional.of(b.until());
      case Decision.AwaitJob a -> a.recheckAt();
      case Decision.Hold h -> h.recheckAt();
      case Decision.Stall s -> s.recheckAt();
      case Decision.UpToDate u -> Optional.empty();
      case Decision.Gone g -> Optional.empty();
      case Decision.Wait w -> Optional.of(w.until());
      case Decision.Checking(Decision check, Decision standing) ->
          Stream.concat(recheck(check, now).stream(), recheck(standing, now).stream())
              .min(Comparator.naturalOrder());
    };
  }
}
