package dev.schemaward.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** The checked-in CRD and its documentation are what the classes say, and what tools can bear. */
class CrdFileTest {
  private static final Path ROOT = Path.of(System.getProperty("schemaward.root"));
  private static final Path FILE = ROOT.resolve("crds/databasemigrations.schemaward.dev.yaml");
  private static final Path REFERENCE = ROOT.resolve("docs/reference/api.md");
  private static final Path RELEASED = ROOT.resolve("crds/released");

  @Test
  void theCheckedInCrdIsWhatTheClassesSay() throws IOException {
    checkedIn(FILE, GeneratedCrd.yaml());
  }

  @Test
  void theCheckedInReferenceIsWhatTheCrdSays() throws IOException {
    checkedIn(REFERENCE, ApiReference.of(GeneratedCrd.generate()));
  }

  @Test
  void fitsIntoTheAnnotationOfClientSideApply() {
    assertThat(GeneratedCrd.yaml().getBytes(StandardCharsets.UTF_8).length).isLessThan(100_000);
  }

  @Test
  void everyFieldOfOurOwnHasADescription() {
    List<String> without = new ArrayList<>();
    walk(
        (path, schema) -> {
          boolean ours =
              !path.contains(".tolerations.")
                  && !path.contains(".resources.")
                  && !path.contains(".imagePullSecrets.");
          if (ours && (schema.getDescription() == null || schema.getDescription().isBlank())) {
            without.add(path);
          }
        });
    assertThat(without).isEmpty();
  }

  @Test
  void nothingUnknownIsPreserved() {
    List<String> preserving = new ArrayList<>();
    walk(
        (path, schema) -> {
          if (Boolean.TRUE.equals(schema.getXKubernetesPreserveUnknownFields())) {
            preserving.add(path);
          }
        });
    assertThat(preserving).isEmpty();
  }

  @Test
  void aNewObjectIsNeverTakenForFinished() {
    assertThat(root().getProperties().get("status").getDefault())
        .asString()
        .contains("observedGeneration")
        .contains("-1");
  }

  @Test
  void keepsWhatWasReleased() throws IOException {
    if (!Files.isDirectory(RELEASED)) {
      return; // nothing is released yet; CrdCompatibilityTest shows that the check works
    }
    try (var files = Files.list(RELEASED)) {
      for (Path file : files.sorted().toList()) {
        CustomResourceDefinition released =
            GeneratedCrd.YAML.unmarshal(Files.readString(file), CustomResourceDefinition.class);
        assertThat(CrdCompatibility.breaks(released, GeneratedCrd.generate()))
            .as(file.getFileName().toString())
            .isEmpty();
      }
    }
  }

  private static void checkedIn(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("schemaward.regenerate")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, expected);
    }
    assertThat(file)
        .as(
            "regenerate: mvn -pl operator/api verify -Dtest=CrdFileTest"
                + " -Dschemaward.regenerate=true")
        .content()
        .isEqualTo(expected);
  }

  private static JSONSchemaProps root() {
    return GeneratedCrd.generate().getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
  }

  private static void walk(BiConsumer<String, JSONSchemaProps> visit) {
    JSONSchemaProps root = root();
    for (String part : List.of("spec", "status")) {
      walk(part, root.getProperties().get(part), visit);
    }
  }

  private static void walk(
      String path, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visit) {
    visit.accept(path, schema);
    if (schema.getProperties() != null) {
      schema.getProperties().forEach((name, child) -> walk(path + "." + name, child, visit));
    }
    if (schema.getItems() != null && schema.getItems().getSchema() != null) {
      JSONSchemaProps item = schema.getItems().getSchema();
      if (item.getProperties() != null) {
        item.getProperties().forEach((name, child) -> walk(path + "." + name, child, visit));
      }
    }
  }
}
