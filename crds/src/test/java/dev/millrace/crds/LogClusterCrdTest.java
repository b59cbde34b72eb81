package dev.millrace.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
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
    assertThat(Files.readString(CrdYaml.CLUSTERS.file()))
        .as("run CrdYaml.main in the module's folder and commit what it writes")
        .isEqualTo(CrdYaml.CLUSTERS.generate());
  }

  @Test
  void itIsSmallEnoughForAPlainApply() throws IOException {
    var bytes = Files.readString(CrdYaml.CLUSTERS.file()).getBytes(StandardCharsets.UTF_8).length;

    assertThat(bytes).isLessThan(45_000);
  }

  @Test
  void columnsTellHealthInTheOrderInWhichOneReadsIt() {
    var version =
        Serialization.unmarshal(CrdYaml.CLUSTERS.generate(), CustomResourceDefinition.class)
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
    assertThat(CrdYaml.CLUSTERS.generate()).doesNotContain("preserve-unknown-fields");
  }

  @Test
  void aSettingMayBeAnyWholeNumber() {
    var spec =
        Serialization.unmarshal(
            """
            ---
            {brokers: 1, memory: 1Gi, storage: {size: 1Gi},
             config: {log.retention.bytes: 10737418240, log.retention.hours: 72, log.cleanup.policy: delete}}""",
            LogClusterSpec.class);

    assertThat(spec.config())
        .containsEntry("log.retention.bytes", new IntOrString("10737418240"))
        .containsEntry("log.retention.hours", new IntOrString(72))
        .containsEntry("log.cleanup.policy", new IntOrString("delete"));
  }
}
