package dev.schemaward.controller.act;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finalizers as merge patches that carry the resource version: the list is replaced as a whole, so
 * nobody else's finalizer may have come or gone in between.
 */
public final class ClusterFinalizers implements Finalizers {
  private final KubernetesClient client;

  public ClusterFinalizers(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public void add(HasMetadata object, String finalizer) {
    List<String> finalizers = new ArrayList<>(object.getMetadata().getFinalizers());
    if (!finalizers.contains(finalizer)) {
      finalizers.add(finalizer);
      patch(object, finalizers);
    }
  }

  @Override
  public void remove(HasMetadata object, String finalizer) {
    List<String> finalizers = new ArrayList<>(object.getMetadata().getFinalizers());
    if (!finalizers.remove(finalizer)) {
      return;
    }
    try {
      patch(object, finalizers);
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404) {
        throw e;
      }
    }
  }

  private void patch(HasMetadata object, List<String> finalizers) {
    client
        .resource(object)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            Serialization.asJson(
                Map.of(
                    "metadata",
                    Map.of(
                        "resourceVersion",
                        object.getMetadata().getResourceVersion(),
                        "finalizers",
                        finalizers))));
  }
}
