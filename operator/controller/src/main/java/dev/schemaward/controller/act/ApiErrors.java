package dev.schemaward.controller.act;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** The API server's own sentence out of a client exception, without the client's preamble. */
final class ApiErrors {
  private ApiErrors() {}

  static String message(KubernetesClientException e) {
    String text =
        e.getStatus() != null && e.getStatus().getMessage() != null
            ? e.getStatus().getMessage()
            : String.valueOf(e.getMessage());
    return text.strip().replaceAll("\\s+", " ");
  }
}
