package dev.schemaward.controller.observe;

import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Why a run's pod does not start, in Kubernetes' own words. A pod says part of it in its status; a
 * missing Secret of a volume is only in the events of the pod (kubelet: FailedMount), a refused pod
 * (quota, Pod Security, webhook) only in the events of the Job. Pure: given objects in, words out.
 */
public final class PodTroubles {
  private static final Set<String> IMAGE =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError",
          "RegistryUnavailable",
          "SignatureValidationFailed");
  private static final Set<String> NORMAL_WAITING = Set.of("ContainerCreating", "PodInitializing");

  /** The kubelet's and the Job controller's events that name a cause; newest wins. */
  private static final Set<String> MOUNT = Set.of("FailedMount", "FailedAttachVolume");

  private PodTroubles() {}

  /** What kind of thing is wrong. */
  public enum Kind {
    /** The image cannot be pulled. */
    IMAGE,
    /** No node takes the pod. */
    UNSCHEDULABLE,
    /** A Secret, ConfigMap, key or volume that the pod needs is not there. */
    DEPENDENCY,
    /** The API server refused to create the pod: quota, Pod Security, a webhook. */
    REFUSED,
    /** The container cannot be started for another reason. */
    START
  }

  /**
   * A pod's trouble.
   *
   * @param kind what is wrong
   * @param reason Kubernetes' own word, for example {@code FailedMount}
   * @param message Kubernetes' own sentence, one line
   */
  public record Trouble(Kind kind, String reason, String message) {}

  /** True when the pod's own events should be read: it is not running and does not say why. */
  static boolean needsEvents(Pod pod) {
    return pod.getStatus() != null
        && "Pending".equals(pod.getStatus().getPhase())
        && ofStatus(pod).isEmpty();
  }

  /**
   * The trouble of a pod.
   *
   * @param events core/v1 events that regard it; may be empty
   */
  public static Optional<Trouble> ofPod(Pod pod, Collection<Event> events) {
    if (pod.getStatus() == null || !"Pending".equals(pod.getStatus().getPhase())) {
      return Optional.empty(); // it runs or ran: whatever was wrong is not any more
    }
    return ofStatus(pod).or(() -> ofEvents(events));
  }

  /** The trouble of a Job that has no pod yet. */
  public static Optional<Trouble> ofJobWithoutPod(Collection<Event> events) {
    return newest(events, Set.of("FailedCreate"))
        .map(event -> new Trouble(Kind.REFUSED, "FailedCreate", oneLine(event.getMessage())));
  }

  private static Optional<Trouble> ofStatus(Pod pod) {
    for (ContainerStatus container : containers(pod)) {
      ContainerStateWaiting waiting =
          container.getState() == null ? null : container.getState().getWaiting();
      if (waiting == null
          || waiting.getReason() == null
          || NORMAL_WAITING.contains(waiting.getReason())) {
        continue;
      }
      String reason = waiting.getReason();
      String message = oneLine(Objects.requireNonNullElse(waiting.getMessage(), reason));
      Kind kind =
          IMAGE.contains(reason)
              ? Kind.IMAGE
              : reason.equals("CreateContainerConfigError") ? Kind.DEPENDENCY : Kind.START;
      return Optional.of(new Trouble(kind, reason, message));
    }
    for (PodCondition condition : pod.getStatus().getConditions()) {
      if ("PodScheduled".equals(condition.getType())
          && "False".equals(condition.getStatus())
          && "Unschedulable".equals(condition.getReason())) {
        return Optional.of(
            new Trouble(Kind.UNSCHEDULABLE, "Unschedulable", oneLine(condition.getMessage())));
      }
    }
    return Optional.empty();
  }

  private static Optional<Trouble> ofEvents(Collection<Event> events) {
    return newest(events, MOUNT)
        .map(e -> new Trouble(Kind.DEPENDENCY, e.getReason(), oneLine(e.getMessage())))
        .or(
            () ->
                newest(events, Set.of("Failed", "FailedCreatePodSandBox", "FailedPreStopHook"))
                    .map(e -> new Trouble(Kind.START, e.getReason(), oneLine(e.getMessage()))));
  }

  private static List<ContainerStatus> containers(Pod pod) {
    List<ContainerStatus> all = new ArrayList<>(pod.getStatus().getInitContainerStatuses());
    all.addAll(pod.getStatus().getContainerStatuses());
    return all;
  }

  private static Optional<Event> newest(Collection<Event> events, Set<String> reasons) {
    return events.stream()
        .filter(event -> reasons.contains(event.getReason()))
        .max(Comparator.comparing(PodTroubles::time));
  }

  /** RFC 3339 in UTC sorts as text; different writers fill different fields. */
  private static String time(Event event) {
    if (event.getSeries() != null && event.getSeries().getLastObservedTime() != null) {
      return event.getSeries().getLastObservedTime().getTime();
    }
    if (event.getLastTimestamp() != null) {
      return event.getLastTimestamp();
    }
    if (event.getEventTime() != null && event.getEventTime().getTime() != null) {
      return event.getEventTime().getTime();
    }
    return Objects.requireNonNullElse(event.getMetadata().getCreationTimestamp(), "");
  }

  private static String oneLine(String text) {
    return text == null ? "" : text.strip().replaceAll("\\s+", " ");
  }
}
