package dev.schemaward.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.api.run.RunReason;
import dev.schemaward.api.run.RunResult;
import dev.schemaward.api.v1alpha1.DatabaseMigrationSpec.Drift;
import dev.schemaward.api.v1alpha1.DatabaseMigrationStatus;
import dev.schemaward.controller.act.Events.News;
import dev.schemaward.controller.decide.RunKind;
import dev.schemaward.controller.decide.Worlds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What people are told, and that they are told it once. */
class AnnouncementsTest {
  private final Worlds worlds =
      Worlds.world()
          .run(RunKind.ApplyIfAllowed, null, Worlds.ended(RunReason.Applied))
          .drift(new Drift(null, null, null));
  private final List<String> told = new ArrayList<>();
  private Instant now = Worlds.NOW;

  private void check(String... differences) {
    RunResult result =
        RunResult.bare("check", "id", RunReason.Checked, "m", "b", 5)
            .with(
                new RunResult.Drift(
                    differences.length > 0,
                    differences.length,
                    0,
                    0,
                    0,
                    "sha256:" + differences.length,
                    List.of(differences),
                    null,
                    null));
    now = now.plus(Duration.ofHours(2));
    settle(); // the intent
    worlds.checked(now, result);
    settle();
  }

  private void settle() {
    DatabaseMigrationStatus before = worlds.now(now).build().status();
    DatabaseMigrationStatus after = worlds.settle().build().status();
    Announcements.between(before, after).stream().map(News::reason).forEach(told::add);
  }

  @Test
  void twentyChecksOfTheSameSchemaAreNoNews() {
    settle();
    told.clear();
    for (int i = 0; i < 20; i++) {
      check();
    }
    assertThat(told).isEmpty();
  }

  @Test
  void driftIsToldOnceWhenItComesAndOnceWhenItGoes() {
    settle();
    told.clear();
    check();
    for (int i = 0; i < 20; i++) {
      check("index a is missing");
    }
    check();
    check();
    assertThat(told).containsExactly("DriftDetected", "DriftResolved");
  }
}
