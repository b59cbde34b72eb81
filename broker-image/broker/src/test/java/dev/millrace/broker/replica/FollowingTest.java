package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.EpochEndOffset;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowingTest {
  private static final int SELF = OnePartition.SELF;

  private OnePartition opened;
  private Partition partition;

  @BeforeEach
  void open(@TempDir Path directory) {
    opened = new OnePartition(directory, Map.of());
    partition = opened.partition();
  }

  @AfterEach
  void close() throws Exception {
    opened.close();
  }

  @Test
  void theHighWatermarkIsTheLeadersButNotBeyondTheOwnLog() {
    // Given
    opened.become(1, 1);
    // When
    partition.following().append(position(), OnePartition.records(0, 1, 5), 9, 0);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(5);
    // When
    partition.following().append(position(), OnePartition.records(5, 1, 5), 7, 0);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(7);
  }

  @Test
  void whatWasFetchedInAnEpochThatIsOverIsNotAppended() {
    // Given
    opened.become(1, 1);
    FollowPosition old = position();
    // When
    opened.become(2, 2);
    partition.following().append(old, OnePartition.records(0, 1, 5), 5, 0);
    // Then
    assertThat(partition.log().logEndOffset()).isZero();
  }

  @Test
  void anAnswerToAPositionThatIsPastIsNotAppendedTwice() {
    // Given
    opened.become(1, 1);
    FollowPosition start = position();
    partition.following().append(start, OnePartition.records(0, 1, 5), 0, 0);
    // When
    partition.following().append(start, OnePartition.records(0, 1, 5), 0, 0);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(5);
  }

  @Test
  void isTruncatedWhereTheEpochEndsAtTheLeader() {
    // Given
    opened.become(1, 1);
    partition.following().append(position(), OnePartition.records(0, 1, 1), 0, 0);
    partition.following().append(position(), OnePartition.records(1, 1, 1), 0, 0);
    partition.following().append(position(), OnePartition.records(2, 1, 1), 0, 0);
    opened.become(2, 2);
    // When
    partition.following().truncate(position(), new EpochEndOffset(1, 2), 0);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(2);
    assertThat(position().lastEpoch()).hasValue(1);
  }

  @Test
  void isTruncatedWhereItsOwnPartOfTheEpochEndsIfThatIsEarlier() {
    // Given: two epochs here, of which the leader knows the first one only, and more of it
    opened.become(1, 3);
    partition.following().append(position(), OnePartition.records(0, 1, 2), 0, 0);
    partition.following().append(position(), OnePartition.records(2, 3, 2), 0, 0);
    opened.become(2, 4);
    // When
    partition.following().truncate(position(), new EpochEndOffset(1, 9), 0);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(2);
    assertThat(position().lastEpoch()).hasValue(1);
  }

  @Test
  void takesTheHighWatermarkThatComesWithATruncation() {
    // Given
    opened.become(1, 1);
    partition.following().append(position(), OnePartition.records(0, 1, 1), 0, 0);
    partition.following().append(position(), OnePartition.records(1, 1, 1), 0, 0);
    opened.become(2, 2);
    // When
    partition.following().truncate(position(), new EpochEndOffset(1, 1), 1);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(1);
  }

  @Test
  void takesABatchInTheMiddleOfWhichTheLeadersLogStarts() {
    // Given
    opened.become(1, 1);
    partition.following().restartAt(position(), 3);
    // When
    partition.following().append(position(), OnePartition.records(1, 1, 5), 6, 3);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(6);
    assertThat(partition.log().logStartOffset()).isEqualTo(3);
    assertThat(partition.highWatermark()).isEqualTo(6);
  }

  @Test
  void givesUpWhatIsBelowTheStartOfTheLeadersLogForABatchAcrossIt() {
    // Given
    opened.become(1, 1);
    partition.following().append(position(), OnePartition.records(0, 1, 3), 0, 0);
    opened.become(2, 4);
    // When
    partition.following().append(position(), OnePartition.records(2, 4, 3), 5, 3);
    // Then
    assertThat(partition.log().logStartOffset()).isEqualTo(3);
    assertThat(partition.log().logEndOffset()).isEqualTo(5);
  }

  @Test
  void anEpochInWhichItLedWithoutARecordIsForgotten() {
    // Given
    opened.become(1, 1);
    partition.following().append(position(), OnePartition.records(0, 1, 2), 0, 0);
    opened.become(SELF, 2);
    opened.become(1, 3);
    assertThat(position().lastEpoch()).hasValue(2);
    // When
    partition.following().truncate(position(), new EpochEndOffset(1, 2), 0);
    // Then
    assertThat(position().lastEpoch()).hasValue(1);
    assertThat(partition.log().logEndOffset()).isEqualTo(2);
  }

  @Test
  void followsTheStartOfTheLeadersLog() {
    // Given
    opened.become(1, 1);
    // When
    partition.following().append(position(), OnePartition.records(0, 1, 5), 4, 9);
    // Then: no further than what it knows to be committed
    assertThat(partition.log().logStartOffset()).isEqualTo(4);
  }

  @Test
  void startsAgainWhereALeaderStartsThatHasMovedOn() {
    // Given
    opened.become(1, 1);
    partition.following().append(position(), OnePartition.records(0, 1, 5), 5, 0);
    // When
    partition.following().restartAt(position(), 100);
    // Then
    assertThat(partition.log().logStartOffset()).isEqualTo(100);
    assertThat(partition.log().logEndOffset()).isEqualTo(100);
    assertThat(partition.highWatermark()).isEqualTo(100);
  }

  private FollowPosition position() {
    return partition.followPosition().orElseThrow();
  }
}
