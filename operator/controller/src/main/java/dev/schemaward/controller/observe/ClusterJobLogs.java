package dev.schemaward.controller.observe;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/** Logs as the kubelet serves them through the API server. */
public final class ClusterJobLogs implements JobLogs {
  private final KubernetesClient client;

  public ClusterJobLogs(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public Reader open(String namespace, String pod, String container) throws IOException {
    try {
      return new InputStreamReader(
          client
              .pods()
              .inNamespace(namespace)
              .withName(pod)
              .inContainer(container)
              .getLogInputStream(),
          StandardCharsets.UTF_8);
    } catch (KubernetesClientException e) {
      throw new IOException("the log of pod " + pod + " cannot be read: " + e.getMessage(), e);
    }
  }
}
