package dev.schemaward.controller.act;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.schemaward.api.run.DriftReportDocument;
import dev.schemaward.controller.run.Bytes;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The report as ConfigMap {@code <name>-drift}: {@code drift.txt} and {@code drift.md} to read,
 * {@code revert.sql} and {@code adopt.sql} to take, {@code drift.json} to process. SQL is whole or
 * left out: half a script is worse than none.
 */
public final class ClusterDriftStore implements DriftStore {
  private static final int TEXT_BYTES = 100 * 1024;
  private static final int SCRIPT_BYTES = 250 * 1024;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final KubernetesClient client;
  private final OwnedConfigMaps configMaps;

  public ClusterDriftStore(KubernetesClient client) {
    this.client = client;
    this.configMaps = new OwnedConfigMaps(client);
  }

  @Override
  public void store(HasMetadata owner, DriftReportDocument report) {
    String name = JobMarks.driftReport(owner.getMetadata().getName());
    if (!report.drifted()) {
      client.configMaps().inNamespace(owner.getMetadata().getNamespace()).withName(name).delete();
      return;
    }
    ConfigMap map = OwnedConfigMaps.empty(owner, name, JobMarks.COMPONENT_DRIFT);
    configMaps.write(new ConfigMapBuilder(map).withData(data(report)).build());
  }

  private static Map<String, String> data(DriftReportDocument report) {
    Map<String, String> data = new TreeMap<>();
    data.put("drift.txt", Bytes.atMost(report.text(), TEXT_BYTES));
    data.put("drift.md", Bytes.atMost(report.markdown(), TEXT_BYTES));
    whole(data, "revert.sql", report.revert());
    whole(data, "adopt.sql", report.adopt());
    try {
      whole(data, "drift.json", JSON.writeValueAsString(report.document()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // it came as JSON
    }
    return data;
  }

  private static void whole(Map<String, String> data, String key, String text) {
    if (text == null) {
      return;
    }
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    data.put(
        key.endsWith(".sql") || bytes <= SCRIPT_BYTES ? key : key + ".txt",
        bytes <= SCRIPT_BYTES
            ? text
            : "-- too long for here (" + bytes + " bytes): run schemaward drift\n");
  }
}
