package dev.millrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.junit.jupiter.api.Test;

class ReplicationDefaultsTest {
  private static final String OFFSETS = "__consumer_offsets";

  private final EditableMetadata metadata = new EditableMetadata();

  private void register(int brokers) {
    for (int id = 0; id < brokers; id++) {
      metadata.apply(
          new RegisterBrokerRecord()
              .setBrokerId(id)
              .setBrokerEpoch(id)
              .setIncarnationId(Uuid.randomUuid())
              .setFenced(id > 0));
    }
  }

  @Test
  void theyFollowAClusterThatGrowsWithoutARestart() {
    // Given
    var defaults = new ReplicationDefaults(metadata, Map.of());
    assertThat(defaults.replicas("orders")).isEqualTo((short) 1);

    // When
    register(2);

    // Then
    assertThat(defaults.replicas("orders")).isEqualTo((short) 1);
    assertThat(defaults.replicas(OFFSETS)).isEqualTo((short) 1);

    // When
    register(5);

    // Then
    assertThat(defaults.replicas("orders")).isEqualTo((short) 3);
    assertThat(defaults.replicas(OFFSETS)).isEqualTo((short) 3);
  }

  @Test
  void whatIsConfiguredIsNotOverruled() {
    // Given
    register(3);
    var defaults =
        new ReplicationDefaults(
            metadata,
            Map.of("default.replication.factor", "2", "offsets.topic.replication.factor", "1"));

    // Then
    assertThat(defaults.replicas("orders")).isEqualTo((short) 2);
    assertThat(defaults.replicas(OFFSETS)).isEqualTo((short) 1);
    assertThat(defaults.follows("default.replication.factor")).isFalse();
  }

  @Test
  void theOffsetsTopicIsNotBoundToTheFactorOfOtherTopics() {
    // Given
    register(3);
    var defaults = new ReplicationDefaults(metadata, Map.of("default.replication.factor", "1"));

    // Then
    assertThat(defaults.replicas(OFFSETS)).isEqualTo((short) 3);
    assertThat(defaults.follows("offsets.topic.replication.factor")).isTrue();
  }
}
