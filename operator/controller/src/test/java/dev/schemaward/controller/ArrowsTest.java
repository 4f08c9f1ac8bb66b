package dev.schemaward.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which way the arrows between packages go. */
class ArrowsTest {
  private static final JavaClasses CONTROLLER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.schemaward.controller");

  @Test
  void theOperatorNeverOpensADatabase() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.schemaward.engine..",
            "dev.schemaward.runner..",
            "java.sql..",
            "javax.sql..",
            "org.postgresql..")
        .check(CONTROLLER);
  }

  @Test
  void decisionsAndStatusArePure() {
    noClasses()
        .that()
        .resideInAnyPackage("..controller.decide..", "..controller.status..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.fabric8.kubernetes.client..",
            "io.javaoperatorsdk..",
            "org.slf4j..",
            "java.io..",
            "java.net..",
            "..controller.observe..",
            "..controller.act..",
            "..controller.reconcile..",
            "..controller.app..")
        .check(CONTROLLER);
    noClasses()
        .that()
        .resideInAnyPackage("..controller.decide..", "..controller.status..")
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .check(CONTROLLER);
  }

  @Test
  void actingAndObservingDoNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAPackage("..controller.act..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "..controller.observe..",
            "..controller.decide..",
            "..controller.reconcile..",
            "..controller.app..")
        .check(CONTROLLER);
    noClasses()
        .that()
        .resideInAPackage("..controller.observe..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..controller.act..", "..controller.reconcile..", "..controller.app..")
        .check(CONTROLLER);
  }

  @Test
  void nobodyKnowsTheCompositionRoot() {
    classes()
        .that()
        .resideInAPackage("..controller.app..")
        .should()
        .onlyBeAccessed()
        .byAnyPackage("..controller.app..")
        .check(CONTROLLER);
  }

  @Test
  void noSecretIsEverRead() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.fabric8.kubernetes.api.model.Secret")
        .orShould()
        .callMethod(io.fabric8.kubernetes.client.KubernetesClient.class, "secrets")
        .check(CONTROLLER);
  }
}
