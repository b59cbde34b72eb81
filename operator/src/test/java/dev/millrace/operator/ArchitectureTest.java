package dev.millrace.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Holds the arrows between the operator's packages: they go down only. */
@TestInstance(Lifecycle.PER_CLASS)
class ArchitectureTest {
  private static final String ROOT = "dev.millrace.operator";
  private final JavaClasses operator =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void arrowsGoDownOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("program")
        .definedBy(ROOT)
        .layer("reconcile")
        .definedBy(ROOT + ".reconcile")
        .layer("topic")
        .definedBy(ROOT + ".topic")
        .layer("status")
        .definedBy(ROOT + ".status")
        .layer("roll")
        .definedBy(ROOT + ".roll")
        .layer("scale")
        .definedBy(ROOT + ".scale")
        .layer("rebalance")
        .definedBy(ROOT + ".rebalance")
        .layer("settings")
        .definedBy(ROOT + ".settings")
        .layer("metrics")
        .definedBy(ROOT + ".metrics")
        .layer("kafka")
        .definedBy(ROOT + ".kafka")
        .layer("health")
        .definedBy(ROOT + ".health")
        .layer("resources")
        .definedBy(ROOT + ".resources")
        .layer("memory")
        .definedBy(ROOT + ".memory")
        .whereLayer("program")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("reconcile")
        .mayOnlyBeAccessedByLayers("program")
        .whereLayer("topic")
        .mayOnlyBeAccessedByLayers("reconcile", "program")
        .whereLayer("status")
        .mayOnlyBeAccessedByLayers("topic", "reconcile")
        .whereLayer("roll")
        .mayOnlyBeAccessedByLayers("status", "reconcile")
        .whereLayer("scale")
        .mayOnlyBeAccessedByLayers("status", "reconcile", "program")
        .whereLayer("rebalance")
        .mayOnlyBeAccessedByLayers("scale", "status", "reconcile", "program")
        .whereLayer("settings")
        .mayOnlyBeAccessedByLayers("status", "reconcile")
        .whereLayer("metrics")
        .mayOnlyBeAccessedByLayers("program")
        .whereLayer("kafka")
        .mayOnlyBeAccessedByLayers("scale", "rebalance", "settings", "topic")
        .whereLayer("health")
        .mayOnlyBeAccessedByLayers("roll", "scale", "status", "reconcile")
        .check(operator);
  }

  @Test
  void purePackagesKnowNoClientAndNoFramework() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".resources", ROOT + ".memory", ROOT + ".roll", ROOT + ".status")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javaoperatorsdk..", "io.fabric8.kubernetes.client.dsl..")
        .check(operator);
  }

  @Test
  void kafkaIsKnownToThoseWhoSpeakItOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + ".scale",
            ROOT + ".rebalance",
            ROOT + ".settings",
            ROOT + ".topic",
            ROOT + ".kafka")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(operator);
  }

  @Test
  void ofTopicsOneClassAloneKnowsKafka() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".topic")
        .and()
        .doNotHaveSimpleName("KafkaTopics")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(operator);
  }
}
