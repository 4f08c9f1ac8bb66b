package dev.schemaward.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The engine knows no Kubernetes, no operator, no command line; it never ends the process; what
 * decides does not look.
 */
@AnalyzeClasses(
    packages = "dev.schemaward.engine",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule KNOWS_NO_KUBERNETES =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8..",
              "io.javaoperatorsdk..",
              "dev.schemaward.api..",
              "picocli..",
              "org.slf4j..");

  @ArchTest
  static final ArchRule NEVER_ENDS_THE_PROCESS =
      noClasses()
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "halt", int.class);

  @ArchTest
  static final ArchRule WHAT_DECIDES_DOES_NOT_CONNECT =
      noClasses()
          .that()
          .resideInAnyPackage("..bundle..", "..sql..", "..diagnose..", "..hazard..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "org.postgresql..");
}
