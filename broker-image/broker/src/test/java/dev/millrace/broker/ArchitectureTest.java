package dev.millrace.broker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The arrows of the architecture: they go down only, and Kafka's internals stay where they are. */
class ArchitectureTest {
  private static final String[] KAFKA_INTERNALS = {
    "org.apache.kafka.controller..",
    "org.apache.kafka.image..",
    "org.apache.kafka.metadata..",
    "org.apache.kafka.raft..",
    "org.apache.kafka.coordinator..",
    "org.apache.kafka.server..",
    "org.apache.kafka.storage..",
    "org.apache.kafka.snapshot..",
    "org.apache.kafka.timeline..",
    "org.apache.kafka.network.."
  };

  /** Imported once: it takes longer than all rules together. */
  private static final JavaClasses BROKER =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.millrace.broker");

  @Test
  void packagesUseOnlyWhatIsBelowThem() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("server")
        .definedBy("dev.millrace.broker.server..")
        .layer("api")
        .definedBy("dev.millrace.broker.api..")
        .layer("health")
        .definedBy("dev.millrace.broker.health..")
        .layer("network")
        .definedBy("dev.millrace.broker.network..")
        .layer("group")
        .definedBy("dev.millrace.broker.group..")
        .layer("replica")
        .definedBy("dev.millrace.broker.replica..")
        .layer("metadata")
        .definedBy("dev.millrace.broker.metadata..")
        .layer("controller")
        .definedBy("dev.millrace.broker.controller..")
        .whereLayer("server")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("api")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("health")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("network")
        .mayOnlyBeAccessedByLayers("server", "api")
        .whereLayer("group")
        .mayOnlyBeAccessedByLayers("server", "api")
        .whereLayer("replica")
        .mayOnlyBeAccessedByLayers("server", "api", "group", "network")
        .check(BROKER);
  }

  @Test
  void noPackagesNeedEachOther() {
    slices().matching("dev.millrace.broker.(*)..").should().beFreeOfCycles().check(BROKER);
  }

  @Test
  void kafkasInternalsStayInTheAdapters() {
    noClasses()
        .that(
            resideInAnyPackage("dev.millrace.broker.network..", "dev.millrace.broker.health..")
                .or(resideInAnyPackage("dev.millrace.broker.server.."))
                .and(DescribedPredicate.describe("are not exempt", type -> !exempt(type))))
        .should()
        .dependOnClassesThat(resideInAnyPackage(KAFKA_INTERNALS))
        .check(BROKER);
  }

  /**
   * What may know Kafka's internals outside of the adapters: the context that handlers hand to
   * Kafka is Kafka's type, health is judged from the image, and the assembly names the settings,
   * the scheduler and the cache that it hands around.
   */
  private static final Set<String> EXEMPT =
      Set.of(
          "network.RequestContext",
          "network.Exchange",
          "health.ClusterJudge",
          "health.PartitionHealth",
          "health.PartitionPages",
          "server.BrokerHealth",
          "server.Broker",
          "server.BrokerConfig",
          "server.CachePublisher",
          "server.Parts",
          "server.ReplicaSettings",
          "server.SettingNames");

  private static boolean exempt(JavaClass type) {
    String outermost = type.getName().replaceAll("\\$.*", "");
    return EXEMPT.contains(outermost.replace("dev.millrace.broker.", ""));
  }

  @Test
  void nettyStaysInTheNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.millrace.broker.controller..",
            "dev.millrace.broker.metadata..",
            "dev.millrace.broker.replica..",
            "dev.millrace.broker.group..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(BROKER);
  }

  @Test
  void kubernetesStaysInItsRing() {
    classes()
        .that()
        .resideInAPackage("dev.millrace.broker.controller.kubernetes..")
        .should()
        .onlyBeAccessed()
        .byAnyPackage("dev.millrace.broker.controller.kubernetes..", "dev.millrace.broker.server..")
        .check(BROKER);
  }
}
