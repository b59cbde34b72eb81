package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.log.EpochEndOffset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionTest {
  private static final int SELF = OnePartition.SELF;
  private static final Reader CONSUMER = new Reader.Consumer(false, false);
  private static final OptionalInt ANY = OptionalInt.empty();

  @TempDir Path directory;
  private final Told told = new Told();
  private OnePartition opened;
  private Partition partition;

  @BeforeEach
  void open() {
    opened = new OnePartition(directory, Map.of("min.insync.replicas", "2"));
    partition = opened.partition();
  }

  @AfterEach
  void close() throws Exception {
    opened.close();
  }

  @Test
  void nothingIsAppendedBeforeTheControllerSaysWhoLeads() {
    // When, Then
    assertThatThrownBy(() -> append(1)).isInstanceOf(NotLeaderOrFollowerException.class);
  }

  @Test
  void aLoneLeaderCommitsWithTheAppend() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF), List.of(SELF)));
    // When
    LeaderAppend append = append(3);
    // Then
    assertThat(append.committed()).isTrue();
    assertThat(partition.highWatermark()).isEqualTo(3);
  }

  @Test
  void theHighWatermarkIsTheSmallestLogEndInSync() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF, 1, 2), List.of(SELF, 1, 2)));
    partition.addListener(told);
    LeaderAppend append = append(10);
    // When
    fetch(1, 10);
    fetch(2, 4);
    fetch(2, 7);
    // Then
    assertThat(append.committed()).isFalse();
    assertThat(told.watermarks).containsExactly(4L, 7L);
    assertThat(partition.highWatermark()).isEqualTo(7);
  }

  @Test
  void aFollowerThatLeavesTheInSyncReplicasNoLongerHoldsTheHighWatermarkBack() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF, 1, 2), List.of(SELF, 1, 2)));
    append(10);
    fetch(1, 10);
    // When
    partition.apply(registration(SELF, 1, 2, List.of(SELF, 1, 2), List.of(SELF, 1)));
    // Then
    assertThat(partition.highWatermark()).isEqualTo(10);
  }

  @Test
  void aFollowersLogThatIsShorterAgainDoesNotTakeTheHighWatermarkBack() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF, 1), List.of(SELF, 1)));
    append(10);
    fetch(1, 10);
    // When
    fetch(1, 2);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(10);
  }

  @Test
  void tooFewInSyncRefusesWhoWantsAllAndTakesWhoDoesNot() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF, 1, 2), List.of(SELF)));
    // When, Then
    assertThatThrownBy(
            () -> partition.appendAsLeader(OnePartition.records(1), AppendOrigin.CLIENT, ANY, true))
        .isInstanceOf(NotEnoughReplicasException.class);
    assertThat(append(1).info().firstOffset()).isZero();
    assertThat(partition.hasMinInSync()).isFalse();
  }

  @Test
  void theHighWatermarkFollowsWhenFewerHaveToBeInSync() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF, 1, 2), List.of(SELF)));
    append(5);
    assertThat(partition.highWatermark()).isZero();
    // When
    partition.log().updateConfig(new LogConfig(Map.of("min.insync.replicas", "1")));
    partition.review();
    // Then
    assertThat(partition.highWatermark()).isEqualTo(5);
  }

  @Test
  void aTenureEndsWithTheLeadershipAndItsListenersAreToldOnce() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF, 1), List.of(SELF, 1)));
    partition.addListener(told);
    // When
    partition.apply(registration(1, 2, 2, List.of(SELF, 1), List.of(SELF, 1)));
    partition.apply(registration(SELF, 3, 3, List.of(SELF), List.of(SELF)));
    append(5);
    // Then
    assertThat(told.tenuresEnded).isEqualTo(1);
    assertThat(told.watermarks).isEmpty();
    assertThat(partition.highWatermark()).isEqualTo(5);
  }

  @Test
  void aNewEpochOfTheSameLeaderIsANewTenureAndItsBatchesCarryIt() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF), List.of(SELF)));
    append(2);
    partition.addListener(told);
    // When
    partition.apply(registration(SELF, 5, 2, List.of(SELF), List.of(SELF)));
    LeaderAppend append = append(2);
    // Then
    assertThat(told.tenuresEnded).isEqualTo(1);
    assertThat(append.leaderEpoch()).isEqualTo(5);
    assertThat(partition.endOffsetForEpoch(1, ANY))
        .hasValueSatisfying(end -> assertThat(end.endOffset()).isEqualTo(2));
    assertThat(partition.endOffsetForEpoch(5, ANY))
        .hasValueSatisfying(end -> assertThat(end.endOffset()).isEqualTo(4));
  }

  @Test
  void anEpochThatIsOverIsFencedAndOneToComeIsUnknown() {
    // Given
    partition.apply(registration(SELF, 3, 1, List.of(SELF), List.of(SELF)));
    // When, Then
    assertThatThrownBy(() -> partition.requireLeader(OptionalInt.of(2)))
        .isInstanceOf(FencedLeaderEpochException.class);
    assertThatThrownBy(() -> partition.requireLeader(OptionalInt.of(4)))
        .isInstanceOf(UnknownLeaderEpochException.class);
    assertThat(partition.requireLeader(OptionalInt.of(3)).leaderEpoch()).isEqualTo(3);
  }

  @Test
  void aRegistrationOlderThanTheStateIsWithoutEffect() {
    // Given
    partition.apply(registration(SELF, 3, 7, List.of(SELF), List.of(SELF)));
    // When
    partition.apply(registration(1, 2, 6, List.of(SELF, 1), List.of(SELF, 1)));
    // Then
    assertThat(partition.requireLeader(ANY).partitionEpoch()).isEqualTo(7);
  }

  @Test
  void aReadStopsAtTheHighWatermark() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF, 1), List.of(SELF, 1)));
    append(1);
    append(1);
    // When
    fetch(1, 1);
    PartitionRead read = partition.read(new ReadRequest(CONSUMER, 0, 1 << 20, true, ANY, ANY));
    PartitionRead beyond = partition.read(new ReadRequest(CONSUMER, 1, 1 << 20, true, ANY, ANY));
    // Then
    assertThat(read.bytes()).isEqualTo(OnePartition.records(1).remaining());
    assertThat(beyond.bytes()).isZero();
    read.release();
    beyond.release();
  }

  @Test
  void aReaderWhoseEpochEndedEarlierHereIsToldWhere() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF), List.of(SELF)));
    append(2);
    partition.apply(registration(SELF, 4, 2, List.of(SELF), List.of(SELF)));
    append(2);
    // When
    PartitionRead read =
        partition.read(new ReadRequest(CONSUMER, 3, 1 << 20, true, ANY, OptionalInt.of(1)));
    // Then
    assertThat(read.slice()).isNull();
    assertThat(read.diverging()).isEqualTo(new EpochEndOffset(1, 2));
  }

  @Test
  void aListenerThatFailsDoesNotFailTheAppend() {
    // Given
    partition.apply(registration(SELF, 1, 1, List.of(SELF), List.of(SELF)));
    partition.addListener(
        (id, watermark) -> {
          throw new IllegalStateException("a bug");
        });
    // When
    LeaderAppend append = append(1);
    // Then
    assertThat(append.committed()).isTrue();
  }

  /** A follower fetches from where its log ends. */
  private void fetch(int replica, long logEnd) {
    partition
        .read(
            new ReadRequest(
                new Reader.Follower(replica, 1, 0, true), logEnd, 1 << 20, true, ANY, ANY))
        .release();
  }

  private LeaderAppend append(int count) {
    return partition.appendAsLeader(OnePartition.records(count), AppendOrigin.CLIENT, ANY, false);
  }

  private static PartitionRegistration registration(
      int leader, int epoch, int partitionEpoch, List<Integer> replicas, List<Integer> isr) {
    return new PartitionRegistration(
        new PartitionRecord()
            .setReplicas(replicas)
            .setIsr(isr)
            .setLeader(leader)
            .setLeaderEpoch(epoch)
            .setPartitionEpoch(partitionEpoch));
  }

  /** What a listener was told. */
  private static final class Told implements HighWatermarkListener {
    private final List<Long> watermarks = new ArrayList<>();
    private int tenuresEnded;

    @Override
    public void onHighWatermark(TopicPartition id, long highWatermark) {
      watermarks.add(highWatermark);
    }

    @Override
    public void onTenureEnded(TopicPartition id) {
      tenuresEnded++;
    }
  }
}
