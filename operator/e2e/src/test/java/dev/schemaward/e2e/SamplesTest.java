package dev.schemaward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The files of the quickstart do on a cluster what they say. */
@ExtendWith(Platform.class)
class SamplesTest {
  private static final Path SAMPLES =
      Path.of(System.getProperty("schemaward.root"), "samples/quickstart");

  @Test
  void theQuickstartsFilesLeadToAPlanThatWaitsForApproval(Platform platform) throws IOException {
    KubernetesClient client = platform.client();
    String url = platform.databaseUrlForPods(platform.createDatabase("samples"));
    List<Path> files;
    try (Stream<Path> walk = Files.walk(SAMPLES)) {
      files = walk.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    assertThat(files).hasSize(4);
    try {
      for (Path file : files) {
        String yaml =
            Files.readString(file)
                .replaceAll("postgresql://orders:PASSWORD@HOST:5432/orders\\?schema=public", url);
        for (HasMetadata resource :
            client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items()) {
          client.resource(resource).forceConflicts().serverSideApply();
        }
      }
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> "AwaitingApproval".equals(Scenario.ready(orders(client), "reason")));
      Object pending = orders(client).get("status", "plan", "pendingCount");
      assertThat(pending).isEqualTo(4);
    } finally {
      client.namespaces().withName("shop").delete();
    }
  }

  private static GenericKubernetesResource orders(KubernetesClient client) {
    return client
        .genericKubernetesResources(Scenario.MIGRATIONS)
        .inNamespace("shop")
        .withName("orders")
        .get();
  }
}
