package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrashRecoveryTest {
  private static final String[] SETTINGS = {
    "segment.bytes", "1048576", "index.interval.bytes", "1024"
  };

  @TempDir Path directory;
  private Path before;
  private Path crashed;

  @BeforeEach
  void makeDirectories() throws Exception {
    before = Files.createDirectories(directory.resolve("before"));
    crashed = Files.createDirectories(directory.resolve("crashed"));
  }

  private static Path lastSegment(Path logDirectory) throws Exception {
    try (Stream<Path> files = Files.list(logDirectory.resolve("events-0"))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted()
          .reduce((a, b) -> b)
          .orElseThrow();
    }
  }

  @Test
  void cutsTheLogWithinATornBatch() throws Exception {
    // Given
    List<String> all;
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      for (int i = 0; i < 1000; i++) {
        fixture.append("v" + i, "x".repeat(500));
      }
      all = fixture.contents();
      CrashCopy.of(before, crashed);
    }
    try (RandomAccessFile file = new RandomAccessFile(lastSegment(crashed).toFile(), "rw")) {
      file.setLength(file.length() - 300);
    }

    // When
    try (LogFixture recovered = new LogFixture(crashed, SETTINGS)) {

      // Then
      assertThat(recovered.contents()).isEqualTo(all.subList(0, all.size() - 2));
      assertThat(recovered.append("next").firstOffset()).isEqualTo(all.size() - 2);
      recovered.log().flush();
      assertThat(KafkaDump.faults(KafkaDump.of(recovered.partitionDirectory()))).isEmpty();
    }
  }

  @Test
  void cutsTheLogWhereALostWriteLeftZeros() throws Exception {
    // Given
    List<String> all;
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      for (int i = 0; i < 5; i++) {
        fixture.append("v" + i);
      }
      all = fixture.contents();
      CrashCopy.of(before, crashed);
    }
    try (RandomAccessFile file = new RandomAccessFile(lastSegment(crashed).toFile(), "rw")) {
      file.seek(file.length());
      file.write(new byte[4096]);
    }

    // When
    try (LogFixture recovered = new LogFixture(crashed, SETTINGS)) {

      // Then
      assertThat(recovered.contents()).isEqualTo(all);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void keepsAValidPrefixWhateverByteIsDamaged(int seed) throws Exception {
    // Given
    Random random = new Random(seed);
    List<String> all;
    long flushed;
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      for (int i = 0; i < 400; i++) {
        fixture.append(TestBatches.random(random, fixture.time.milliseconds(), 1500));
        if (i == 150) {
          fixture.log().flush();
          fixture.manager().checkpointOffsets();
        }
      }
      flushed = fixture.log().recoveryPoint();
      all = fixture.contents();
      CrashCopy.of(before, crashed);
    }
    Path victim = lastSegment(crashed);
    try (RandomAccessFile file = new RandomAccessFile(victim.toFile(), "rw")) {
      long from =
          victim.getFileName().toString().startsWith("00000000000000000000")
              ? file.length() / 2
              : 0;
      long at = from + random.nextLong(file.length() - from);
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ (1 << random.nextInt(8)));
    }

    // When
    try (LogFixture recovered = new LogFixture(crashed, SETTINGS)) {

      // Then
      List<String> kept = recovered.contents();
      assertThat(kept)
          .hasSizeGreaterThanOrEqualTo((int) flushed)
          .isEqualTo(all.subList(0, kept.size()));
    }
  }

  @Test
  void readsOnlyWhatTheCheckpointDoesNotVouchFor() throws Exception {
    // Given
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      for (int i = 0; i < 800; i++) {
        fixture.append("x".repeat(400));
      }
      fixture.log().flush();
      fixture.manager().checkpointOffsets();
      for (int i = 0; i < 50; i++) {
        fixture.append("x".repeat(400));
      }
      CrashCopy.of(before, crashed);
    }

    // When
    try (LogFixture recovered = new LogFixture(crashed, SETTINGS)) {

      // Then
      RecoveryProgress progress = recovered.manager().recoveryProgress();
      assertThat(recovered.log().logEndOffset()).isEqualTo(850);
      assertThat(progress.bytesTotal()).isBetween(50L * 800, 55L * 1000);
      assertThat(progress.bytesDone()).isEqualTo(progress.bytesTotal());
      assertThat(progress.percent()).isEqualTo(100);
    }
  }

  @Test
  void remembersProducersAfterACrash() throws Exception {
    // Given
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      for (int i = 0; i < 300; i++) {
        fixture.append(
            TestBatches.idempotent(i % 3, 0, i / 3, fixture.time.milliseconds(), "x".repeat(2000)));
      }
      CrashCopy.of(before, crashed);
    }

    // When
    try (LogFixture recovered = new LogFixture(crashed, SETTINGS)) {

      // Then
      AppendInfo again =
          recovered.append(
              TestBatches.idempotent(2, 0, 99, recovered.time.milliseconds(), "x".repeat(2000)));
      assertThat(again.duplicate()).isTrue();
      assertThat(again.firstOffset()).isEqualTo(299);
    }
  }

  @Test
  void remakesIndexesThatAreMissing() throws Exception {
    // Given
    List<String> all;
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      for (int i = 0; i < 1000; i++) {
        fixture.append("v" + i, "x".repeat(500));
      }
      all = fixture.contents();
    }
    try (Stream<Path> files = Files.list(before.resolve("events-0"))) {
      for (Path index : files.filter(file -> file.toString().endsWith("index")).toList()) {
        Files.delete(index);
      }
    }

    // When
    try (LogFixture opened = new LogFixture(before, SETTINGS)) {

      // Then
      assertThat(opened.contents()).isEqualTo(all);
      assertThat(opened.log().offsetForTimestamp(0)).isPresent();
      assertThat(KafkaDump.faults(KafkaDump.of(opened.partitionDirectory()))).isEmpty();
    }
  }

  @Test
  void dropsWhatFollowsALostTail() throws Exception {
    // Given: a power cut lost the end of a segment that was sealed but not yet forced
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      for (int i = 0; i < 100; i++) {
        fixture.append("v" + i + "x".repeat(10_000));
      }
      CrashCopy.of(before, crashed);
    }
    Path first = crashed.resolve("events-0/00000000000000000000.log");
    int batch = (int) (Files.size(first) / 52);
    try (RandomAccessFile file = new RandomAccessFile(first.toFile(), "rw")) {
      file.setLength(file.length() - batch - 10);
    }

    // When
    try (LogFixture recovered = new LogFixture(crashed, SETTINGS)) {

      // Then
      assertThat(recovered.log().segmentCount()).isOne();
      assertThat(recovered.contents())
          .hasSize((int) recovered.log().logEndOffset())
          .hasSizeLessThan(52);
    }
  }

  @Test
  void letsNoSecondManagerIn() {
    // Given
    try (LogFixture fixture = new LogFixture(before, SETTINGS)) {
      LogManagerOptions options =
          LogManagerOptions.of(
              before, topic -> fixture.topicConfig(), fixture.time, fixture.scheduler);

      // When / Then
      assertThatThrownBy(() -> LogManager.open(options))
          .isInstanceOf(KafkaStorageException.class)
          .hasMessageContaining("in use by another broker");
    }
  }
}
