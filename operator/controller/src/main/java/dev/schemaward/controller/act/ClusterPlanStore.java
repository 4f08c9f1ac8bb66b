package dev.schemaward.controller.act;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.run.PlanText;
import dev.schemaward.controller.run.Bytes;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * Plans as ConfigMaps {@code <name>-plan-<shortId>}: {@code plan.txt} to read, {@code plan.json}
 * (or {@code plan.json.gz} when large; what does not fit into one object goes on in {@code …-2},
 * {@code …-3}) to process. They are immutable, because people approve what they read there.
 */
public final class ClusterPlanStore implements PlanStore {
  /** etcd takes 1.5 MiB, a ConfigMap 1 MiB of values; room is left for metadata. */
  static final int MAX_BYTES = 900 * 1024;

  private static final int PLAIN_BYTES = 400 * 1024;
  private static final int TEXT_BYTES = 250 * 1024;

  private final KubernetesClient client;
  private final OwnedConfigMaps configMaps;

  public ClusterPlanStore(KubernetesClient client) {
    this.client = client;
    this.configMaps = new OwnedConfigMaps(client);
  }

  @Override
  public String store(HasMetadata owner, byte[] json, PlanDocument plan) {
    List<ConfigMap> maps = maps(owner, json, plan);
    // The first is written last: whoever sees it can read the rest.
    for (ConfigMap map : maps.reversed()) {
      configMaps.write(map);
    }
    return maps.getFirst().getMetadata().getName();
  }

  @Override
  public void prune(HasMetadata owner, String keepShortId) {
    var plans =
        client
            .configMaps()
            .inNamespace(owner.getMetadata().getNamespace())
            .withLabel(JobMarks.MIGRATION, owner.getMetadata().getName())
            .withLabel(JobMarks.COMPONENT, JobMarks.COMPONENT_PLAN);
    for (ConfigMap map : plans.list().getItems()) {
      String shortId = map.getMetadata().getLabels().get(JobMarks.PLAN);
      if (!keepShortId.equals(shortId)) {
        client.resource(map).delete();
      }
    }
  }

  private static List<ConfigMap> maps(HasMetadata owner, byte[] json, PlanDocument plan) {
    String name = owner.getMetadata().getName() + "-plan-" + plan.shortId();
    String text = Bytes.atMost(PlanText.of(plan), TEXT_BYTES);
    if (json.length <= PLAIN_BYTES) {
      String document = new String(json, StandardCharsets.UTF_8);
      return List.of(
          new ConfigMapBuilder(base(owner, name, plan))
              .withData(Map.of("plan.txt", text, "plan.json", document))
              .build());
    }
    byte[] compressed = gzip(json);
    List<ConfigMap> maps = new ArrayList<>();
    int from = 0;
    do {
      boolean first = maps.isEmpty();
      int room = first ? MAX_BYTES - TEXT_BYTES : MAX_BYTES;
      byte[] piece = Arrays.copyOfRange(compressed, from, Math.min(compressed.length, from + room));
      from += room;
      var map =
          new ConfigMapBuilder(base(owner, first ? name : name + "-" + (maps.size() + 1), plan))
              .withBinaryData(Map.of("plan.json.gz", Base64.getEncoder().encodeToString(piece)));
      if (first) {
        map.withData(Map.of("plan.txt", text));
      }
      maps.add(map.build());
    } while (from < compressed.length);
    return maps;
  }

  private static ConfigMap base(HasMetadata owner, String name, PlanDocument plan) {
    return new ConfigMapBuilder(OwnedConfigMaps.empty(owner, name, JobMarks.COMPONENT_PLAN))
        .editMetadata()
        .addToLabels(JobMarks.PLAN, plan.shortId())
        .addToAnnotations(JobMarks.PLAN_HASH, plan.hash())
        .endMetadata()
        .build();
  }

  private static byte[] gzip(byte[] json) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }
}
