package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.EpochEndOffset;
import dev.millrace.log.LogManager;
import dev.millrace.log.LogManagerOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowingTest {
  private static final int SELF = 0;
  private static final TopicIdPartition ID =
      new TopicIdPartition(Uuid.randomUuid(), new TopicPartition("orders", 0));

  private final KafkaScheduler scheduler = new KafkaScheduler(1);
  private LogManager logs;
  private Partition partition;

  @BeforeEach
  void open(@TempDir Path directory) {
    scheduler.startup();
    LogConfig config = new LogConfig(Map.of());
    logs =
        LogManager.open(LogManagerOptions.of(directory, topic -> config, Time.SYSTEM, scheduler));
    logs.load();
    ReplicaEnvironment environment =
        new ReplicaEnvironment(
            SELF,
            Time.SYSTEM,
            (id, change) -> new CompletableFuture<>(),
            (replica, epoch) -> true,
            10_000);
    partition =
        new Partition(
            environment, ID, logs.getOrCreate(ID.topicPartition(), ID.topicId(), config), 0);
  }

  @AfterEach
  void close() throws Exception {
    logs.close();
    scheduler.shutdown();
  }

  @Test
  void theHighWatermarkIsTheLeadersButNotBeyondTheOwnLog() {
    // Given
    become(1, 1);
    // When
    partition.appendAsFollower(position(), records(0, 1, 5), 9, 0);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(5);
    // When
    partition.appendAsFollower(position(), records(5, 1, 5), 7, 0);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(7);
  }

  @Test
  void whatWasFetchedInAnEpochThatIsOverIsNotAppended() {
    // Given
    become(1, 1);
    FollowPosition old = position();
    // When
    become(2, 2);
    partition.appendAsFollower(old, records(0, 1, 5), 5, 0);
    // Then
    assertThat(partition.log().logEndOffset()).isZero();
  }

  @Test
  void anAnswerToAPositionThatIsPastIsNotAppendedTwice() {
    // Given
    become(1, 1);
    FollowPosition start = position();
    partition.appendAsFollower(start, records(0, 1, 5), 0, 0);
    // When
    partition.appendAsFollower(start, records(0, 1, 5), 0, 0);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(5);
  }

  @Test
  void isTruncatedWhereTheEpochEndsAtTheLeader() {
    // Given
    become(1, 1);
    partition.appendAsFollower(position(), records(0, 1, 1), 0, 0);
    partition.appendAsFollower(position(), records(1, 1, 1), 0, 0);
    partition.appendAsFollower(position(), records(2, 1, 1), 0, 0);
    become(2, 2);
    // When
    partition.truncate(position(), new EpochEndOffset(1, 2), 0);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(2);
    assertThat(position().lastEpoch()).hasValue(1);
  }

  @Test
  void isTruncatedWhereItsOwnPartOfTheEpochEndsIfThatIsEarlier() {
    // Given: two epochs here, of which the leader knows the first one only, and more of it
    become(1, 3);
    partition.appendAsFollower(position(), records(0, 1, 2), 0, 0);
    partition.appendAsFollower(position(), records(2, 3, 2), 0, 0);
    become(2, 4);
    // When
    partition.truncate(position(), new EpochEndOffset(1, 9), 0);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(2);
    assertThat(position().lastEpoch()).hasValue(1);
  }

  @Test
  void takesTheHighWatermarkThatComesWithATruncation() {
    // Given
    become(1, 1);
    partition.appendAsFollower(position(), records(0, 1, 1), 0, 0);
    partition.appendAsFollower(position(), records(1, 1, 1), 0, 0);
    become(2, 2);
    // When
    partition.truncate(position(), new EpochEndOffset(1, 1), 1);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(1);
  }

  @Test
  void takesABatchInTheMiddleOfWhichTheLeadersLogStarts() {
    // Given
    become(1, 1);
    partition.restartAt(position(), 3);
    // When
    partition.appendAsFollower(position(), records(1, 1, 5), 6, 3);
    // Then
    assertThat(partition.log().logEndOffset()).isEqualTo(6);
    assertThat(partition.log().logStartOffset()).isEqualTo(3);
    assertThat(partition.highWatermark()).isEqualTo(6);
  }

  @Test
  void givesUpWhatIsBelowTheStartOfTheLeadersLogForABatchAcrossIt() {
    // Given
    become(1, 1);
    partition.appendAsFollower(position(), records(0, 1, 3), 0, 0);
    become(2, 4);
    // When
    partition.appendAsFollower(position(), records(2, 4, 3), 5, 3);
    // Then
    assertThat(partition.log().logStartOffset()).isEqualTo(3);
    assertThat(partition.log().logEndOffset()).isEqualTo(5);
  }

  @Test
  void anEpochInWhichItLedWithoutARecordIsForgotten() {
    // Given
    become(1, 1);
    partition.appendAsFollower(position(), records(0, 1, 2), 0, 0);
    become(SELF, 2);
    become(1, 3);
    assertThat(position().lastEpoch()).hasValue(2);
    // When
    partition.truncate(position(), new EpochEndOffset(1, 2), 0);
    // Then
    assertThat(position().lastEpoch()).hasValue(1);
    assertThat(partition.log().logEndOffset()).isEqualTo(2);
  }

  @Test
  void followsTheStartOfTheLeadersLog() {
    // Given
    become(1, 1);
    // When
    partition.appendAsFollower(position(), records(0, 1, 5), 4, 9);
    // Then: no further than what it knows to be committed
    assertThat(partition.log().logStartOffset()).isEqualTo(4);
  }

  @Test
  void startsAgainWhereALeaderStartsThatHasMovedOn() {
    // Given
    become(1, 1);
    partition.appendAsFollower(position(), records(0, 1, 5), 5, 0);
    // When
    partition.restartAt(position(), 100);
    // Then
    assertThat(partition.log().logStartOffset()).isEqualTo(100);
    assertThat(partition.log().logEndOffset()).isEqualTo(100);
    assertThat(partition.highWatermark()).isEqualTo(100);
  }

  private FollowPosition position() {
    return partition.followPosition().orElseThrow();
  }

  private void become(int leader, int epoch) {
    partition.apply(
        new PartitionRegistration(
            new PartitionRecord()
                .setReplicas(List.of(SELF, 1))
                .setIsr(List.of(SELF, 1))
                .setLeader(leader)
                .setLeaderEpoch(epoch)
                .setPartitionEpoch(epoch)));
  }

  private static ByteBuffer records(long baseOffset, int leaderEpoch, int count) {
    SimpleRecord[] records = new SimpleRecord[count];
    for (int i = 0; i < count; i++) {
      records[i] = new SimpleRecord(1000, "value".getBytes(StandardCharsets.UTF_8));
    }
    return MemoryRecords.withRecords(baseOffset, Compression.NONE, leaderEpoch, records).buffer();
  }
}
