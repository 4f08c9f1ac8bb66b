package dev.schemaward.controller.act;

import dev.schemaward.controller.run.Bytes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events of {@code events.k8s.io/v1}. An event's name follows from what it says, so that repeating
 * news (also by a restarted operator) raises the count of one object instead of making another.
 */
public final class ClusterEvents implements Events {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterEvents.class);
  private static final int MAX_NOTE_BYTES = 1024;
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final InstantSource clock;
  private final String instance;

  /**
   * @param instance name of this operator process
   */
  public ClusterEvents(KubernetesClient client, InstantSource clock, String instance) {
    this.client = client;
    this.clock = clock;
    this.instance = instance;
  }

  @Override
  public void publish(HasMetadata regarding, News news) {
    LOG.atInfo().addKeyValue("event", news.reason()).log(news.note());
    Event event = event(regarding, news);
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() == 409) {
        countUp(event);
      } else {
        LOG.warn("event {} could not be published: {}", news.reason(), e.getMessage());
      }
    }
  }

  private void countUp(Event event) {
    try {
      client
          .events()
          .v1()
          .events()
          .inNamespace(event.getMetadata().getNamespace())
          .withName(event.getMetadata().getName())
          .edit(
              found ->
                  new EventBuilder(found)
                      .withNewSeries()
                      .withCount(found.getSeries() == null ? 2 : found.getSeries().getCount() + 1)
                      .withLastObservedTime(now())
                      .endSeries()
                      .build());
    } catch (KubernetesClientException e) {
      LOG.debug("count of event {} not raised: {}", event.getReason(), e.getMessage());
    }
  }

  private Event event(HasMetadata regarding, News news) {
    String note = Bytes.atMost(news.note(), MAX_NOTE_BYTES);
    String identity = String.join("\n", regarding.getMetadata().getUid(), news.reason(), note);
    String suffix =
        UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8))
            .toString()
            .replace("-", "")
            .substring(0, 16);
    return new EventBuilder()
        .withNewMetadata()
        .withName(regarding.getMetadata().getName() + "." + suffix)
        .withNamespace(regarding.getMetadata().getNamespace())
        .endMetadata()
        .withEventTime(now())
        .withReportingController("schemaward.dev/operator")
        .withReportingInstance(instance)
        .withAction("Reconcile")
        .withType(news.type().name())
        .withReason(news.reason())
        .withNote(note)
        .withNewRegarding()
        .withApiVersion(regarding.getApiVersion())
        .withKind(regarding.getKind())
        .withName(regarding.getMetadata().getName())
        .withNamespace(regarding.getMetadata().getNamespace())
        .withUid(regarding.getMetadata().getUid())
        .endRegarding()
        .build();
  }

  private MicroTime now() {
    return new MicroTime(MICROS.format(clock.instant()));
  }
}
