package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OffsetCheckpointTest {
  private static final TopicPartition ONE = new TopicPartition("events", 0);
  private static final FileTime LONG_AGO = FileTime.fromMillis(1000);

  @TempDir Path directory;
  private Path file;
  private OffsetCheckpoint checkpoint;

  @BeforeEach
  void open() throws IOException {
    file = directory.resolve("offsets");
    checkpoint = reopened();
  }

  @Test
  void isWrittenOnlyWhereItSaysSomethingElse() throws IOException {
    // Given
    checkpoint.write(Map.of(ONE, 1L));
    Files.setLastModifiedTime(file, LONG_AGO);
    // When
    checkpoint.write(Map.of(ONE, 1L));
    // Then
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);
    // When
    checkpoint.write(Map.of(ONE, 2L));
    // Then
    assertThat(Files.getLastModifiedTime(file)).isNotEqualTo(LONG_AGO);
    assertThat(reopened().read()).containsExactly(Map.entry(ONE, 2L));
  }

  @Test
  void whatTheCallerDoesToItsMapAfterwardsDoesNotCount() throws IOException {
    // Given
    Map<TopicPartition, Long> offsets = new HashMap<>(Map.of(ONE, 1L));
    checkpoint.write(offsets);
    // When
    offsets.put(ONE, 2L);
    checkpoint.write(offsets);
    // Then
    assertThat(reopened().read()).containsExactly(Map.entry(ONE, 2L));
  }

  @Test
  void isWrittenAgainAfterAWriteThatFailed() throws IOException {
    // Given
    checkpoint.write(Map.of(ONE, 1L));
    Path obstacle = Files.createDirectory(Path.of(file + ".tmp"));
    assertThatThrownBy(() -> checkpoint.write(Map.of(ONE, 2L)))
        .isInstanceOf(KafkaStorageException.class);
    Files.delete(obstacle);
    Files.setLastModifiedTime(file, LONG_AGO);
    // When: what was there before may have been replaced or not
    checkpoint.write(Map.of(ONE, 1L));
    // Then
    assertThat(Files.getLastModifiedTime(file)).isNotEqualTo(LONG_AGO);
  }

  @Test
  void whatWasReadIsNotWrittenAgain() throws IOException {
    // Given
    checkpoint.write(Map.of(ONE, 1L));
    Files.setLastModifiedTime(file, LONG_AGO);
    OffsetCheckpoint again = reopened();
    again.read();
    // When
    again.write(Map.of(ONE, 1L));
    // Then
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);
  }

  private OffsetCheckpoint reopened() throws IOException {
    return new OffsetCheckpoint(file, new LogDirFailureChannel(10));
  }
}
