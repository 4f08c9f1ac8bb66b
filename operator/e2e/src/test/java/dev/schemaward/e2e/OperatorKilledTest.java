package dev.schemaward.e2e;

import static dev.schemaward.e2e.Scenario.planHash;
import static dev.schemaward.e2e.Scenario.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wherever the operator's pod dies, the end is the same and each migration took effect once. */
@ExtendWith(Platform.class)
class OperatorKilledTest {
  private static final String[] BUNDLE = {
    "20260101000000_init",
    "create table marks (what text); insert into marks values ('init');",
    "20260102000000_more",
    "insert into marks values ('more'); create index concurrently marks_what on marks (what);"
  };

  /** When the pod is ended. */
  enum Moment {
    CREATED,
    PLANNING,
    AWAITING_APPROVAL,
    APPROVED,
    APPLYING
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void theEndIsTheSame(Moment moment, Platform platform) {
    try (Scenario shop = new Scenario(platform, "killed", true)) {
      shop.bundle(BUNDLE);
      shop.secret();
      shop.migration("orders");
      if (moment == Moment.CREATED) {
        platform.killOperator();
      }
      if (moment == Moment.PLANNING) {
        awaitJob(shop, "plan");
        platform.killOperator();
      }
      GenericKubernetesResource waiting = shop.awaitReason("orders", "AwaitingApproval");
      if (moment == Moment.AWAITING_APPROVAL) {
        platform.killOperator();
        platform.awaitOperator();
      }
      assertThat(shop.jobs("apply")).as("nothing ran unapproved").isEmpty();
      shop.approve("orders", planHash(waiting));
      if (moment == Moment.APPROVED) {
        platform.killOperator();
      }
      if (moment == Moment.APPLYING) {
        awaitJob(shop, "apply");
        platform.killOperator();
      }
      GenericKubernetesResource done = shop.awaitReady("orders");
      assertThat(ready(done, "reason")).isEqualTo("UpToDate");
      assertAppliedOnce(shop);
      assertThat(shop.jobs("apply")).as("one apply Job").hasSize(1);
    }
  }

  @Test
  void anOperatorThatWasAwayForTheWholeRunReadsWhatBecameOfIt(Platform platform) {
    try (Scenario shop = new Scenario(platform, "away", true)) {
      shop.bundle(BUNDLE);
      shop.secret();
      shop.migration("orders");
      shop.approve("orders", planHash(shop.awaitReason("orders", "AwaitingApproval")));
      awaitJob(shop, "apply");
      platform.scaleOperator(0);
      try {
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> shop.jobs("apply").stream().allMatch(OperatorKilledTest::complete));
      } finally {
        platform.scaleOperator(1);
      }
      shop.awaitReady("orders");
      assertAppliedOnce(shop);
      assertThat(shop.jobs("apply")).hasSize(1);
    }
  }

  private static void assertAppliedOnce(Scenario shop) {
    assertThat(shop.query("select what from marks order by 1")).isEqualTo(List.of("init", "more"));
    assertThat(shop.applied()).containsExactly("20260101000000_init", "20260102000000_more");
    assertThat(shop.query("select count(*) from pg_index where not indisvalid"))
        .containsExactly("0");
  }

  private static void awaitJob(Scenario shop, String subcommand) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !shop.jobs(subcommand).isEmpty());
  }

  private static boolean complete(Job job) {
    return job.getStatus() != null
        && job.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Complete") && c.getStatus().equals("True"));
  }
}
