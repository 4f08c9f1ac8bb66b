package dev.schemaward.controller.observe;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.function.Supplier;

/** The identity of the cluster: uid of namespace kube-system, which outlives everything in it. */
public final class ClusterId implements Supplier<String> {
  private final KubernetesClient client;
  private volatile String known;

  public ClusterId(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public String get() {
    if (known == null) {
      Namespace system = client.namespaces().withName("kube-system").get();
      if (system == null) {
        throw new IllegalStateException("namespace kube-system cannot be read");
      }
      known = system.getMetadata().getUid();
    }
    return known;
  }
}
