package dev.schemaward.controller.observe;

import dev.schemaward.api.v1alpha1.DatabaseMigration;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ExceptionHandler;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Watches the ConfigMaps of those namespaces that have a DatabaseMigration, from the first question
 * about one on. Not of the whole cluster: its dashboards and certificates would all pass through
 * our memory at every start (an API server ignores a page size when it answers from its cache).
 */
final class BundleWatch extends AbstractEventSource<ConfigMap, DatabaseMigration>
    implements ResourceEventHandler<ConfigMap> {
  private static final Duration SYNC = Duration.ofSeconds(20);

  private final KubernetesClient client;
  private final Function<ConfigMap, Set<ResourceID>> users;
  private final Map<String, Watched> namespaces = new ConcurrentHashMap<>();

  private record Watched(SharedIndexInformer<ConfigMap> informer, CompletableFuture<Void> synced) {}

  /**
   * @param users which DatabaseMigrations a ConfigMap is about
   */
  BundleWatch(KubernetesClient client, Function<ConfigMap, Set<ResourceID>> users) {
    super(ConfigMap.class, "bundles");
    this.client = client;
    this.users = users;
  }

  /**
   * Digest of the content of a ConfigMap; empty when there is none of that name.
   *
   * @throws KubernetesClientException when the API server does not say in time
   */
  Optional<String> contentDigest(String namespace, String name) {
    Watched watched = namespaces.computeIfAbsent(namespace, this::watch);
    try {
      watched.synced.get(SYNC.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KubernetesClientException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new KubernetesClientException(
          "the ConfigMaps of namespace " + namespace + " cannot be watched", e);
    }
    ConfigMap map = watched.informer.getIndexer().getByKey(Cache.namespaceKeyFunc(namespace, name));
    return Optional.ofNullable(map)
        .map(found -> found.getMetadata().getAnnotations().get(PrunedStore.CONTENT_DIGEST));
  }

  /** Ends the watch of a namespace that has no DatabaseMigration any more. */
  void forget(String namespace) {
    Watched watched = namespaces.remove(namespace);
    if (watched != null) {
      watched.informer.stop();
    }
  }

  private Watched watch(String namespace) {
    SharedIndexInformer<ConfigMap> informer =
        client
            .configMaps()
            .inNamespace(namespace)
            .withoutField("metadata.name", "kube-root-ca.crt") // in every namespace, never a bundle
            .runnableInformer(0)
            .itemStore(PrunedStore.ofConfigMaps())
            .exceptionHandler((started, e) -> !ExceptionHandler.isDeserializationException(e))
            .addEventHandler(this);
    return new Watched(informer, informer.start().toCompletableFuture());
  }

  @Override
  public void onAdd(ConfigMap map) {
    wake(map);
  }

  @Override
  public void onUpdate(ConfigMap before, ConfigMap now) {
    if (!digest(now).equals(digest(before))) {
      wake(now);
    }
  }

  @Override
  public void onDelete(ConfigMap map, boolean finalStateUnknown) {
    wake(map);
  }

  private void wake(ConfigMap map) {
    if (isRunning()) {
      users.apply(map).forEach(user -> getEventHandler().handleEvent(new Event(user)));
    }
  }

  private static String digest(ConfigMap map) {
    return map.getMetadata().getAnnotations().getOrDefault(PrunedStore.CONTENT_DIGEST, "");
  }

  @Override
  public Set<ConfigMap> getSecondaryResources(DatabaseMigration primary) {
    return Set.of();
  }

  @Override
  public void stop() {
    super.stop();
    namespaces.keySet().forEach(this::forget);
  }
}
