package dev.millrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.network.NetworkConfig;
import dev.millrace.broker.replica.Partition;
import dev.millrace.log.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What many partitions cost that come at once. */
class ManyPartitionsTest {
  private static final int MANY = 50;

  @TempDir Path directory;
  private final CountingDisk disk = new CountingDisk();
  private DataBroker broker;

  private static final class CountingDisk implements Disk {
    final AtomicInteger directoryForces = new AtomicInteger();

    @Override
    public FileChannel open(Path path, OpenOption... options) throws IOException {
      return FileChannel.open(path, options);
    }

    @Override
    public void forceDirectory(Path forced) throws IOException {
      directoryForces.incrementAndGet();
      Disk.super.forceDirectory(forced);
    }
  }

  @BeforeEach
  void start() throws Exception {
    broker =
        new DataBroker(
            directory,
            NetworkConfig.defaults(64 << 20),
            List.of(),
            1,
            options -> options.withDisk(disk));
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  private Partition partition(String topic, int index) {
    return broker.partitions().get(new TopicPartition(topic, index));
  }

  @Test
  void aTopicsLogsAreMadeTogether() {
    // Given
    broker.createTopic("one", 1, Map.of());
    disk.directoryForces.set(0);
    // When
    broker.createTopic("many", MANY, Map.of());
    // Then
    assertThat(broker.partitions().all()).hasSize(1 + MANY);
    assertThat(disk.directoryForces).hasValue(1);
  }

  @Test
  void changedSettingsReachTheTopicsPartitionsAndNoOthers() {
    // Given
    broker.createTopic("changed", 2, Map.of());
    broker.createTopic("other", 1, Map.of());
    LogConfig before = partition("other", 0).log().config();
    // When
    broker.configure(ConfigResource.Type.TOPIC, "changed", "retention.ms", "5000");
    // Then
    assertThat(partition("changed", 0).log().config().retentionMs).isEqualTo(5000);
    assertThat(partition("changed", 1).log().config().retentionMs).isEqualTo(5000);
    assertThat(partition("other", 0).log().config()).isSameAs(before);
  }

  @Test
  void changedDefaultsReachAllPartitions() {
    // Given
    broker.createTopic("one", 1, Map.of());
    broker.createTopic("other", 1, Map.of());
    // When
    broker.configure(ConfigResource.Type.BROKER, "", "log.retention.ms", "7000");
    // Then
    assertThat(partition("one", 0).log().config().retentionMs).isEqualTo(7000);
    assertThat(partition("other", 0).log().config().retentionMs).isEqualTo(7000);
  }

  @Test
  void partitionsWithTheSameSettingsShareThem() {
    // When
    broker.createTopic("own", 2, Map.of("retention.ms", "1000"));
    broker.createTopic("none", 2, Map.of());
    // Then
    assertThat(partition("own", 1).log().config()).isSameAs(partition("own", 0).log().config());
    assertThat(partition("none", 1).log().config()).isSameAs(partition("none", 0).log().config());
    assertThat(partition("own", 0).log().config().retentionMs).isEqualTo(1000);
    assertThat(partition("none", 0).log().config().retentionMs).isNotEqualTo(1000);
  }
}
