package dev.millrace.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Holds the committed YAML to the model, and to what users were promised of it. */
class LogClusterCrdTest {
  @Test
  void theCommittedYamlIsWhatTheModelGenerates() throws IOException {
    assertThat(Files.readString(CrdYaml.FILE))
        .as("run CrdYaml.main in the module's folder and commit what it writes")
        .isEqualTo(CrdYaml.generate());
  }

  @Test
  void itIsSmallEnoughForAPlainApply() throws IOException {
    var bytes = Files.readString(CrdYaml.FILE).getBytes(StandardCharsets.UTF_8).length;

    assertThat(bytes).isLessThan(30_000);
  }

  @Test
  void columnsTellHealthInTheOrderInWhichOneReadsIt() {
    var version =
        Serialization.unmarshal(CrdYaml.generate(), CustomResourceDefinition.class)
            .getSpec()
            .getVersions()
            .getFirst();

    assertThat(version.getAdditionalPrinterColumns())
        .filteredOn(column -> column.getPriority() == 0)
        .extracting(CustomResourceColumnDefinition::getName)
        .containsExactly(
            "Brokers", "Ready", "Partitions", "Under-Replicated", "Offline", "Status", "Age");
  }

  @Test
  void noUnknownFieldIsKept() {
    assertThat(CrdYaml.generate()).doesNotContain("preserve-unknown-fields");
  }
}
