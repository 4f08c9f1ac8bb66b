package dev.schemaward.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorConfigurationTest {
  @Test
  void oneFlagIsEnough() {
    OperatorConfiguration configuration = parse("--runner-image=r@sha256:1");
    assertThat(configuration.runnerImage()).isEqualTo("r@sha256:1");
    assertThat(configuration.runnerImageIsPinned()).isTrue();
    assertThat(configuration.watchNamespaces()).isEmpty();
    assertThat(configuration.approvalEnforcement()).isEqualTo(ApprovalEnforcement.Enforced);
    assertThat(configuration.resync()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void flagsWinOverTheEnvironmentAndTheEnvironmentOverDefaults() {
    var variables = Map.of("SCHEMAWARD_RUNNER_IMAGE", "from-env", "SCHEMAWARD_HTTP_PORT", "9090");
    OperatorConfiguration configuration =
        OperatorConfiguration.parse(List.of("--runner-image", "from-flag"), variables);
    assertThat(configuration.runnerImage()).isEqualTo("from-flag");
    assertThat(configuration.httpPort()).isEqualTo(9090);
    assertThat(configuration.concurrency()).isEqualTo(16);
  }

  @Test
  void namespacesAreAList() {
    assertThat(parse("--runner-image=r", "--watch-namespaces=shop, billing,").watchNamespaces())
        .containsExactlyInAnyOrder("shop", "billing");
  }

  @Test
  void aSwitchMayStandAlone() {
    assertThat(parse("--leader-election", "--runner-image=r").leaderElection()).isTrue();
    assertThat(parse("--leader-election=false", "--runner-image=r").leaderElection()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--runner-image=                                | --runner-image: must not be empty",
        "--runner-image=r --image=x                     | unknown flag --image; see --help",
        "--runner-image=r --http-port=x                 | --http-port: must be a number, not 'x'",
        "--runner-image=r --http-port=70000             | --http-port: must be between 0 and 65535",
        "--runner-image=r --approval-enforcement=Never  | must be one of [Enforced, BestEffort]",
        "--runner-image=r --production-lint-block=A,b   | is no rule and no class: 'A'",
        "--runner-image=r --resync=5                    | --resync: must be like 90s, 5m or 1h",
        "--runner-image=r --leader-election=perhaps     | must be true or false, not 'perhaps'",
        "--http-port                                    | --http-port needs a value",
        "--http-port=1                                  | --runner-image (or"
            + " SCHEMAWARD_RUNNER_IMAGE) is required",
      })
  void aMistakeIsSaidInWords(String line, String message) {
    assertThatThrownBy(() -> parse(line.split(" ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void helpNamesEveryFlagAndItsVariable() {
    assertThat(OperatorConfiguration.help())
        .contains("--runner-image", "SCHEMAWARD_RUNNER_IMAGE", "required", "default: 5m");
  }

  private static OperatorConfiguration parse(String... arguments) {
    return OperatorConfiguration.parse(List.of(arguments), Map.of());
  }
}
