package dev.schemaward.e2e;

import static dev.schemaward.e2e.Scenario.planHash;
import static dev.schemaward.e2e.Scenario.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nothing runs in production that was not approved, and what was approved is what runs. */
@ExtendWith(Platform.class)
class ApprovalTest {
  private static final String USERS = "create table users (id int primary key, email text);";
  private static final String PHONE = "alter table users add column phone text;";

  @Test
  void aProductionMigrationWaitsForApprovalAndThenRunsOnce(Platform platform) {
    try (Scenario shop = new Scenario(platform, "approve", true)) {
      shop.bundle("20260101000000_init", USERS, "20260102000000_phone", PHONE);
      shop.secret();
      shop.migration("orders", Map.of("approval", Map.of("required", "Never")));

      GenericKubernetesResource waiting = shop.awaitReason("orders", "AwaitingApproval");
      assertThat(ready(waiting, "status")).isEqualTo("Unknown");
      assertThat(Scenario.condition(waiting, "Reconciling", "status")).isEqualTo("True");
      assertThat(ready(waiting, "message"))
          .as("it says what waits and what to type")
          .contains("2 migrations", planHash(waiting), "kubectl");
      assertThat(shop.jobs("apply")).isEmpty();
      shop.assertUntouched();
      ConfigMap document = platform.planDocument(shop.namespace(), waiting);
      assertThat(document.getData().toString()).contains("20260102000000_phone", "users");
      assertThat(document.getData().toString())
          .as("measured on the shadow that the runner's image carries")
          .contains("AccessExclusiveLock")
          .doesNotContain("not measured");

      shop.approve("orders", planHash(waiting));
      GenericKubernetesResource done = shop.awaitReady("orders");
      assertThat(ready(done, "reason")).isEqualTo("UpToDate");
      assertThat(shop.applied()).containsExactly("20260101000000_init", "20260102000000_phone");
      assertThat(shop.tables()).containsExactly("users");
      assertThat(shop.jobs("apply")).hasSize(1);
      Object approvers = done.get("status", "approval", "by");
      assertThat(approvers.toString()).contains(platform.userName());
    }
  }

  @Test
  void theAdmissionPolicyRefusesTheHashOfAnotherPlan(Platform platform) {
    try (Scenario shop = new Scenario(platform, "wrong-hash", true)) {
      shop.bundle("20260101000000_init", USERS);
      shop.secret();
      shop.migration("orders");
      shop.awaitReason("orders", "AwaitingApproval");
      assertThatThrownBy(() -> shop.approve("orders", "sha256:" + "0".repeat(64)))
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("stale approval");
      shop.assertUntouched();
    }
  }

  @Test
  void aRejectedPlanStalls(Platform platform) {
    try (Scenario shop = new Scenario(platform, "reject", true)) {
      shop.bundle("20260101000000_init", USERS);
      shop.secret();
      shop.migration("orders");
      GenericKubernetesResource waiting = shop.awaitReason("orders", "AwaitingApproval");
      shop.reject("orders", planHash(waiting));
      GenericKubernetesResource rejected = shop.awaitReason("orders", "ApprovalRejected");
      assertThat(Scenario.condition(rejected, "Stalled", "status")).isEqualTo("True");
      assertThat(ready(rejected, "message")).contains("not on a Friday");
      shop.assertUntouched();

      shop.bundle("20260101000000_init", USERS + " -- second thoughts");
      GenericKubernetesResource again = shop.awaitReason("orders", "AwaitingApproval");
      assertThat(planHash(again)).isNotEqualTo(planHash(waiting));
    }
  }

  @Test
  void aTableChangedByHandAfterTheApprovalVoidsIt(Platform platform) {
    try (Scenario shop = new Scenario(platform, "changed", true)) {
      shop.bundle("20260101000000_init", USERS);
      shop.secret();
      shop.migration("orders");
      GenericKubernetesResource waiting = shop.awaitReason("orders", "AwaitingApproval");

      shop.sql("create schema ops");
      shop.sql("create table ops.audit (id int)");
      shop.approve("orders", planHash(waiting));

      GenericKubernetesResource again =
          shop.await(
              "orders",
              "another plan to wait for approval",
              migration ->
                  "AwaitingApproval".equals(ready(migration, "reason"))
                      && !planHash(waiting).equals(planHash(migration)));
      shop.assertUntouched();

      shop.approve("orders", planHash(again));
      shop.awaitReady("orders");
      assertThat(shop.tables()).containsExactly("users");
    }
  }

  @Test
  void aBundleChangedAfterTheApprovalNeedsAnother(Platform platform) {
    try (Scenario shop = new Scenario(platform, "edited", true)) {
      shop.bundle("20260101000000_init", USERS);
      shop.secret();
      shop.migration("orders");
      String first = planHash(shop.awaitReason("orders", "AwaitingApproval"));
      shop.bundle("20260101000000_init", USERS, "20260102000000_phone", PHONE);
      GenericKubernetesResource second =
          shop.await(
              "orders",
              "a plan of two migrations",
              migration ->
                  "AwaitingApproval".equals(ready(migration, "reason"))
                      && !first.equals(planHash(migration)));
      Object pendingCount = second.get("status", "plan", "pendingCount");
      assertThat(pendingCount).isEqualTo(2);
      assertThatThrownBy(() -> shop.approve("orders", first))
          .hasMessageContaining("stale approval");
      shop.assertUntouched();
    }
  }
}
