package dev.schemaward.e2e;

import static dev.schemaward.e2e.Scenario.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What needs a person is offered in status, and done when a person with the right chooses it. */
@ExtendWith(Platform.class)
class RecoveryTest {
  @Test
  void aDatabaseWithoutHistoryIsBaselinedOnceSomebodyChoosesTo(Platform platform) {
    try (Scenario shop = new Scenario(platform, "recover", false)) {
      shop.sql("create table users (id int primary key)");
      shop.bundle(
          "20260101000000_init", "create table users (id int primary key);",
          "20260102000000_orders", "create table orders (id int primary key);");
      shop.secret();
      shop.migration("orders");

      GenericKubernetesResource stalled = shop.awaitReason("orders", "NotBaselined");
      List<Map<String, Object>> ways = stalled.get("status", "recovery");
      assertThat(ways.getFirst())
          .containsEntry("action", "Baseline")
          .containsEntry("recommended", true);
      String hash = (String) ways.getFirst().get("hash");
      assertThat(ready(stalled, "message"))
          .contains("record the first 1 of 2 migrations", "(recommended)", hash);

      assertThatThrownBy(() -> shop.approve("orders", "sha256:" + "0".repeat(64)))
          .hasMessageContaining("stale approval");
      shop.approve("orders", hash);
      shop.awaitReady("orders");
      assertThat(shop.applied()).containsExactly("20260101000000_init", "20260102000000_orders");
      assertThat(shop.jobs("recover")).hasSize(1);
      assertThat(
              shop.query(
                  "select approved_by from schemaward.run where outcome like 'Recovered: %'"))
          .containsExactly(platform.userName());
    }
  }
}
