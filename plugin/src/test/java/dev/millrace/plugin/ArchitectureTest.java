package dev.millrace.plugin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Holds the arrows between the plugin's packages: they go down only. */
@TestInstance(Lifecycle.PER_CLASS)
class ArchitectureTest {
  private static final String ROOT = "dev.millrace.plugin";
  private final JavaClasses plugin =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void arrowsGoDownOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("program")
        .definedBy(ROOT)
        .layer("command")
        .definedBy(ROOT + ".command")
        .layer("picture")
        .definedBy(ROOT + ".picture")
        .layer("bundle")
        .definedBy(ROOT + ".bundle")
        .layer("cluster")
        .definedBy(ROOT + ".cluster")
        .layer("model")
        .definedBy(ROOT + ".model")
        .layer("kube")
        .definedBy(ROOT + ".kube")
        .whereLayer("program")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("command")
        .mayOnlyBeAccessedByLayers("program")
        .whereLayer("picture")
        .mayOnlyBeAccessedByLayers("command")
        .whereLayer("bundle")
        .mayOnlyBeAccessedByLayers("command")
        .whereLayer("cluster")
        .mayOnlyBeAccessedByLayers("command")
        .whereLayer("model")
        .mayOnlyBeAccessedByLayers("command", "picture", "cluster")
        .whereLayer("kube")
        .mayOnlyBeAccessedByLayers("command", "bundle", "cluster")
        .check(plugin);
  }

  @Test
  void theClientLibraryIsKnownWhereTheApiServerIsAskedOnly() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".picture", ROOT + ".model", ROOT + ".bundle", ROOT + ".cluster")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.fabric8.kubernetes.client..")
        .check(plugin);
  }
}
