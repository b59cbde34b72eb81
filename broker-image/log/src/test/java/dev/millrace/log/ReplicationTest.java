package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.OffsetsOutOfOrderException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationTest {
  private static final String[] SETTINGS = {
    "segment.bytes", "1048576", "index.interval.bytes", "500"
  };

  @TempDir Path directory;
  private LogFixture leader;
  private LogFixture follower;

  @BeforeEach
  void open() {
    leader = new LogFixture(directory.resolve("leader"), SETTINGS);
    follower = new LogFixture(directory.resolve("follower"), SETTINGS);
  }

  @AfterEach
  void close() {
    leader.close();
    follower.close();
  }

  private void appendToLeader(int count, int epoch) {
    for (int i = 0; i < count; i++) {
      ByteBuffer batch =
          TestBatches.of(leader.time.milliseconds(), "e" + epoch + "n" + i, "x".repeat(3000));
      leader.log().appendAsLeader(batch, epoch, AppendOrigin.CLIENT);
    }
  }

  private void replicate(int maxBytes, int epoch) {
    while (follower.log().logEndOffset() < leader.log().logEndOffset()) {
      ReadResult read =
          leader.log().read(follower.log().logEndOffset(), maxBytes, Long.MAX_VALUE, true);
      follower.log().appendAsFollower(LogFixture.bytes(read.slice()), epoch);
      read.release();
    }
  }

  @Test
  void aFollowerHasTheSameBytesAndEpochs() throws Exception {
    // Given
    appendToLeader(200, 1);
    appendToLeader(200, 4);

    // When
    replicate(100_000, 4);

    // Then
    assertThat(follower.contents()).isEqualTo(leader.contents());
    assertThat(follower.log().sizeBytes()).isEqualTo(leader.log().sizeBytes());
    assertThat(follower.log().endOffsetForEpoch(1))
        .isEqualTo(leader.log().endOffsetForEpoch(1))
        .contains(new EpochEndOffset(1, 400));
    follower.log().flush();
    assertThat(KafkaDump.faults(KafkaDump.of(follower.partitionDirectory()))).isEmpty();
  }

  @Test
  void takesNoBatchOfAHigherEpochThanItFetchesIn() {
    // Given
    appendToLeader(1, 1);
    appendToLeader(1, 2);
    ReadResult both = leader.log().read(0, 1_000_000, Long.MAX_VALUE, true);

    // When
    AppendInfo info = follower.log().appendAsFollower(LogFixture.bytes(both.slice()), 1);

    // Then
    assertThat(info.lastOffset()).isOne();
    both.release();
  }

  @Test
  void refusesWhatItHasAlready() {
    // Given
    appendToLeader(2, 1);
    ReadResult read = leader.log().read(0, 1_000_000, Long.MAX_VALUE, true);
    ByteBuffer bytes = LogFixture.bytes(read.slice());
    read.release();
    follower.log().appendAsFollower(bytes, 1);

    // When / Then
    assertThatThrownBy(() -> follower.log().appendAsFollower(bytes, 1))
        .isInstanceOf(OffsetsOutOfOrderException.class);
  }

  @Test
  void truncationForgetsRecordsEpochsAndProducers() throws Exception {
    // Given
    appendToLeader(300, 1);
    leader.log().updateHighWatermark(600);
    for (int i = 0; i < 300; i++) {
      ByteBuffer batch =
          TestBatches.idempotent(9, 0, i, leader.time.milliseconds(), "p".repeat(3000));
      leader.log().appendAsLeader(batch, 2, AppendOrigin.CLIENT);
    }

    // When
    leader.log().truncateTo(650);

    // Then
    assertThat(leader.log().logEndOffset()).isEqualTo(650);
    assertThat(leader.log().highWatermark()).isEqualTo(600);
    assertThat(leader.log().activeProducers())
        .extracting(ActiveProducer::lastSequence)
        .containsExactly(49);
    leader.log().truncateTo(10);
    assertThat(leader.log().latestEpoch()).hasValue(1);
    assertThat(leader.log().activeProducers()).isEmpty();
    assertThat(leader.log().highWatermark()).isEqualTo(10);
    appendToLeader(5, 3);
    assertThat(leader.contents()).hasSize(20);
    leader.log().flush();
    assertThat(KafkaDump.faults(KafkaDump.of(leader.partitionDirectory()))).isEmpty();
  }

  @Test
  void truncationWithinABatchTakesTheWholeBatch() {
    // Given
    appendToLeader(3, 1);

    // When
    leader.log().truncateTo(3);

    // Then
    assertThat(leader.log().logEndOffset()).isEqualTo(2);
  }

  @Test
  void startsAnewAtAnOffset() {
    // Given
    appendToLeader(100, 1);

    // When
    leader.log().truncateFullyAndStartAt(5000);
    appendToLeader(1, 2);

    // Then
    assertThat(leader.log().logStartOffset()).isEqualTo(5000);
    assertThat(leader.contents()).hasSize(2).first().asString().startsWith("5000:");
    assertThat(leader.reopen().logStartOffset()).isEqualTo(5000);
  }

  @Test
  void startingAnEpochMarksItsStartBeforeAnyRecord() {
    // Given
    appendToLeader(2, 1);

    // When
    leader.log().startEpoch(7);

    // Then
    assertThat(leader.log().latestEpoch()).hasValue(7);
    assertThat(leader.log().endOffsetForEpoch(1)).contains(new EpochEndOffset(1, 4));
    assertThat(leader.log().endOffsetForEpoch(7)).contains(new EpochEndOffset(7, 4));
    assertThat(leader.log().endOffsetForEpoch(0)).isPresent();
  }
}
