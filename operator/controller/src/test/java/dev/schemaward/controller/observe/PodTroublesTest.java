package dev.schemaward.controller.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.controller.observe.PodTroubles.Kind;
import dev.schemaward.controller.observe.PodTroubles.Trouble;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTroublesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ErrImagePull               | rpc error: not found                     | IMAGE",
        "ImagePullBackOff           | Back-off pulling image x                 | IMAGE",
        "InvalidImageName           | couldn't parse image                     | IMAGE",
        "CreateContainerConfigError | secret \"orders-db\" not found           | DEPENDENCY",
        "CreateContainerError       | context deadline exceeded                | START",
        "RunContainerError          | exec /opt/java: no such file             | START",
      })
  void aWaitingContainerSaysWhy(String reason, String message, Kind kind) {
    assertThat(PodTroubles.ofPod(waiting(reason, message), List.of()))
        .contains(new Trouble(kind, reason, message));
  }

  @Test
  void aMissingSecretOfAVolumeIsOnlyInTheEvents() {
    Pod pod = waiting("ContainerCreating", null);
    assertThat(PodTroubles.needsEvents(pod)).isTrue();
    assertThat(PodTroubles.ofPod(pod, List.of())).isEmpty();
    assertThat(
            PodTroubles.ofPod(
                pod,
                List.of(
                    event("Scheduled", "assigned", "2026-11-21T01:00:02Z"),
                    event(
                        "FailedMount",
                        "MountVolume.SetUp failed for volume \"database\" : secret \"orders-db\""
                            + " not found",
                        "2026-11-21T01:00:00Z"))))
        .contains(
            new Trouble(
                Kind.DEPENDENCY,
                "FailedMount",
                "MountVolume.SetUp failed for volume \"database\" : secret \"orders-db\" not"
                    + " found"));
  }

  @Test
  void theNewestEventCounts() {
    assertThat(
            PodTroubles.ofPod(
                waiting("ContainerCreating", null),
                List.of(
                    event("FailedMount", "new", "2026-11-21T01:00:09Z"),
                    event("FailedMount", "old", "2026-11-21T01:00:00Z"))))
        .get()
        .extracting(Trouble::message)
        .isEqualTo("new");
  }

  @Test
  void anUnschedulablePodSaysWhy() {
    Pod pod =
        new PodBuilder()
            .withNewStatus()
            .withPhase("Pending")
            .addNewCondition()
            .withType("PodScheduled")
            .withStatus("False")
            .withReason("Unschedulable")
            .withMessage("0/3 nodes are available:\n 3 Insufficient memory.")
            .endCondition()
            .endStatus()
            .build();
    assertThat(PodTroubles.ofPod(pod, List.of()))
        .contains(
            new Trouble(
                Kind.UNSCHEDULABLE,
                "Unschedulable",
                "0/3 nodes are available: 3 Insufficient memory."));
    assertThat(PodTroubles.needsEvents(pod)).isFalse();
  }

  @Test
  void troubleIsOverWhenThePodRuns() {
    Pod pod =
        new PodBuilder(waiting("ContainerCreating", null))
            .editStatus()
            .withPhase("Running")
            .endStatus()
            .build();
    assertThat(PodTroubles.ofPod(pod, List.of(event("FailedMount", "x", "2026-11-21T01:00:09Z"))))
        .isEmpty();
    assertThat(PodTroubles.needsEvents(pod)).isFalse();
  }

  @Test
  void aRefusedPodIsOnlyInTheEventsOfTheJob() {
    String quota = "Error creating: pods \"x\" is forbidden: exceeded quota: none";
    assertThat(
            PodTroubles.ofJobWithoutPod(
                List.of(event("FailedCreate", quota, "2026-11-21T01:00:09Z"))))
        .contains(new Trouble(Kind.REFUSED, "FailedCreate", quota));
    assertThat(PodTroubles.ofJobWithoutPod(List.of())).isEmpty();
  }

  private static Pod waiting(String reason, String message) {
    return new PodBuilder()
        .withNewStatus()
        .withPhase("Pending")
        .addNewContainerStatus()
        .withName("schemaward")
        .withNewState()
        .withNewWaiting()
        .withReason(reason)
        .withMessage(message)
        .endWaiting()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private static Event event(String reason, String message, String time) {
    return new EventBuilder()
        .withNewMetadata()
        .endMetadata()
        .withReason(reason)
        .withMessage(message)
        .withLastTimestamp(time)
        .build();
  }
}
