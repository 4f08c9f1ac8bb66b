package dev.schemaward.e2e;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What to look at when a scenario waited in vain: pressure on the nodes, pods that do not run, the
 * operator's last words.
 */
final class ClusterReport {
  private ClusterReport() {}

  static String of(KubernetesClient client, String... namespaces) {
    try {
      StringBuilder text = new StringBuilder();
      for (Node node : client.nodes().list().getItems()) {
        text.append("node ")
            .append(node.getMetadata().getName())
            .append(": ")
            .append(
                node.getStatus().getConditions().stream()
                    .filter(condition -> !condition.getStatus().equals("False"))
                    .map(NodeCondition::getType)
                    .collect(Collectors.joining(", ")))
            .append("; taints ")
            .append(node.getSpec().getTaints())
            .append('\n');
      }
      for (String namespace : List.of(namespaces)) {
        append(text, client, namespace);
      }
      return text.toString();
    } catch (KubernetesClientException e) {
      return "the API server does not answer: " + e.getMessage();
    }
  }

  private static void append(StringBuilder text, KubernetesClient client, String namespace) {
    for (Pod pod : client.pods().inNamespace(namespace).list().getItems()) {
      text.append(namespace)
          .append('/')
          .append(pod.getMetadata().getName())
          .append(": ")
          .append(pod.getStatus().getPhase())
          .append(' ')
          .append(pod.getStatus().getReason())
          .append(' ')
          .append(pod.getStatus().getMessage())
          .append('\n');
      text.append(logOf(client, pod));
    }
    List<Event> events = client.v1().events().inNamespace(namespace).list().getItems();
    events.stream()
        .sorted(Comparator.comparing(event -> event.getMetadata().getCreationTimestamp()))
        .skip(Math.max(0, events.size() - 15))
        .forEach(event -> text.append(line(event)));
  }

  private static String logOf(KubernetesClient client, Pod pod) {
    try {
      return client
          .pods()
          .resource(pod)
          .tailingLines(20)
          .getLog()
          .lines()
          .map(line -> "    " + line + "\n")
          .collect(Collectors.joining());
    } catch (KubernetesClientException e) {
      return "    no log: " + e.getMessage() + "\n";
    }
  }

  private static String line(Event event) {
    return "  "
        + event.getInvolvedObject().getKind()
        + " "
        + event.getInvolvedObject().getName()
        + ": "
        + event.getReason()
        + ": "
        + event.getMessage()
        + "\n";
  }
}
