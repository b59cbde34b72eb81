package dev.millrace.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds the committed YAML to the model, and all resource types together to a size. */
class LogTopicCrdTest {
  @Test
  void theCommittedYamlIsWhatTheModelGenerates() throws IOException {
    assertThat(Files.readString(CrdYaml.TOPICS.file()))
        .as("run CrdYaml.main in the module's folder and commit what it writes")
        .isEqualTo(CrdYaml.TOPICS.generate());
  }

  @Test
  void columnsTellHealthInTheOrderInWhichOneReadsIt() {
    var version =
        Serialization.unmarshal(CrdYaml.TOPICS.generate(), CustomResourceDefinition.class)
            .getSpec()
            .getVersions()
            .getFirst();

    assertThat(version.getAdditionalPrinterColumns())
        .filteredOn(column -> column.getPriority() == 0)
        .extracting(CustomResourceColumnDefinition::getName)
        .containsExactly(
            "Cluster", "Partitions", "Replicas", "Under-Replicated", "Offline", "Status", "Age");
  }

  @Test
  void noUnknownFieldIsKept() {
    assertThat(CrdYaml.TOPICS.generate()).doesNotContain("preserve-unknown-fields");
  }

  @Test
  void allResourceTypesTogetherStaySmall() throws IOException {
    long bytes = 0;
    try (var files = Files.list(Path.of("src/main/resources/crds"))) {
      for (var file : files.toList()) {
        bytes += Files.size(file);
      }
    }

    assertThat(bytes).isLessThan(60_000);
  }
}
