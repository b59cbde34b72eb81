package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InSyncReplicasTest {
  private static final int SELF = OnePartition.SELF;
  private static final long LAG = OnePartition.LAG;
  private static final OptionalInt ANY = OptionalInt.empty();
  private static final List<Integer> REPLICAS = List.of(SELF, 1, 2);

  /** What the controller was asked, and its answer to come. */
  private record Question(
      AlterPartitionRequestData.PartitionData change,
      CompletableFuture<AlterPartitionResponseData.PartitionData> answer) {
    List<Integer> isr() {
      return change.newIsrWithEpochs().stream()
          .map(AlterPartitionRequestData.BrokerState::brokerId)
          .toList();
    }

    void grant(Integer... isr) {
      answer.complete(
          new AlterPartitionResponseData.PartitionData()
              .setLeaderId(SELF)
              .setLeaderEpoch(change.leaderEpoch())
              .setPartitionEpoch(change.partitionEpoch() + 1)
              .setIsr(List.of(isr)));
    }

    void refuse(Errors error) {
      answer.complete(new AlterPartitionResponseData.PartitionData().setErrorCode(error.code()));
    }
  }

  private final ManualTime time = new ManualTime();
  private final List<Question> questions = new ArrayList<>();
  private final Set<Integer> fenced = new HashSet<>();
  private OnePartition opened;
  private Partition partition;

  @BeforeEach
  void open(@TempDir Path directory) {
    ReplicaEnvironment environment =
        new ReplicaEnvironment(
            SELF,
            time,
            (id, change) -> {
              var answer = new CompletableFuture<AlterPartitionResponseData.PartitionData>();
              questions.add(new Question(change, answer));
              return answer;
            },
            (replica, epoch) -> !fenced.contains(replica),
            LAG);
    opened = new OnePartition(directory, Map.of("min.insync.replicas", "2"), environment);
    partition = opened.partition();
  }

  @AfterEach
  void close() throws Exception {
    opened.close();
  }

  @Test
  void aFollowerThatHasWhatIsCommittedIsProposedWithItsEpochAndJoinsWhenGranted() {
    // Given
    lead(1, SELF, 1);
    append(5);
    fetch(1, 5);
    // When
    fetch(2, 3);
    fetch(2, 5);
    // Then
    assertThat(questions).hasSize(1);
    assertThat(questions.getFirst().isr()).containsExactly(SELF, 1, 2);
    assertThat(questions.getFirst().change().newIsrWithEpochs().getLast().brokerEpoch())
        .isEqualTo(12);
    // When
    questions.getFirst().grant(SELF, 1, 2);
    // Then
    assertThat(leader().isr()).containsExactlyInAnyOrder(SELF, 1, 2);
    assertThat(leader().proposedIsr()).isNull();
  }

  @Test
  void whileTheAnswerIsOutTheHighWatermarkWaitsForTheOneWhoMayHaveJoined() {
    // Given
    lead(1, SELF, 1);
    append(5);
    fetch(1, 5);
    fetch(2, 5);
    // When
    append(5);
    fetch(1, 10);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(5);
    // When
    questions.getFirst().refuse(Errors.INELIGIBLE_REPLICA);
    time.advance(LAG + 1);
    fetch(1, 10);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(10);
  }

  @Test
  void anAnswerThatGotLostIsAskedForAgainAndNothingIsTakenBackMeanwhile() {
    // Given
    lead(1, SELF, 1);
    append(1);
    fetch(1, 1);
    fetch(2, 1);
    // When
    questions.getFirst().answer().completeExceptionally(new TimeoutException("lost"));
    // Then
    assertThat(questions).hasSize(2);
    assertThat(questions.getLast().change()).isEqualTo(questions.getFirst().change());
    assertThat(leader().maximalIsr()).contains(2);
    // When: it had been done, so that the controller is a partition epoch further
    questions.getLast().refuse(Errors.INVALID_UPDATE_VERSION);
    // Then
    assertThat(questions).hasSize(2);
    assertThat(leader().maximalIsr()).contains(2);
    // When
    partition.apply(registration(1, 2, SELF, 1, 2));
    // Then
    assertThat(leader().isr()).contains(2);
    assertThat(leader().proposedIsr()).isNull();
  }

  @Test
  void askingAgainDoesNotVouchForAProcessThatCameSince() {
    // Given
    lead(1, SELF, 1);
    append(1);
    fetch(1, 1);
    fetch(2, 1);
    // When: it comes back with less, before it is known what became of the question
    read(new Reader.Follower(2, 99, 0, true), 0);
    questions.getFirst().answer().completeExceptionally(new TimeoutException("lost"));
    // Then
    assertThat(questions).hasSize(2);
    assertThat(questions.getLast().change()).isEqualTo(questions.getFirst().change());
  }

  @Test
  void whoIsFencedIsNotProposed() {
    // Given
    lead(1, SELF, 1);
    fenced.add(2);
    // When
    fetch(2, 0);
    // Then
    assertThat(questions).isEmpty();
    // When
    fenced.clear();
    fetch(2, 0);
    // Then
    assertThat(questions).hasSize(1);
  }

  @Test
  void whoLacksWhatWasInTheLogAtTheElectionIsNotProposed() {
    // Given: the new leader does not know how much of it is committed
    lead(1, SELF, 1);
    append(5);
    partition.apply(registration(2, 2, SELF, 1));
    // When
    fetch(2, 4);
    // Then
    assertThat(questions).isEmpty();
    // When
    fetch(2, 5);
    // Then
    assertThat(questions).hasSize(1);
  }

  @Test
  void aFollowerThatStopsFetchingLeavesAfterTheLagAndNotBefore() {
    // Given
    lead(1, SELF, 1, 2);
    append(5);
    fetch(1, 5);
    fetch(2, 4);
    // When
    time.advance(LAG);
    fetch(1, 5);
    partition.review();
    // Then
    assertThat(questions).isEmpty();
    // When
    time.advance(1);
    partition.review();
    // Then
    assertThat(questions.getFirst().isr()).containsExactly(SELF, 1);
    assertThat(partition.highWatermark()).isEqualTo(4);
    // When
    questions.getFirst().grant(SELF, 1);
    // Then
    assertThat(partition.highWatermark()).isEqualTo(5);
  }

  @Test
  void aFollowerThatIsAlwaysALittleBehindABusyLeaderStays() {
    // Given
    lead(1, SELF, 1);
    // When: each fetch starts where the log had ended at the one before
    long end = 0;
    for (int i = 0; i < 20; i++) {
      fetch(1, end);
      end = partition.log().logEndOffset();
      append(3);
      time.advance(LAG / 2);
      partition.review();
    }
    // Then
    assertThat(questions).isEmpty();
  }

  @Test
  void whoHadEverythingOfAnIdlePartitionHasTheWholeLagFromTheNextAppendOn() {
    // Given: it asks for an idle partition once only
    lead(1, SELF, 1);
    append(1);
    fetch(1, 1);
    for (int i = 0; i < 20; i++) {
      time.advance(LAG / 2);
      partition.review();
    }
    // When
    append(1);
    time.advance(LAG / 2);
    partition.review();
    // Then
    assertThat(questions).isEmpty();
    // When
    time.advance(LAG);
    partition.review();
    // Then
    assertThat(questions.getFirst().isr()).containsExactly(SELF);
  }

  @Test
  void withTooFewInSyncTheHighWatermarkStandsStill() {
    // Given
    lead(1, SELF);
    // When
    partition.appendAsLeader(OnePartition.records(3), AppendOrigin.CLIENT, ANY, false);
    // Then
    assertThat(partition.highWatermark()).isZero();
  }

  @Test
  void anEarlierLifeOfAFollowerIsNotListenedTo() {
    // Given
    lead(1, SELF, 1);
    append(5);
    read(new Reader.Follower(1, 20, 0, true), 3);
    // When, Then
    assertThatThrownBy(() -> read(new Reader.Follower(1, 19, 0, true), 5))
        .isInstanceOf(NotLeaderOrFollowerException.class);
    assertThat(partition.highWatermark()).isEqualTo(3);
  }

  private void lead(int epoch, Integer... isr) {
    partition.apply(registration(epoch, epoch, isr));
  }

  private PartitionState.Leader leader() {
    return partition.requireLeader(ANY);
  }

  private void append(int count) {
    partition.appendAsLeader(OnePartition.records(count), AppendOrigin.CLIENT, ANY, true);
  }

  private void fetch(int replica, long logEnd) {
    read(new Reader.Follower(replica, 10 + replica, 0, true), logEnd);
  }

  private void read(Reader reader, long offset) {
    partition.read(new ReadRequest(reader, offset, 1 << 20, true, ANY, ANY)).release();
  }

  private static PartitionRegistration registration(
      int leaderEpoch, int partitionEpoch, Integer... isr) {
    return new PartitionRegistration(
        new PartitionRecord()
            .setReplicas(REPLICAS)
            .setIsr(List.of(isr))
            .setLeader(SELF)
            .setLeaderEpoch(leaderEpoch)
            .setPartitionEpoch(partitionEpoch));
  }
}
