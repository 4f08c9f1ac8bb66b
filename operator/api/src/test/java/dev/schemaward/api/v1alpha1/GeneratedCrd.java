package dev.schemaward.api.v1alpha1;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The CustomResourceDefinition as the classes of this package say it: Fabric8's generator, and what
 * its annotations cannot say (status default, defaults of nested objects, list type of conditions,
 * order of the columns). What is checked in under {@code crds/} must equal this.
 */
final class GeneratedCrd {
  static final KubernetesSerialization YAML = new KubernetesSerialization();

  private GeneratedCrd() {}

  static CustomResourceDefinition generate() {
    CustomResourceDefinition crd = fabric8();
    CustomResourceDefinitionVersion version = crd.getSpec().getVersions().get(0);
    version.setAdditionalPrinterColumns(columns());
    JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
    root.setDescription(
        "Keeps the schema of one PostgreSQL database at the version that a bundle of migrations"
            + " asks for: planned in a Job, approved where needed, applied in a Job.");
    JSONSchemaProps spec = root.getProperties().get("spec");
    spec.setDescription("What is asked for.");
    for (String nested : List.of("approval", "execution")) {
      spec.getProperties().get(nested).setDefault(JsonNodeFactory.instance.objectNode());
    }
    JSONSchemaProps status = root.getProperties().get("status");
    status.setDescription("What the operator last saw. Written by the operator alone.");
    // kstatus takes an object without observedGeneration for finished.
    status.setDefault(JsonNodeFactory.instance.objectNode().put("observedGeneration", -1));
    JSONSchemaProps conditions = status.getProperties().get("conditions");
    conditions.setXKubernetesListType("map");
    conditions.setXKubernetesListMapKeys(List.of("type"));
    return crd;
  }

  static String yaml() {
    return "# Generated from operator/api by CrdFileTest; do not edit. Regenerate:\n"
        + "#   mvn -pl operator/api verify -Dtest=CrdFileTest -Dschemaward.regenerate=true\n"
        + YAML.asYaml(generate());
  }

  private static CustomResourceDefinition fabric8() {
    try {
      Path directory = Files.createTempDirectory("crd");
      new CRDGenerator()
          .customResourceClasses(DatabaseMigration.class)
          .forCRDVersions("v1")
          .inOutputDir(directory.toFile())
          .generate();
      Path file = directory.resolve("databasemigrations.schemaward.dev-v1.yml");
      CustomResourceDefinition crd =
          YAML.unmarshal(Files.readString(file), CustomResourceDefinition.class);
      Files.delete(file);
      Files.delete(directory);
      return crd;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<CustomResourceColumnDefinition> columns() {
    String ready = ".status.conditions[?(@.type==\"Ready\")]";
    return List.of(
        column("READY", "string", ready + ".status", 0),
        column("STATUS", "string", ready + ".reason", 0),
        column("VERSION", "string", ".status.version", 0),
        column("PENDING", "integer", ".status.pending", 0),
        column("PLAN", "string", ".status.plan.shortId", 0),
        column("DRIFT", "string", ".status.conditions[?(@.type==\"Drifted\")].status", 0),
        column("AGE", "date", ".metadata.creationTimestamp", 0),
        column("MESSAGE", "string", ready + ".message", 1));
  }

  private static CustomResourceColumnDefinition column(
      String name, String type, String path, int priority) {
    return new CustomResourceColumnDefinitionBuilder()
        .withName(name)
        .withType(type)
        .withJsonPath(path)
        .withPriority(priority == 0 ? null : priority)
        .build();
  }
}
