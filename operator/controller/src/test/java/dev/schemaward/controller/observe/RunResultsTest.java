package dev.schemaward.controller.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.schemaward.api.run.RunReason;
import org.junit.jupiter.api.Test;

class RunResultsTest {
  private static final String GOOD =
      "{\"kind\":\"plan\",\"runId\":\"r1\",\"reason\":\"Planned\",\"message\":\"m\"}";

  @Test
  void readsAResult() {
    assertThat(RunResults.parse(GOOD + "\n", "r1").orElseThrow().reason())
        .isEqualTo(RunReason.Planned);
  }

  @Test
  void everyCutOfAResultIsNoResult() {
    for (int i = 0; i < GOOD.length(); i++) {
      assertThat(RunResults.parse(GOOD.substring(0, i), "r1")).as("%d characters", i).isEmpty();
    }
  }

  @Test
  void otherTextIsNoResult() {
    assertThat(RunResults.parse(null, "r1")).isEmpty();
    assertThat(RunResults.parse("", "r1")).isEmpty();
    assertThat(RunResults.parse("null", "r1")).isEmpty();
    assertThat(RunResults.parse("Exception in thread main " + GOOD, "r1")).isEmpty();
    assertThat(RunResults.parse(GOOD + GOOD, "r1")).isEmpty();
    assertThat(RunResults.parse("{\"kind\":\"plan\",\"runId\":\"r1\",\"reason\":\"New\"}", "r1"))
        .isEmpty();
    assertThat(RunResults.parse("{\"kind\":\"plan\",\"runId\":\"r1\"}", "r1")).isEmpty();
  }

  @Test
  void theResultOfAnotherRunIsNoResult() {
    assertThat(RunResults.parse(GOOD, "r2")).isEmpty();
  }
}
