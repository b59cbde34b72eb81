package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
  @TempDir Path directory;
  private LogFixture fixture;

  @BeforeEach
  void open() {
    fixture = new LogFixture(directory, "segment.bytes", "1048576", "index.interval.bytes", "100");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void givesOffsetsInOrderAndReadsThemBack() {
    // When
    AppendInfo first = fixture.append("a", "b");
    AppendInfo second = fixture.append("c");

    // Then
    assertThat(first.firstOffset()).isZero();
    assertThat(first.lastOffset()).isOne();
    assertThat(second.firstOffset()).isEqualTo(2);
    assertThat(fixture.contents()).containsExactly("0:a", "1:b", "2:c");
    assertThat(fixture.log().logEndOffset()).isEqualTo(3);
  }

  @Test
  void patchesOffsetAndEpochInTheCallersBuffer() {
    // Given
    fixture.append("a");
    ByteBuffer batch = TestBatches.of(fixture.time.milliseconds(), "b");

    // When
    fixture.log().appendAsLeader(batch, 5, AppendOrigin.CLIENT);

    // Then
    assertThat(batch.getLong(0)).isOne();
    assertThat(batch.getInt(12)).isEqualTo(5);
    assertThat(batch.position()).isZero();
    assertThat(fixture.log().latestEpoch()).hasValue(5);
  }

  @Test
  void readsFromTheBatchThatHoldsTheOffset() {
    // Given
    for (int i = 0; i < 100; i++) {
      fixture.append("a" + i, "b" + i, "c" + i);
    }

    // When
    ReadResult result = fixture.log().read(151, 200, Long.MAX_VALUE, true);

    // Then
    ByteBuffer bytes = LogFixture.bytes(result.slice());
    assertThat(BatchHeader.baseOffset(bytes, 0)).isEqualTo(150);
    assertThat(bytes.limit()).isEqualTo(200);
    result.release();
  }

  @Test
  void stopsBelowTheUpperBound() {
    // Given
    fixture.append("a");
    fixture.append("b");
    fixture.append("c");

    // When / Then
    assertThat(LogFixture.contents(fixture.log(), 0, 2)).containsExactly("0:a", "1:b");
    ReadResult none = fixture.log().read(2, 1000, 2, true);
    assertThat(none.slice().length()).isZero();
    none.release();
  }

  @Test
  void givesTheFirstBatchWholeOnlyIfAskedTo() {
    // Given
    fixture.append("a long enough value");

    // When
    ReadResult whole = fixture.log().read(0, 1, Long.MAX_VALUE, true);
    ReadResult cut = fixture.log().read(0, 1, Long.MAX_VALUE, false);

    // Then
    assertThat(whole.slice().length()).isEqualTo((int) fixture.log().sizeBytes());
    assertThat(whole.firstBatchIncomplete()).isFalse();
    assertThat(cut.slice().length()).isOne();
    assertThat(cut.firstBatchIncomplete()).isTrue();
    whole.release();
    cut.release();
  }

  @Test
  void refusesOffsetsOutsideTheLog() {
    // Given
    fixture.append("a");

    // When / Then
    assertThatThrownBy(() -> fixture.log().read(2, 1, 9, true))
        .isInstanceOf(OffsetOutOfRangeException.class);
    assertThatThrownBy(() -> fixture.log().read(-1, 1, 9, true))
        .isInstanceOf(OffsetOutOfRangeException.class);
  }

  @Test
  void readsAcrossSegmentsInOrder() {
    // Given
    String big = "x".repeat(10_000);
    for (int i = 0; i < 250; i++) {
      fixture.append(i + big);
    }

    // When / Then
    assertThat(fixture.log().segmentCount()).isEqualTo(5);
    assertThat(fixture.contents()).hasSize(250).element(249).asString().startsWith("249:249x");
  }

  @Test
  void keepsEverythingAcrossACleanRestart() {
    // Given
    for (int i = 0; i < 300; i++) {
      fixture.append("v" + i + "x".repeat(5_000));
    }
    var before = fixture.contents();

    // When
    Log log = fixture.reopen();

    // Then
    assertThat(LogFixture.contents(log)).isEqualTo(before);
    assertThat(log.topicId()).contains(LogFixture.TOPIC_ID);
    assertThat(fixture.manager().recoveryProgress().bytesTotal()).isZero();
    assertThat(fixture.append("next").firstOffset()).isEqualTo(300);
  }
}
