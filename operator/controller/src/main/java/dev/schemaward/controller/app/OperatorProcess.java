package dev.schemaward.controller.app;

import dev.schemaward.controller.act.ClusterDriftStore;
import dev.schemaward.controller.act.ClusterEvents;
import dev.schemaward.controller.act.ClusterFinalizers;
import dev.schemaward.controller.act.ClusterJobs;
import dev.schemaward.controller.act.ClusterPlanStore;
import dev.schemaward.controller.decide.World;
import dev.schemaward.controller.metrics.OperatorMetrics;
import dev.schemaward.controller.observe.ApprovalPolicyProbe;
import dev.schemaward.controller.observe.ClusterId;
import dev.schemaward.controller.observe.JobLogs;
import dev.schemaward.controller.observe.Observer;
import dev.schemaward.controller.observe.Watches;
import dev.schemaward.controller.reconcile.Actions;
import dev.schemaward.controller.reconcile.MigrationReconciler;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationService;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: everything the operator consists of, wired by hand, started and stopped.
 * The only class that knows them all; it decides nothing about migrations.
 */
public final class OperatorProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorProcess.class);
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final OperatorConfiguration configuration;
  private final OperatorMetrics metrics;
  private final Operator operator;
  private final Leadership leadership;
  private final KubernetesClient client;
  private final HttpEndpoints http;
  private volatile boolean stopping;

  /**
   * Wires everything; nothing runs yet but the HTTP endpoints.
   *
   * @param client closed by {@link #close()}
   * @param logs where the logs of Jobs come from
   * @param lost called when leadership is lost; must end the process
   * @throws IOException when the HTTP port is taken
   */
  public OperatorProcess(
      OperatorConfiguration configuration,
      KubernetesClient client,
      JobLogs logs,
      InstantSource clock,
      String version,
      Runnable lost)
      throws IOException {
    this.configuration = configuration;
    this.client = client;
    metrics = new OperatorMetrics(version);
    leadership = new Leadership(configuration, client, metrics::leading, lost);
    ExecutorService threads = BoundedVirtualThreads.of(configuration.concurrency());
    operator =
        new Operator(
            ConfigurationService.newOverriddenConfigurationService(
                overrider -> {
                  overrider
                      .withKubernetesClient(client)
                      .withMetrics(metrics)
                      .withExecutorService(threads)
                      .withCloseClientOnStop(false)
                      .withReconciliationTerminationTimeout(GRACE)
                      .checkingCRDAndValidateLocalModel(false);
                  if (configuration.leaderElection()) {
                    overrider.withLeaderElectionConfiguration(leadership.election());
                  }
                }));
    register(logs, clock);
    http =
        new HttpEndpoints(
            configuration.httpPort(), this::unhealthy, this::unready, metrics::scrape);
  }

  private void register(JobLogs logs, InstantSource clock) {
    Watches watches = new Watches();
    var settings =
        new World.Settings(
            configuration.runnerImage(),
            configuration.approvalEnforcement() == ApprovalEnforcement.BestEffort,
            configuration.productionLintBlock());
    var probe = new ApprovalPolicyProbe(client, clock);
    var observer = new Observer(client, watches, logs, probe, settings, clock);
    var actions =
        new Actions(
            new ClusterJobs(client),
            new ClusterPlanStore(client),
            new ClusterDriftStore(client),
            new ClusterFinalizers(client),
            new ClusterId(client),
            configuration.imagePullPolicy());
    var reconciler =
        new MigrationReconciler(
            client,
            observer,
            actions,
            new ClusterEvents(client, clock, configuration.identity()),
            watches,
            configuration.watchNamespaces(),
            metrics);
    operator.register(
        reconciler,
        overrider -> {
          if (configuration.watchNamespaces().isEmpty()) {
            overrider.watchingAllNamespaces();
          } else {
            overrider.settingNamespaces(configuration.watchNamespaces());
          }
          overrider
              .withName("databasemigration")
              // Annotations carry approvals and requests, and JOSDK's own filter, which is AND-ed
              // with ours, lets only generations through unless told otherwise.
              .withGenerationAware(false)
              .withOnUpdateFilter(OperatorProcess::matters)
              // We see deletions without owning a finalizer all the time.
              .withTriggerReconcilerOnAllEvents(true)
              .withRetry(
                  new GenericRetry()
                      .withoutMaxAttempts()
                      .setInitialInterval(1000)
                      .setIntervalMultiplier(2)
                      .setMaxInterval(120_000))
              .withReconciliationMaxInterval(configuration.resync());
        });
  }

  /** Everything but our own status writes. */
  private static boolean matters(HasMetadata now, HasMetadata before) {
    var a = now.getMetadata();
    var b = before.getMetadata();
    return !Objects.equals(a.getGeneration(), b.getGeneration())
        || !Objects.equals(a.getUid(), b.getUid())
        || !Objects.equals(a.getAnnotations(), b.getAnnotations())
        || !Objects.equals(a.getDeletionTimestamp(), b.getDeletionTimestamp())
        || !Objects.equals(a.getFinalizers(), b.getFinalizers());
  }

  /** Starts watching and, once leader, acting. */
  public void start() {
    operator.start();
    if (!configuration.leaderElection()) {
      metrics.leading(true);
    }
    LOG.info(
        "watching {}",
        configuration.watchNamespaces().isEmpty()
            ? "all namespaces"
            : configuration.watchNamespaces());
  }

  /** Port of the HTTP endpoints. */
  public int httpPort() {
    return http.port();
  }

  private Optional<String> unhealthy() {
    // Otherwise a process that answers needs no restart: watches reconnect by themselves.
    return configuration.leaderElection() ? leadership.trouble() : Optional.empty();
  }

  @SuppressWarnings("rawtypes") // as JOSDK declares it
  private Optional<String> unready() {
    if (stopping) {
      return Optional.of("stopping");
    }
    if (!operator.getRuntimeInfo().isStarted()) {
      return Optional.of("not started");
    }
    long unsynced = 0;
    for (var sources :
        operator.getRuntimeInfo().unhealthyInformerWrappingEventSourceHealthIndicator().values()) {
      for (InformerWrappingEventSourceHealthIndicator<?> source : sources.values()) {
        // isWatching, which is in their health too, is false during every reconnect
        unsynced +=
            source.informerHealthIndicators().values().stream()
                .filter(informer -> !informer.hasSynced() || !informer.isRunning())
                .count();
      }
    }
    return unsynced == 0 ? Optional.empty() : Optional.of(unsynced + " watches are not synced");
  }

  /** Lets running reconciliations end, hands the Lease over, frees everything. */
  @Override
  public synchronized void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    leadership.stopping();
    operator.stop();
    if (configuration.leaderElection()) {
      leadership.release();
    }
    http.close();
    client.close();
  }
}
