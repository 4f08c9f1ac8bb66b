package dev.schemaward.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The compatibility check sees each kind of break. */
class CrdCompatibilityTest {
  @Test
  void theSameIsCompatible() {
    assertThat(CrdCompatibility.breaks(GeneratedCrd.generate(), GeneratedCrd.generate())).isEmpty();
  }

  @Test
  void aNewOptionalFieldIsCompatible() {
    assertThat(breaksAfter(spec -> spec.getProperties().put("extra", text()))).isEmpty();
  }

  @Test
  void aFieldThatIsGoneBreaks() {
    assertThat(breaksAfter(spec -> spec.getProperties().remove("targetVersion")))
        .containsExactly("v1alpha1.spec.targetVersion: is gone");
  }

  @Test
  void anotherTypeBreaks() {
    assertThat(breaksAfter(spec -> spec.getProperties().get("suspend").setType("string")))
        .containsExactly("v1alpha1.spec.suspend: type boolean became string");
  }

  @Test
  void aFieldThatBecameRequiredBreaks() {
    assertThat(breaksAfter(spec -> spec.setRequired(List.of("source", "target", "format"))))
        .containsExactly("v1alpha1.spec.format: became required");
  }

  @Test
  void anEnumThatLostAValueBreaks() {
    assertThat(
            breaksAfter(
                spec ->
                    spec.getProperties()
                        .get("format")
                        .setEnum(new ArrayList<>(List.of(new TextNode("Sql"))))))
        .singleElement()
        .asString()
        .startsWith("v1alpha1.spec.format: values");
  }

  @Test
  void aStricterPatternBreaks() {
    assertThat(
            breaksAfter(
                spec ->
                    spec.getProperties()
                        .get("execution")
                        .getProperties()
                        .get("deadline")
                        .setPattern("^[0-9]+s$")))
        .singleElement()
        .asString()
        .startsWith("v1alpha1.spec.execution.deadline: pattern");
  }

  @Test
  void aVersionThatIsNoLongerServedBreaks() {
    CustomResourceDefinition now = GeneratedCrd.generate();
    now.getSpec().getVersions().get(0).setServed(false);
    assertThat(CrdCompatibility.breaks(GeneratedCrd.generate(), now))
        .containsExactly("version v1alpha1 is no longer served");
  }

  private static List<String> breaksAfter(Consumer<JSONSchemaProps> change) {
    CustomResourceDefinition now = GeneratedCrd.generate();
    change.accept(
        now.getSpec()
            .getVersions()
            .get(0)
            .getSchema()
            .getOpenAPIV3Schema()
            .getProperties()
            .get("spec"));
    return CrdCompatibility.breaks(GeneratedCrd.generate(), now);
  }

  private static JSONSchemaProps text() {
    JSONSchemaProps text = new JSONSchemaProps();
    text.setType("string");
    return text;
  }
}
