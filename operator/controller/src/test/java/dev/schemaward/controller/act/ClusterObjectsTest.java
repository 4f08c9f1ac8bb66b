package dev.schemaward.controller.act;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.schemaward.api.run.PlanDocument;
import dev.schemaward.api.v1alpha1.DatabaseMigration;
import dev.schemaward.controller.ApiServer;
import dev.schemaward.controller.run.JobMarks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the operator writes into a cluster, with its own rights, into a real one. */
class ClusterObjectsTest {
  private final ApiServer server = ApiServer.shared();
  private final KubernetesClient operator = server.operatorClient();
  private String namespace;
  private HasMetadata owner;

  @BeforeEach
  void setUp() {
    namespace = server.namespace(false);
    try (KubernetesClient admin = server.client()) {
      owner =
          admin
              .resource(
                  Serialization.unmarshal(
                      """
                      apiVersion: schemaward.dev/v1alpha1
                      kind: DatabaseMigration
                      metadata: {name: orders, namespace: %s}
                      spec:
                        source: {configMap: {name: bundle}}
                        target: {secretRef: {name: db}}
                      """
                          .formatted(namespace),
                      DatabaseMigration.class))
              .create();
    }
  }

  @AfterEach
  void tearDown() {
    operator.close();
  }

  @Test
  void aPlanIsStoredOnceReadableAndUnchangeable() {
    PlanStore plans = new ClusterPlanStore(operator);
    PlanDocument plan = plan("aaaaaa", "create table a ()");
    byte[] json = "{\"hash\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    assertThat(plans.store(owner, json, plan)).isEqualTo("orders-plan-aaaaaa");
    plans.store(owner, json, plan);
    ConfigMap stored = map("orders-plan-aaaaaa");
    assertThat(stored.getData().get("plan.json")).isEqualTo("{\"hash\":\"x\"}");
    assertThat(stored.getData().get("plan.txt"))
        .contains("Plan aaaaaa: one migration", "== 1_init", "create table a ();", "!! block drop");
    assertThat(stored.getMetadata().getAnnotations().get(JobMarks.PLAN_HASH))
        .isEqualTo(plan.hash());
    assertThatThrownBy(
            () ->
                operator
                    .resource(
                        new ConfigMapBuilder(stored).withData(Map.of("plan.txt", "ok")).build())
                    .patch())
        .isInstanceOf(KubernetesClientException.class);
  }

  @Test
  void aForgedPlanIsReplacedAndOldOnesGo() {
    PlanStore plans = new ClusterPlanStore(operator);
    byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
    plans.store(owner, json, plan("aaaaaa", "drop table a"));
    ConfigMap forged = map("orders-plan-aaaaaa");
    operator.resource(forged).delete();
    forged.getMetadata().setResourceVersion(null);
    forged.setData(Map.of("plan.txt", "nothing dangerous", "plan.json", "{}"));
    operator.resource(forged).create();
    plans.store(owner, json, plan("aaaaaa", "drop table a"));
    assertThat(map("orders-plan-aaaaaa").getData().get("plan.txt")).contains("drop table a");

    plans.store(owner, json, plan("bbbbbb", "drop table a"));
    plans.prune(owner, "bbbbbb");
    assertThat(map("orders-plan-aaaaaa")).isNull();
    assertThat(map("orders-plan-bbbbbb")).isNotNull();
  }

  @Test
  void aHugePlanIsSpreadOverSeveralObjects() throws IOException {
    byte[] random = new byte[2_000_000];
    new Random(7).nextBytes(random);
    byte[] json = Base64.getEncoder().encode(random);
    new ClusterPlanStore(operator).store(owner, json, plan("cccccc", "x".repeat(3_000_000)));
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    int parts = 0;
    for (ConfigMap part = map("orders-plan-cccccc");
        part != null;
        part = map("orders-plan-cccccc-" + (parts + 1))) {
      whole.write(Base64.getDecoder().decode(part.getBinaryData().get("plan.json.gz")));
      parts++;
    }
    assertThat(parts).isBetween(2, 5);
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(whole.toByteArray()))) {
      assertThat(gzip.readAllBytes()).isEqualTo(json);
    }
  }

  private ConfigMap map(String name) {
    return operator.configMaps().inNamespace(namespace).withName(name).get();
  }

  @Test
  void theSameNewsTwiceIsOneEventThatCounts() {
    Events events = new ClusterEvents(operator, InstantSource.system(), "test");
    var news = new Events.News(Events.Type.Warning, "LockContention", "é".repeat(2000));
    events.publish(owner, news);
    events.publish(owner, news);
    events.publish(owner, news);
    events.publish(owner, new Events.News(Events.Type.Normal, "RunStarted", "another"));
    try (KubernetesClient admin = server.client()) {
      var published = admin.events().v1().events().inNamespace(namespace).list().getItems();
      assertThat(published).hasSize(2);
      assertThat(published)
          .filteredOn(event -> event.getReason().equals("LockContention"))
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.getSeries().getCount()).isEqualTo(3);
                assertThat(event.getNote().getBytes(StandardCharsets.UTF_8))
                    .hasSizeLessThanOrEqualTo(1024);
                assertThat(event.getNote()).endsWith("…");
                assertThat(event.getRegarding().getUid()).isEqualTo(owner.getMetadata().getUid());
              });
    }
  }

  @Test
  void startingTheSameRunTwiceIsStartingItOnce() {
    Jobs jobs = new ClusterJobs(operator);
    Job first = jobs.start(JobTemplate.of(request("plan-1", new RunRequest.Mode.Plan(null))));
    Job again = jobs.start(JobTemplate.of(request("plan-1", new RunRequest.Mode.Plan(null))));
    assertThat(again.getMetadata().getUid()).isEqualTo(first.getMetadata().getUid());
  }

  @Test
  void anotherRequestUnderThatNameIsNotOurs() {
    Jobs jobs = new ClusterJobs(operator);
    jobs.start(JobTemplate.of(request("run-1", new RunRequest.Mode.Plan(null))));
    Job other = JobTemplate.of(request("run-1", new RunRequest.Mode.ApplyIfAllowed("Never")));
    assertThatThrownBy(() -> jobs.start(other))
        .isInstanceOf(Jobs.NameTaken.class)
        .hasMessageContaining("made for another request");
    Job ofAnother =
        new JobBuilder(JobTemplate.of(request("run-1", new RunRequest.Mode.Plan(null))))
            .editMetadata()
            .editFirstOwnerReference()
            .withUid("another-uid")
            .endOwnerReference()
            .endMetadata()
            .build();
    assertThatThrownBy(() -> jobs.start(ofAnother))
        .isInstanceOf(Jobs.NameTaken.class)
        .hasMessageContaining("does not belong");
  }

  private RunRequest request(String job, RunRequest.Mode mode) {
    return new RunRequest(
        job,
        job + "-id",
        Map.of(),
        new RunRequest.Owner(namespace, "orders", owner.getMetadata().getUid()),
        "cluster",
        mode,
        "bundle",
        "db",
        Map.of(),
        null,
        "Auto",
        null,
        null,
        null,
        new RunRequest.Limits(
            Duration.ofMinutes(2), Duration.ofMinutes(15), Duration.ofHours(1), null, null),
        new RunRequest.Placement(
            "image", "IfNotPresent", null, null, Map.of(), List.of(), List.of()));
  }

  private static PlanDocument plan(String shortId, String sql) {
    return new PlanDocument(
        "sha256:" + shortId + "0".repeat(58),
        shortId,
        new PlanDocument.Bundle("Sql", "sha256:b"),
        null,
        List.of(new PlanDocument.Pending("1_init", "c", true)),
        List.of(
            new PlanDocument.Statement(
                "1_init", 1, 1, sql, "X", true, false, null, List.of(), List.of(), List.of(),
                List.of(), null)),
        List.of(
            new PlanDocument.Finding(
                "drop", "block", "destructive", "1_init", 1, 1, "loses data", "don't", null)),
        "one migration");
  }
}
