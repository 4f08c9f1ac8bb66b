package dev.schemaward.e2e;

import static dev.schemaward.e2e.Scenario.condition;
import static dev.schemaward.e2e.Scenario.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What somebody did by hand is found, named, and goes away by one of the two proposals. */
@ExtendWith(Platform.class)
class DriftTest {
  private static final String USERS = "create table users (id int primary key, email text);";
  private static final Map<String, Object> EVERY_TEN_SECONDS =
      Map.of("drift", Map.of("interval", "10s"));

  @Test
  void driftIsFoundRevertedAndAdopted(Platform platform) {
    try (Scenario shop = new Scenario(platform, "drift", false)) {
      shop.bundle("20260101000000_init", USERS);
      shop.secret();
      shop.migration("orders", EVERY_TEN_SECONDS);
      shop.awaitReady("orders");
      awaitDrifted(shop, "False");

      shop.sql("create index by_hand on users (email)");
      GenericKubernetesResource drifted = awaitDrifted(shop, "True");
      assertThat(ready(drifted, "status")).isEqualTo("True");
      assertThat(condition(drifted, "Drifted", "message"))
          .contains("index public.by_hand was added", "revert: exact", "adopt: exact");
      assertThat(drifted.<Boolean>get("status", "drift", "drifted")).isTrue();
      assertThat(report(platform, shop, drifted).getData())
          .containsKeys("drift.txt", "drift.md", "drift.json", "adopt.sql");

      shop.sql(report(platform, shop, drifted).getData().get("revert.sql"));
      GenericKubernetesResource reverted = awaitDrifted(shop, "False");
      assertThat(reverted.<Object>get("status", "drift", "documentRef")).isNull();
      assertThat(
              platform
                  .client()
                  .configMaps()
                  .inNamespace(shop.namespace())
                  .withName("orders-drift")
                  .get())
          .isNull();

      shop.sql("alter table users add column nick text");
      String adopt = report(platform, shop, awaitDrifted(shop, "True")).getData().get("adopt.sql");
      // What `prisma migrate resolve --applied` does on the database that has it already.
      shop.sql(
          "insert into _prisma_migrations (id, checksum, finished_at, migration_name, started_at)"
              + " select gen_random_uuid()::text, encode(sha256(convert_to($$"
              + adopt
              + "$$, 'UTF8')), 'hex'), now(), '20260102000000_adopt', now()");
      shop.bundle("20260101000000_init", USERS, "20260102000000_adopt", adopt);
      GenericKubernetesResource adopted =
          shop.await(
              "orders",
              "version 20260102000000_adopt without drift",
              migration ->
                  "20260102000000_adopt".equals(migration.get("status", "version"))
                      && "False".equals(condition(migration, "Drifted", "status")));
      assertThat(ready(adopted, "status")).isEqualTo("True");
      assertThat(events(platform, shop, "DriftDetected")).isEqualTo(2);
      assertThat(events(platform, shop, "DriftResolved")).isEqualTo(2);
      assertThat(events(platform, shop, "RunStarted")).isEqualTo(2);
    }
  }

  @Test
  void blockKeepsAPlanFromRunningOnADriftedSchema(Platform platform) {
    try (Scenario shop = new Scenario(platform, "block", false)) {
      shop.bundle("20260101000000_init", USERS);
      shop.secret();
      shop.migration("orders", Map.of("drift", Map.of("interval", "1h", "onDrift", "Block")));
      shop.awaitReady("orders");
      shop.sql("alter table users drop column email");
      shop.bundle(
          "20260101000000_init", USERS, "20260102000000_orders", "create table orders (id int);");
      GenericKubernetesResource blocked = shop.awaitReason("orders", "DriftDetected");
      assertThat(condition(blocked, "Stalled", "status")).isEqualTo("True");
      assertThat(ready(blocked, "message")).contains("column public.users.email is missing");
      assertThat(shop.tables()).containsExactly("users");

      shop.sql("alter table users add column email text");
      shop.annotate("orders", Map.of("schemaward.dev/check-requested-at", "1"));
      shop.awaitReady("orders");
      assertThat(shop.tables()).containsExactly("orders", "users");
    }
  }

  @Test
  void whatMustHoldAndDoesNotHoldsTheRolloutUntilItDoes(Platform platform) {
    try (Scenario shop = new Scenario(platform, "verify", false)) {
      shop.bundle(
          "20260101000000_init",
          USERS + " create type mood as enum ('sad', 'ok'); create index on users (email);");
      shop.secret();
      shop.migration(
          "orders",
          Map.of(
              "verify",
              Map.of(
                  "tables", List.of(Map.of("name", "users")),
                  "indexes", List.of(Map.of("name", "users_email_idx", "table", "users")),
                  "enums", List.of(Map.of("name", "mood", "labels", List.of("sad", "ok"))),
                  "sql",
                      List.of(
                          Map.of(
                              "name", "there is a user",
                              "query", "select count(*) from users",
                              "expect", "value",
                              "value", "1")))));
      GenericKubernetesResource failed = shop.awaitReason("orders", "VerificationFailed");
      assertThat(ready(failed, "message")).contains("there is a user");
      assertThat(condition(failed, "Verified", "status")).isEqualTo("False");
      assertThat(failed.<Integer>get("status", "verification", "checks")).isEqualTo(4);

      shop.sql("insert into users values (1, 'a@example.org')");
      shop.annotate("orders", Map.of("schemaward.dev/check-requested-at", "1"));
      GenericKubernetesResource holds = shop.awaitReady("orders");
      assertThat(condition(holds, "Verified", "status")).isEqualTo("True");
      List<Map<String, Object>> history = holds.get("status", "history");
      assertThat(history.getFirst()).containsEntry("verified", true);
    }
  }

  private static GenericKubernetesResource awaitDrifted(Scenario shop, String status) {
    return shop.await(
        "orders",
        "Drifted=" + status,
        migration -> status.equals(condition(migration, "Drifted", "status")));
  }

  private static ConfigMap report(
      Platform platform, Scenario shop, GenericKubernetesResource migration) {
    String name = migration.get("status", "drift", "documentRef", "name");
    return Objects.requireNonNull(
        platform.client().configMaps().inNamespace(shop.namespace()).withName(name).get(), name);
  }

  /** How often it was told: the same news again only raises a count. */
  private static int events(Platform platform, Scenario shop, String reason) {
    return platform
        .client()
        .events()
        .v1()
        .events()
        .inNamespace(shop.namespace())
        .list()
        .getItems()
        .stream()
        .filter(event -> reason.equals(event.getReason()))
        .mapToInt(event -> event.getSeries() == null ? 1 : event.getSeries().getCount())
        .sum();
  }
}
