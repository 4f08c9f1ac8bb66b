package dev.schemaward.controller.app;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process is the one that acts. A leader that loses the Lease ends at once (JOSDK
 * cannot go back to waiting), and one that stops on purpose hands the Lease over instead of letting
 * the next one wait for it to run out. Not what keeps a migration from running twice: that is the
 * lock in the database.
 */
final class Leadership {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final String LEASE = "schemaward-operator";
  private static final Duration LEASE_DURATION = Duration.ofSeconds(15);

  private final OperatorConfiguration configuration;
  private final KubernetesClient client;
  private final Consumer<Boolean> leading;
  private final Runnable lost;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private String lastRenewal = "";
  private long lastChange = System.nanoTime();

  /**
   * @param leading told when this process begins to act
   * @param lost called when the Lease was lost; must end the process
   */
  Leadership(
      OperatorConfiguration configuration,
      KubernetesClient client,
      Consumer<Boolean> leading,
      Runnable lost) {
    this.configuration = configuration;
    this.client = client;
    this.leading = leading;
    this.lost = lost;
  }

  LeaderElectionConfiguration election() {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
        .withLeaseNamespace(namespace())
        .withIdentity(configuration.identity())
        .withLeaseDuration(LEASE_DURATION)
        .withRenewDeadline(Duration.ofSeconds(10))
        .withRetryPeriod(Duration.ofSeconds(2))
        // JOSDK's own exit would deadlock in a shutdown hook (java-operator-sdk#3383).
        .withExitOnStopLeading(false)
        .withLeaderCallbacks(
            new LeaderCallbacks(
                () -> leading.accept(true),
                this::stopped,
                leader -> LOG.info("the leader is {}", leader)))
        .build();
  }

  private void stopped() {
    leading.accept(false);
    if (!stopping.get()) {
      LOG.error("the Lease was lost; ending, so that two operators do not act for long");
      lost.run();
    }
  }

  /**
   * Why this process should be restarted; empty when it should not. A replica whose election has
   * died silently neither leads nor follows (java-operator-sdk#3147): then nobody renews the Lease.
   * Measured by our own clock alone, from one change of the Lease to the next.
   */
  synchronized Optional<String> trouble() {
    String renewed;
    try {
      Lease lease = lease();
      renewed = lease == null ? "none" : String.valueOf(lease.getSpec().getRenewTime());
    } catch (KubernetesClientException e) {
      return Optional.empty(); // an API server that is away is not healed by our restart
    }
    long now = System.nanoTime();
    if (!renewed.equals(lastRenewal)) {
      lastRenewal = renewed;
      lastChange = now;
    }
    Duration unchanged = Duration.ofNanos(now - lastChange);
    return unchanged.compareTo(LEASE_DURATION.multipliedBy(3)) > 0
        ? Optional.of("nobody has renewed the Lease for " + unchanged.toSeconds() + " s")
        : Optional.empty();
  }

  private Lease lease() {
    return client.leases().inNamespace(namespace()).withName(LEASE).get();
  }

  /** The configured namespace, else that of the pod. */
  private String namespace() {
    String configured = configuration.operatorNamespace();
    if (!configured.isEmpty()) {
      return configured;
    }
    String ofPod = client.getNamespace();
    if (ofPod == null) {
      throw new IllegalArgumentException(
          "--leader-election needs --namespace: this process does not run in a pod");
    }
    return ofPod;
  }

  /** From now on, ceasing to lead is what we want. */
  void stopping() {
    stopping.set(true);
  }

  /** Gives the Lease back, if it is ours, so that the next operator acts at once. */
  void release() {
    try {
      Lease lease = lease();
      if (lease != null && configuration.identity().equals(lease.getSpec().getHolderIdentity())) {
        client
            .resource(
                new LeaseBuilder(lease)
                    .editSpec()
                    .withHolderIdentity("")
                    .withLeaseDurationSeconds(1)
                    .endSpec()
                    .build())
            .lockResourceVersion()
            .update();
      }
    } catch (KubernetesClientException e) {
      LOG.info("Lease not released, it runs out by itself: {}", e.getMessage());
    }
  }
}
