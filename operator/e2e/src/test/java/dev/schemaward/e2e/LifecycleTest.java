package dev.schemaward.e2e;

import static dev.schemaward.e2e.Scenario.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a team meets in a development namespace: no gate, and every kind of trouble. */
@ExtendWith(Platform.class)
class LifecycleTest {
  private static final String USERS = "create table users (id int primary key, email text);";

  @Test
  void aHarmlessMigrationNeedsOneJob(Platform platform) {
    try (Scenario dev = new Scenario(platform, "dev", false)) {
      dev.bundle("20260101000000_init", USERS);
      dev.secret();
      dev.migration("orders");
      GenericKubernetesResource done = dev.awaitReady("orders");
      assertThat(dev.tables()).containsExactly("users");
      assertThat(dev.jobs()).hasSize(1);
      assertThat((String) done.get("status", "version")).isEqualTo("20260101000000_init");
    }
  }

  @Test
  void aDestructiveMigrationAsksEvenInDevelopment(Platform platform) {
    try (Scenario dev = new Scenario(platform, "hazard", false)) {
      dev.bundle("20260101000000_init", USERS);
      dev.secret();
      dev.migration("orders");
      dev.awaitReady("orders");
      dev.bundle(
          "20260101000000_init",
          USERS,
          "20260102000000_drop",
          "alter table users drop column email;");
      GenericKubernetesResource waiting = dev.awaitReason("orders", "AwaitingApproval");
      assertThat(ready(waiting, "message")).contains("drop-column");
      assertThat(dev.query("select count(*) from users")).containsExactly("0");
      dev.approve("orders", Scenario.planHash(waiting));
      dev.awaitReady("orders");
      assertThat(dev.applied()).hasSize(2);
    }
  }

  @Test
  void aMissingSecretIsNamedAndItsArrivalHealsAll(Platform platform) {
    try (Scenario dev = new Scenario(platform, "no-secret", false)) {
      dev.bundle("20260101000000_init", USERS);
      dev.migration("orders");
      GenericKubernetesResource missing = dev.awaitReason("orders", "DependencyMissing");
      assertThat(ready(missing, "message")).contains("secret", "db");
      assertThat(Scenario.condition(missing, "Stalled", "status")).isNull();
      dev.secret();
      dev.awaitReady("orders");
      assertThat(dev.applied()).hasSize(1);
    }
  }

  @Test
  void aMissingBundleIsNamedAndItsArrivalHealsAll(Platform platform) {
    try (Scenario dev = new Scenario(platform, "no-bundle", false)) {
      dev.secret();
      dev.migration("orders");
      GenericKubernetesResource missing = dev.awaitReason("orders", "DependencyMissing");
      assertThat(ready(missing, "message")).contains("bundle");
      dev.bundle("20260101000000_init", USERS);
      dev.awaitReady("orders");
    }
  }

  @Test
  void aSuspendedMigrationDoesNothingUntilItIsResumed(Platform platform) {
    try (Scenario dev = new Scenario(platform, "suspend", false)) {
      dev.bundle("20260101000000_init", USERS);
      dev.secret();
      dev.migration("orders", Map.of("suspend", true));
      dev.await(
          "orders",
          "the generation to be observed",
          migration -> migration.get("status", "observedGeneration") != null);
      assertThat(dev.jobs()).isEmpty();
      dev.migration("orders", Map.of("suspend", false));
      dev.awaitReady("orders");
      assertThat(dev.applied()).hasSize(1);
    }
  }

  @Test
  void aFailingMigrationSaysWhereAndWhatTookEffectAndIsNotRetried(Platform platform) {
    try (Scenario dev = new Scenario(platform, "failing", false)) {
      dev.bundle(
          "20260101000000_init",
          USERS,
          "20260102000000_broken",
          "create table orders (id int);\nalter table userz add column x int;");
      dev.secret();
      dev.migration("orders");
      GenericKubernetesResource failed = dev.awaitReason("orders", "MigrationFailed");
      assertThat(Scenario.condition(failed, "Stalled", "status")).isEqualTo("True");
      assertThat(ready(failed, "message"))
          .contains("20260102000000_broken", "42P01", "line 2", "userz");
      assertThat(dev.tables()).as("the failed file left nothing").containsExactly("users");
      int jobs = dev.jobs().size();

      dev.bundle(
          "20260101000000_init",
          USERS,
          "20260102000000_broken",
          "create table orders (id int);\nalter table users add column x int;");
      dev.awaitReady("orders");
      assertThat(dev.tables()).containsExactly("orders", "users");
      assertThat(dev.jobs().size()).isBetween(1, jobs + 2);
    }
  }

  @Test
  void twoMigrationsOfOneDatabaseDoNotInterleave(Platform platform) {
    try (Scenario dev = new Scenario(platform, "two", false)) {
      dev.bundle("20260101000000_init", USERS);
      dev.secret();
      dev.migration("first");
      dev.awaitReady("first");
      dev.migration("second");
      GenericKubernetesResource second = dev.awaitReason("second", "TargetBusy");
      assertThat(ready(second, "message")).contains("first");
      assertThat(dev.applied()).hasSize(1);
    }
  }

  @Test
  void deletingDuringAnApplyLetsItEnd(Platform platform) {
    try (Scenario dev = new Scenario(platform, "delete", false)) {
      dev.sql("create schema side");
      dev.sql("create table side.gate (id int primary key)");
      dev.bundle(
          "20260101000000_slow",
          "create table slow (id int);\n"
              + "do $$ begin while not exists (select from side.gate) loop perform pg_sleep(0.1);"
              + " end loop; end $$;\ncreate table done (id int);");
      dev.secret();
      dev.migration("orders");
      // a DO block cannot be seen through: the plan asks
      GenericKubernetesResource waiting = dev.awaitReason("orders", "AwaitingApproval", "Stalled");
      dev.approve("orders", Scenario.planHash(waiting));
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  dev.query(
                          "select count(*) from pg_stat_activity where datname = '"
                              + dev.database()
                              + "' and query like '%from side.gate%' and state = 'active'"
                              + " and pid <> pg_backend_pid()")
                      .contains("1"));
      // The kubelet tells that the container runs some time after it does.
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  platform.client().pods().inNamespace(dev.namespace()).list().getItems().stream()
                      .anyMatch(pod -> "Running".equals(pod.getStatus().getPhase())));
      dev.resource("orders").delete();
      assertThat(dev.resource("orders").get().getMetadata().getDeletionTimestamp()).isNotNull();
      dev.sql("insert into side.gate values (1)");
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> Objects.isNull(dev.resource("orders").get()));
      assertThat(dev.tables()).contains("slow", "done");
      assertThat(dev.applied()).containsExactly("20260101000000_slow");
    }
  }
}
