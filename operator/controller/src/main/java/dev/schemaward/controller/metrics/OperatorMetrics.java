package dev.schemaward.controller.metrics;

import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the operator counts, for Prometheus. No label ever carries the name of a resource, a user or
 * a migration: the number of series does not grow with the cluster.
 */
public final class OperatorMetrics implements Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Counter events;
  private final Timer reconciliations;
  private final Map<String, String> reasonOfResource = new ConcurrentHashMap<>();
  private final Map<String, Gauge> gaugeOfReason = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> statusOfResource = new ConcurrentHashMap<>();
  private final Map<String, Gauge> gaugeOfStatus = new ConcurrentHashMap<>();
  private final AtomicBoolean leader = new AtomicBoolean();

  public OperatorMetrics(String version) {
    events =
        Counter.builder("schemaward_events_received")
            .description("Watch events and timers that asked for a reconciliation")
            .register(registry);
    reconciliations =
        Timer.builder("schemaward_reconciliation_duration")
            .description("Time of one reconciliation")
            .publishPercentileHistogram(false)
            .register(registry);
    Gauge.builder("schemaward_leader", leader, l -> l.get() ? 1 : 0)
        .description("1 while this process is the one that acts")
        .register(registry);
    Gauge.builder("schemaward_build_info", () -> 1)
        .description("Always 1; the label says which build this is")
        .tag("version", version)
        .register(registry);
  }

  /** The text that Prometheus scrapes. */
  public String scrape() {
    return registry.scrape();
  }

  /** This process began or ceased to act. */
  public void leading(boolean is) {
    leader.set(is);
  }

  private void resource(String uid, String reason) {
    reasonOfResource.put(uid, reason);
    gaugeOfReason.computeIfAbsent(
        reason,
        r ->
            Gauge.builder(
                    "schemaward_databasemigrations",
                    reasonOfResource,
                    all -> all.values().stream().filter(r::equals).count())
                .description("DatabaseMigrations by the reason of their Ready condition")
                .tag("reason", r)
                .register(registry));
  }

  /** How many resources have a condition in this status; resources without it do not count. */
  private void condition(String uid, Condition condition, String type) {
    Map<String, String> statuses =
        statusOfResource.computeIfAbsent(type, t -> new ConcurrentHashMap<>());
    if (condition == null) {
      statuses.remove(uid);
      return;
    }
    statuses.put(uid, condition.status());
    gaugeOfStatus.computeIfAbsent(
        type + "=" + condition.status(),
        key ->
            Gauge.builder(
                    "schemaward_databasemigrations_" + type.toLowerCase(Locale.ROOT),
                    statuses,
                    all -> all.values().stream().filter(condition.status()::equals).count())
                .description("DatabaseMigrations by the status of their condition " + type)
                .tag("status", condition.status())
                .register(registry));
  }

  /** A resource is gone. */
  public void forget(String uid) {
    reasonOfResource.remove(uid);
    statusOfResource.values().forEach(statuses -> statuses.remove(uid));
  }

  /** A status was looked at: what is new in it is counted, its reason is shown. */
  public void status(String uid, DatabaseMigrationStatus before, DatabaseMigrationStatus now) {
    Condition ready = now.condition(Condition.READY);
    if (ready != null) {
      resource(uid, ready.reason());
    }
    condition(uid, now.condition(Condition.DRIFTED), Condition.DRIFTED);
    condition(uid, now.condition(Condition.VERIFIED), Condition.VERIFIED);
    if (now.lastCheck() != null
        && (before.lastCheck() == null || !now.lastCheck().id().equals(before.lastCheck().id()))) {
      Counter.builder("schemaward_checks")
          .description("Checks of drift and of what must hold that ended")
          .tag("reason", now.lastCheck().reason() == null ? "None" : now.lastCheck().reason())
          .register(registry)
          .increment();
    }
    if (now.lastResult() != null
        && (before.lastResult() == null
            || !now.lastResult().id().equals(before.lastResult().id()))) {
      Counter.builder("schemaward_runs")
          .description("Runs that ended")
          .tag("kind", now.lastResult().kind())
          .tag("reason", now.lastResult().reason() == null ? "None" : now.lastResult().reason())
          .register(registry)
          .increment();
      Integer applied = now.history().isEmpty() ? null : now.history().get(0).appliedCount();
      if (applied != null) {
        Counter.builder("schemaward_migrations_applied")
            .description("Migrations that took effect")
            .register(registry)
            .increment(applied);
      }
    }
    if (now.approval() != null && !now.approval().equals(before.approval())) {
      Counter.builder("schemaward_approvals")
          .description("Approvals and rejections that were first seen")
          .tag("decision", now.approval().decision())
          .tag("verified", Boolean.toString(now.approval().verified()))
          .register(registry)
          .increment();
    }
  }

  @Override
  public void receivedEvent(Event event, Map<String, Object> metadata) {
    events.increment();
  }

  @Override
  public void failedReconciliation(
      HasMetadata resource, Exception exception, Map<String, Object> metadata) {
    Counter.builder("schemaward_reconciliation_failures")
        .description("Reconciliations that ended in an exception and will be retried")
        .tag("exception", exception.getClass().getSimpleName())
        .register(registry)
        .increment();
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    Timer.Sample sample = Timer.start(registry);
    try {
      return execution.execute();
    } finally {
      sample.stop(reconciliations);
    }
  }
}
