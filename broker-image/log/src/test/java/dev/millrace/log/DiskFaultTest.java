package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskFaultTest {
  private static final String[] SETTINGS = {
    "segment.bytes", "1048576", "index.interval.bytes", "1024"
  };

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30, 61, 2000, 5000, 60_000})
  void aFullDiskLeavesAValidLogThatIsOffline(int room) throws Exception {
    // Given
    FaultyDisk disk = new FaultyDisk();
    List<String> kept;
    try (LogFixture fixture = new LogFixture(directory, SETTINGS)) {
      Log log = fixture.reopen(disk);
      for (int i = 0; i < 20; i++) {
        fixture.append("v" + i);
      }

      // When
      disk.leaveRoomFor(room);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  fixture.append("w" + i);
                }
              })
          .isInstanceOf(KafkaStorageException.class);
      disk.leaveRoomFor(Long.MAX_VALUE);

      // Then
      assertThat(log.failure()).isPresent();
      assertThat(fixture.manager().failure()).isPresent();
      assertThatThrownBy(() -> fixture.append("later")).isInstanceOf(KafkaStorageException.class);
      kept = fixture.contents();
      assertThat(kept).hasSizeGreaterThanOrEqualTo(20);
    }

    // And a restart finds all of it
    try (LogFixture again = new LogFixture(directory, SETTINGS)) {
      assertThat(again.contents()).isEqualTo(kept);
      assertThat(KafkaDump.faults(KafkaDump.of(again.partitionDirectory()))).isEmpty();
      assertThat(again.append("next").firstOffset()).isEqualTo(kept.size());
    }
  }

  @Test
  void aLogThatIsOfflineDoesNotKeepTheOthersFromWorking() {
    // Given
    FaultyDisk disk = new FaultyDisk();
    try (LogFixture fixture = new LogFixture(directory, SETTINGS)) {
      fixture.reopen(disk);
      Log other =
          fixture
              .manager()
              .getOrCreate(
                  new org.apache.kafka.common.TopicPartition("other", 0),
                  new org.apache.kafka.common.Uuid(8, 8),
                  fixture.topicConfig());
      disk.leaveRoomFor(0);
      assertThatThrownBy(() -> fixture.append("a")).isInstanceOf(KafkaStorageException.class);
      disk.leaveRoomFor(Long.MAX_VALUE);

      // When
      fixture.manager().applyRetention();
      fixture.manager().checkpointOffsets();
      AppendInfo info =
          other.appendAsLeader(
              TestBatches.of(fixture.time.milliseconds(), "b"),
              0,
              org.apache.kafka.storage.internals.log.AppendOrigin.CLIENT);

      // Then
      assertThat(info.lastOffset()).isZero();
    }
  }
}
