package dev.schemaward.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"90s,PT1M30S", "2m,PT2M", "1h30m,PT1H30M", "24h,PT24H", "500ms,PT0.5S", "0s,PT0S"})
  void readsWhatTheApiServerAccepts(String text, Duration duration) {
    assertThat(Durations.parse(text)).isEqualTo(duration);
  }

  @Test
  void refusesTheRest() {
    for (String text : new String[] {null, "", "5", "-5s", "1d", "PT5M", "1.5h", "1 h"}) {
      assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
