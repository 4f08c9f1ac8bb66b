package dev.schemaward.controller.act;

import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import java.util.Objects;

/** Immutable ConfigMaps that belong to a DatabaseMigration and go with it. */
final class OwnedConfigMaps {
  private final KubernetesClient client;

  OwnedConfigMaps(KubernetesClient client) {
    this.client = client;
  }

  /** Creates it; one of that name with another content is replaced. */
  void write(ConfigMap map) {
    try {
      client.resource(map).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) {
        throw e;
      }
      ConfigMap found = client.resource(map).get();
      if (found == null) {
        throw e; // it has just gone: look at the world again
      }
      if (!sameContent(found, map)) {
        client.resource(found).delete();
        client.resource(map).create();
      }
    }
  }

  private static boolean sameContent(ConfigMap a, ConfigMap b) {
    return Objects.equals(orEmpty(a.getData()), orEmpty(b.getData()))
        && Objects.equals(orEmpty(a.getBinaryData()), orEmpty(b.getBinaryData()));
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  /** One without content yet. */
  static ConfigMap empty(HasMetadata owner, String name, String component) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(owner.getMetadata().getNamespace())
        .addToLabels(JobMarks.MANAGED_BY, JobMarks.MANAGED_BY_VALUE)
        .addToLabels(JobMarks.COMPONENT, component)
        .addToLabels(JobMarks.MIGRATION, owner.getMetadata().getName())
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(false)
                .build())
        .endMetadata()
        .withImmutable(true)
        .build();
  }
}
