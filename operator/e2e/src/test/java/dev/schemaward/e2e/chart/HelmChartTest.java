package dev.schemaward.e2e.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The chart as Helm itself renders it (Helm's own Go code, in a library). Applying what it renders
 * to a cluster is the business of the tests beside this one.
 */
class HelmChartTest {
  private static final Path ROOT = Path.of(System.getProperty("schemaward.root"));
  private static final Path CHART = ROOT.resolve("helm/schemaward");
  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
  private static final Path MANIFEST = ROOT.resolve("helm/install.yaml");

  @Test
  void lintsWithoutAWarning() {
    LintResult result = new Helm(CHART).lint().strict().call();
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
  }

  /**
   * {@code helm/install.yaml} is for people without Helm; it is written by this test when asked.
   */
  @Test
  void theCheckedInManifestIsWhatTheChartRenders() throws IOException {
    StringBuilder expected = new StringBuilder();
    expected.append("# Rendered from helm/schemaward by HelmChartTest; do not edit.\n");
    expected.append("# Regenerate: mvn -pl operator/e2e -am verify -Dtest=HelmChartTest");
    expected.append(" -Dsurefire.failIfNoSpecifiedTests=false -Dschemaward.regenerate=true\n");
    expected.append("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: schemaward-system\n");
    expected.append("  labels:\n    pod-security.kubernetes.io/enforce: restricted\n");
    try (var crds = Files.list(CHART.resolve("crds"))) {
      for (Path crd : crds.sorted().toList()) {
        expected.append("---\n").append(Files.readString(crd).strip()).append('\n');
      }
    }
    expected.append(template().call().strip()).append('\n');
    if (Boolean.getBoolean("schemaward.regenerate")) {
      Files.writeString(MANIFEST, expected);
    }
    assertThat(MANIFEST).content().isEqualTo(expected.toString());
  }

  @Test
  void theOperatorMayNeitherReadASecretNorApprove() {
    List<PolicyRule> rules = new ArrayList<>();
    for (HasMetadata resource : render(template())) {
      if (resource instanceof ClusterRole role
          && role.getMetadata().getName().equals("schemaward-operator")) {
        rules.addAll(role.getRules());
      }
    }
    assertThat(rules).isNotEmpty();
    assertThat(rules).allSatisfy(rule -> assertThat(rule.getResources()).doesNotContain("secrets"));
    assertThat(rules)
        .allSatisfy(
            rule ->
                assertThat(rule.getVerbs())
                    .doesNotContain("*", "approve", "approve-on-behalf", "bypass"));
    assertThat(rules)
        .allSatisfy(rule -> assertThat(rule.getApiGroups()).isNotEmpty().doesNotContain("*"));
  }

  @Test
  void theApprovalPolicyIsOnUnlessItIsSwitchedOff() {
    assertThat(kinds(render(template()))).contains("ValidatingAdmissionPolicy");
    assertThat(kinds(render(template().set("approval.policy", "false"))))
        .doesNotContain("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding");
  }

  @Test
  void theOperatorPodIsRestricted() {
    Deployment deployment =
        render(template()).stream()
            .filter(Deployment.class::isInstance)
            .map(Deployment.class::cast)
            .findFirst()
            .orElseThrow();
    var pod = deployment.getSpec().getTemplate().getSpec();
    var container = pod.getContainers().getFirst();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
  }

  @Test
  void anUnknownValueIsRefused() {
    assertThatThrownBy(() -> template().set("aproval.policy", "false").call())
        .hasMessageContaining("aproval");
    assertThatThrownBy(() -> template().set("approval.enforcement", "Sometimes").call())
        .hasMessageContaining("enforcement");
  }

  @Test
  void theChartShipsTheCustomResourceDefinitionsOfTheProject() throws IOException {
    try (var crds = Files.list(ROOT.resolve("crds"))) {
      for (Path crd : crds.filter(Files::isRegularFile).toList()) {
        assertThat(CHART.resolve("crds").resolve(crd.getFileName())).hasSameTextualContentAs(crd);
      }
    }
  }

  private static TemplateCommand template() {
    return new Helm(CHART)
        .template()
        .withName("schemaward")
        .withNamespace("schemaward-system")
        .withKubeVersion("1.35.4")
        .skipCrds();
  }

  private static List<HasMetadata> render(TemplateCommand command) {
    List<HasMetadata> resources = new ArrayList<>();
    for (String document : command.call().split("(?m)^---$")) {
      if (document.lines().anyMatch(line -> line.startsWith("kind:"))) {
        resources.add(SERIALIZATION.unmarshal(document));
      }
    }
    return resources;
  }

  private static List<String> kinds(List<HasMetadata> resources) {
    return resources.stream().map(HasMetadata::getKind).toList();
  }
}
