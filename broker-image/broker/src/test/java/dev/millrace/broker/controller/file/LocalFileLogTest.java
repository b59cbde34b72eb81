package dev.millrace.broker.controller.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.MetadataLog.Entry;
import dev.millrace.broker.controller.MetadataLog.Snapshot;
import dev.millrace.broker.controller.MetadataLog.SnapshotNeed;
import dev.millrace.broker.controller.MetadataLog.Start;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFileLogTest {
  private static final Endpoint SELF = new Endpoint(0, "localhost", 9091);

  @TempDir Path dir;

  @Test
  void whatWasAppendedIsReadAfterReopening() throws Exception {
    // Given
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();
      log.append(entry(0));
      log.append(entry(1));
    }

    // When
    try (LocalFileLog log = open()) {
      Start start = log.seekToSnapshot();
      List<Entry> entries = log.readNext();

      // Then
      assertThat(start.snapshot()).isEmpty();
      assertThat(entries).extracting(Entry::baseOffset).containsExactly(0L, 1L);
      assertThat(entries.get(1).batches()).isEqualTo(entry(1).batches());
      assertThat(log.readNext()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 12, 60, 61, 70})
  void aTornTailIsCutOffAndItsPlaceUsedAgain(int torn) throws Exception {
    // Given
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();
      log.append(entry(0));
    }
    byte[] whole = entry(1).batches();
    Files.write(file(), Arrays.copyOf(whole, torn), StandardOpenOption.APPEND);

    // When
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();
      assertThat(log.readNext()).hasSize(1);
      log.append(entry(1));
    }

    // Then
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();
      assertThat(log.readNext()).extracting(Entry::nextOffset).containsExactly(1L, 2L);
    }
  }

  @Test
  void garbageBehindTheLastAppendIsCutOff() throws Exception {
    // Given
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();
      log.append(entry(0));
    }
    byte[] damaged = entry(1).batches();
    damaged[damaged.length - 1] ^= 1;
    Files.write(file(), damaged, StandardOpenOption.APPEND);
    byte[] garbage = new byte[300];
    new Random(7).nextBytes(garbage);
    Files.write(file(), garbage, StandardOpenOption.APPEND);

    // When
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();

      // Then
      assertThat(log.readNext()).hasSize(1);
      assertThat(Files.size(file())).isEqualTo(entry(0).batches().length);
    }
  }

  @Test
  void aSnapshotReplacesWhatItCovers() throws Exception {
    // Given
    try (LocalFileLog log = LocalFileLog.open(dir, "cluster", SELF, 100)) {
      log.seekToSnapshot();
      for (int i = 0; i < 5; i++) {
        log.append(entry(i));
      }
      assertThat(log.snapshotNeed()).isEqualTo(SnapshotNeed.SOON);

      // When
      log.writeSnapshot(snapshot(3));
      log.append(entry(5));
    }

    // Then
    try (LocalFileLog log = open()) {
      Start start = log.seekToSnapshot();
      assertThat(start.snapshot().orElseThrow().id()).isEqualTo(new OffsetAndEpoch(3, 1));
      assertThat(log.readNext()).extracting(Entry::baseOffset).containsExactly(3L, 4L, 5L);
    }
  }

  @Test
  void aSnapshotThatWasLeftHalfWrittenIsIgnored() throws Exception {
    // Given
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();
      log.append(entry(0));
      log.append(entry(1));
      log.writeSnapshot(snapshot(1));
    }
    Files.write(
        dir.resolve("00000000000000000002-0000000001.checkpoint.part"), new byte[] {1, 2, 3});

    // When
    try (LocalFileLog log = open()) {
      Start start = log.seekToSnapshot();

      // Then
      assertThat(start.snapshot().orElseThrow().id().offset()).isEqualTo(1);
      assertThat(log.readNext()).extracting(Entry::baseOffset).containsExactly(1L);
    }
  }

  @Test
  void anOlderSnapshotChangesNothing() throws Exception {
    // Given
    try (LocalFileLog log = open()) {
      log.seekToSnapshot();
      for (int i = 0; i < 3; i++) {
        log.append(entry(i));
      }
      log.writeSnapshot(snapshot(3));

      // When
      log.writeSnapshot(snapshot(2));

      // Then
      assertThat(log.seekToSnapshot().snapshot().orElseThrow().id().offset()).isEqualTo(3);
    }
  }

  @Test
  void aLogThatLacksWhatFollowsItsSnapshotIsRefused() throws Exception {
    // Given
    Files.write(file(), entry(7).batches());

    // When
    try (LocalFileLog log = open()) {

      // Then
      assertThatThrownBy(log::seekToSnapshot)
          .hasRootCauseMessage(file() + " begins at offset 7, but its snapshot ends at 0");
    }
  }

  @Test
  void aSecondOpenerIsRefused() throws Exception {
    // Given
    try (LocalFileLog first = open()) {

      // When, Then
      assertThat(first.clusterId()).isEqualTo("cluster");
      assertThatThrownBy(this::open)
          .isInstanceOfAny(IOException.class, IllegalStateException.class);
    }
  }

  private LocalFileLog open() throws IOException {
    return LocalFileLog.open(dir, "cluster", SELF);
  }

  private Path file() {
    return dir.resolve(LocalFileLog.LOG_FILE);
  }

  private static Entry entry(long offset) {
    MemoryRecords records =
        MemoryRecords.withRecords(
            offset,
            Compression.NONE,
            1,
            new SimpleRecord(1_000 + offset, "k".getBytes(), ("value of " + offset).getBytes()));
    ByteBuffer buffer = records.buffer().duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return new Entry(offset, offset + 1, SELF, bytes);
  }

  private static Snapshot snapshot(long offset) {
    return new Snapshot(new OffsetAndEpoch(offset, 1), new byte[] {1, 2, 3});
  }
}
