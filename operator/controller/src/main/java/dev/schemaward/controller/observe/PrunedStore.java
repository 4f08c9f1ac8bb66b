package dev.schemaward.controller.observe;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An informer's memory without what we never look at: a thousand ConfigMaps of one megabyte become
 * a thousand digests. The informer hands objects to the store before it tells anybody about them,
 * so event handlers see the pruned object too. One store serves one informer: a second one (another
 * namespace) would drop the first one's items when it starts over.
 */
final class PrunedStore<T extends HasMetadata> extends BasicItemStore<T> {
  /** Takes the place of a ConfigMap's content. */
  static final String CONTENT_DIGEST = "schemaward.dev/content-digest-in-cache";

  private final Consumer<T> prune;

  private PrunedStore(Consumer<T> prune) {
    super(Cache::metaNamespaceKeyFunc);
    this.prune = prune;
  }

  @Override
  public T put(String key, T object) {
    object.getMetadata().setManagedFields(List.of());
    prune.accept(object);
    return super.put(key, object);
  }

  static PrunedStore<ConfigMap> ofConfigMaps() {
    return new PrunedStore<>(
        map -> {
          if (map.getData() == null
              && map.getBinaryData() == null
              && map.getMetadata().getAnnotations().containsKey(CONTENT_DIGEST)) {
            return; // the informer puts an object back in that it took from here
          }
          Map<String, String> annotations = new HashMap<>();
          annotations.put(CONTENT_DIGEST, ContentDigest.of(map));
          map.getMetadata().setAnnotations(annotations); // last-applied holds the content again
          map.setData(null);
          map.setBinaryData(null);
        });
  }

  static PrunedStore<Job> ofJobs() {
    return new PrunedStore<>(job -> job.setSpec(null));
  }

  static PrunedStore<Pod> ofPods() {
    return new PrunedStore<>(pod -> pod.setSpec(null));
  }

  static PrunedStore<Namespace> ofNamespaces() {
    return new PrunedStore<>(namespace -> namespace.getMetadata().setAnnotations(new HashMap<>()));
  }
}
