package dev.millrace.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the operator sees of an object that is mostly the brokers'. */
class MetadataLogTest {

  @Test
  void whatBrokersWriteIntoItIsNoneOfTheOperatorsBusiness() {
    // Given
    String written =
        """
        apiVersion: millrace.dev/v1beta1
        kind: MetadataLog
        metadata: {name: events}
        spec: {clusterId: Pm6v4avNSHKzGFbNZmh8Aw, slots: 64}
        snapshots: [{offset: 190, epoch: 2, chunks: [events.snapshot.190-2.000]}]
        """;

    // When
    MetadataLog read = Serialization.unmarshal(written, MetadataLog.class);

    // Then
    assertThat(Objects.requireNonNull(read.getSpec()).clusterId())
        .isEqualTo("Pm6v4avNSHKzGFbNZmh8Aw");
  }
}
