package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {
  private static final String BIG = "x".repeat(50_000);

  @TempDir Path directory;
  private @Nullable LogFixture opened;

  private LogFixture fixture() {
    return java.util.Objects.requireNonNull(opened);
  }

  private Log open(String... settings) {
    String[] all =
        Stream.concat(Stream.of("segment.bytes", "1048576"), Stream.of(settings))
            .toArray(String[]::new);
    opened = new LogFixture(directory, all);
    return fixture().log();
  }

  @AfterEach
  void close() {
    fixture().close();
  }

  /** Five segments of ten records (each a key and a value of 50 kB), a minute between records. */
  private void fill() {
    for (int i = 0; i < 50; i++) {
      fixture().append(BIG);
      fixture().time.advance(60_000);
    }
  }

  private List<String> files() throws Exception {
    try (Stream<Path> list = Files.list(fixture().partitionDirectory())) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void deletesSegmentsWhoseNewestRecordIsTooOld() throws Exception {
    // Given
    Log log = open("retention.ms", "1500000", "file.delete.delay.ms", "1000");
    fill();
    log.updateHighWatermark(50);

    // When
    int deleted = log.deleteOldSegments();

    // Then: those with nothing of the last 25 minutes
    assertThat(deleted).isEqualTo(2);
    assertThat(log.logStartOffset()).isEqualTo(20);
    assertThat(files()).anyMatch(name -> name.equals("00000000000000000000.log.deleted"));
    fixture().time.advance(1000);
    fixture().scheduler.runDue();
    assertThat(files())
        .noneMatch(name -> name.endsWith(".deleted"))
        .noneMatch(name -> name.startsWith("00000000000000000000"));
    assertThat(fixture().contents()).hasSize(30);
  }

  @Test
  void deletesTheOldestSegmentsOfALogThatIsTooLarge() {
    // Given
    Log log = open("retention.bytes", "2500000", "retention.ms", "-1");
    fill();
    log.updateHighWatermark(50);

    // When / Then
    assertThat(log.deleteOldSegments()).isEqualTo(2);
    assertThat(log.sizeBytes()).isGreaterThanOrEqualTo(2_500_000);
  }

  @Test
  void deletesNothingAboveTheHighWatermark() {
    // Given
    Log log = open("retention.ms", "1");
    fill();

    // When / Then
    log.updateHighWatermark(9);
    assertThat(log.deleteOldSegments()).isZero();
    log.updateHighWatermark(10);
    assertThat(log.deleteOldSegments()).isOne();
  }

  @Test
  void beginsANewSegmentWhenEvenTheLastOneIsTooOld() {
    // Given
    Log log = open("retention.ms", "1");
    fill();
    log.updateHighWatermark(50);

    // When
    int deleted = log.deleteOldSegments();

    // Then
    assertThat(deleted).isEqualTo(5);
    assertThat(log.logStartOffset()).isEqualTo(50);
    assertThat(log.sizeBytes()).isZero();
    assertThat(fixture().append("next").firstOffset()).isEqualTo(50);
  }

  @Test
  void keepsWhatIsTooOldInATopicThatIsOnlyCompacted() {
    // Given
    Log log = open("retention.ms", "1", "retention.bytes", "1", "cleanup.policy", "compact");
    fill();
    log.updateHighWatermark(50);

    // When / Then
    assertThat(log.deleteOldSegments()).isZero();
  }

  @Test
  void keepsADeletedSegmentReadableToWhoHoldsASlice() throws Exception {
    // Given
    Log log = open("retention.ms", "1", "file.delete.delay.ms", "0");
    fill();
    log.updateHighWatermark(50);
    ReadResult held = log.read(0, 10_000_000, 50, true);
    ByteBuffer before = LogFixture.bytes(held.slice());

    // When
    log.deleteOldSegments();
    fixture().scheduler.runDue();

    // Then
    assertThat(LogFixture.bytes(held.slice())).isEqualTo(before);
    assertThat(held.slice().channel().isOpen()).isTrue();
    held.release();
    assertThat(held.slice().channel().isOpen()).isFalse();
    assertThatThrownBy(held::release).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.read(0, 1, 50, true))
        .isInstanceOf(OffsetOutOfRangeException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deleteRecordsMovesTheStartAndKeepsItAcrossARestart(boolean clean) throws Exception {
    // Given
    Log log = open("file.delete.delay.ms", "0", "retention.ms", "-1");
    fill();
    log.updateHighWatermark(50);

    // When
    assertThat(log.deleteRecords(25)).isEqualTo(25);
    assertThat(log.deleteRecords(13)).isEqualTo(25);

    // Then
    assertThatThrownBy(() -> log.read(24, 1, 50, true))
        .isInstanceOf(OffsetOutOfRangeException.class);
    assertThat(log.earliest().offset()).isEqualTo(25);
    assertThat(log.deleteOldSegments()).isEqualTo(2);
    fixture().manager().checkpointOffsets();
    Path reopened = directory;
    if (!clean) {
      reopened =
          Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-crashed"));
      CrashCopy.of(directory, reopened);
    }
    fixture().close();
    opened = new LogFixture(reopened, "segment.bytes", "1048576");
    assertThat(fixture().log().logStartOffset()).isEqualTo(25);
    assertThat(fixture().contents()).hasSize(25);
  }

  @Test
  void refusesToDeleteRecordsAboveTheHighWatermark() {
    // Given
    Log log = open();
    fill();
    log.updateHighWatermark(20);

    // When / Then
    assertThatThrownBy(() -> log.deleteRecords(21)).isInstanceOf(OffsetOutOfRangeException.class);
  }
}
