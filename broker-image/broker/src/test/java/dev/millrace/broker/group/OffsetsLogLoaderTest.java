package dev.millrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.api.DataBroker;
import dev.millrace.broker.replica.CoordinatorLogs;
import dev.millrace.broker.replica.LocalCoordinatorLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OffsetsLogLoaderTest {
  private static final String TOPIC = "__consumer_offsets";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
  private final Played played = new Played();
  private DataBroker broker;
  private CoordinatorLogs logs;
  private OffsetsLogLoader loader;

  /** What the coordinator was told, by the rules of Kafka's own. */
  private static final class Played implements CoordinatorPlayback<CoordinatorRecord> {
    private final List<CoordinatorRecord> records = new CopyOnWriteArrayList<>();
    private volatile long written;
    private volatile long committed;

    @Override
    public void replay(long offset, long producerId, short epoch, CoordinatorRecord record) {
      records.add(record);
    }

    @Override
    public void replayEndTransactionMarker(
        long producerId, short producerEpoch, TransactionResult result) {}

    @Override
    public void updateLastWrittenOffset(long offset) {
      if (offset <= written) {
        throw new IllegalStateException("written up to " + written + " already");
      }
      written = offset;
    }

    @Override
    public void updateLastCommittedOffset(long offset) {
      if (offset < committed || offset > written) {
        throw new IllegalStateException(committed + " to " + offset + " of " + written);
      }
      committed = offset;
    }
  }

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    broker = new DataBroker(directory);
    logs = new LocalCoordinatorLogs(broker.partitions());
    loader = new OffsetsLogLoader(logs, serde, 1 << 20, Time.SYSTEM);
  }

  @AfterEach
  void stop() throws Exception {
    loader.close();
    broker.close();
  }

  private Uuid create(List<Integer> replicas) {
    return broker.createTopic(TOPIC, 1, Map.of("min.insync.replicas", "1"), replicas);
  }

  private void commit(long offset) {
    var record =
        CoordinatorRecord.record(
            new OffsetCommitKey().setGroup("group").setTopic("orders").setPartition(0),
            new ApiMessageAndVersion(
                new OffsetCommitValue().setOffset(offset).setMetadata(""), (short) 0));
    logs.appendAsLeader(
        PARTITION,
        MemoryRecords.withRecords(
            Compression.NONE,
            new SimpleRecord(1000, serde.serializeKey(record), serde.serializeValue(record))),
        logs.leaderEpoch(PARTITION).orElseThrow());
  }

  private void awaitReplayed(int count) {
    await().atMost(Duration.ofMinutes(3)).until(() -> played.records.size() == count);
  }

  @Test
  void whatTheLeaderBeforeHadAcknowledgedIsCommittedBeforeAnybodyIsAnswered() throws Exception {
    // Given: a follower has not yet told the new leader that it has it, too
    Uuid topic = create(List.of(DataBroker.ID, DataBroker.OTHER));
    commit(1);
    commit(2);

    // When
    CompletableFuture<LoadSummary> loaded = loader.load(PARTITION, played);
    awaitReplayed(2);

    // Then
    assertThat(loaded).isNotDone();
    assertThat(played.committed).isZero();

    // When
    broker.changeIsr(topic, 0, List.of(DataBroker.ID));

    // Then
    assertThat(loaded.get(3, TimeUnit.MINUTES).numRecords()).isEqualTo(2);
    assertThat(played.committed).isEqualTo(2);
  }

  @Test
  void thatIsNotWaitedForWhenAnotherLeads() throws Exception {
    // Given
    Uuid topic = create(List.of(DataBroker.ID, DataBroker.OTHER));
    commit(1);
    CompletableFuture<LoadSummary> loaded = loader.load(PARTITION, played);
    awaitReplayed(1);

    // When
    broker.moveLeader(topic, 0, DataBroker.OTHER);

    // Then
    assertThatThrownBy(() -> loaded.get(3, TimeUnit.MINUTES))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(NotLeaderOrFollowerException.class);
  }

  @Test
  void theEndOfALoadThatAnElectionHasOvertakenIsNotToldAsThatOfTheNextOne() throws Exception {
    // Given: one that waits for a follower
    Uuid topic = create(List.of(DataBroker.ID, DataBroker.OTHER));
    commit(1);
    PartitionLoads loads = loader.loads(PARTITION);
    loads.announce(1);
    CompletableFuture<LoadSummary> first = loader.load(PARTITION, played);
    awaitReplayed(1);

    // When: two more elections are announced before the coordinator comes to the first of them
    loads.announce(1);
    loads.announce(1);
    CompletableFuture<LoadSummary> second = loader.load(PARTITION, new Played());
    CompletableFuture<LoadSummary> third = loader.load(PARTITION, new Played());
    assertThat(loads.succeeded()).isFalse();
    broker.changeIsr(topic, 0, List.of(DataBroker.ID));

    // Then
    assertThat(third.get(3, TimeUnit.MINUTES).numRecords()).isOne();
    assertThat(loads.succeeded()).isTrue();
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
  }

  @Test
  void aCoordinatorThatLoadsOnceMoreOfItsOwnAccordIsToldOfThat() throws Exception {
    // Given
    create(List.of(DataBroker.ID));
    commit(1);
    loader.loads(PARTITION).announce(1);
    loader.load(PARTITION, played).get(3, TimeUnit.MINUTES);

    // Then
    assertThat(loader.load(PARTITION, new Played()).get(3, TimeUnit.MINUTES).numRecords()).isOne();
  }

  @Test
  void whatWasLoadedIsForgottenWhenItIsAnothersThen() throws Exception {
    // Given
    create(List.of(DataBroker.ID));
    loader.load(PARTITION, played).get(3, TimeUnit.MINUTES);

    // When
    loader.loads(PARTITION).abandon();

    // Then
    assertThat(loader.loads(PARTITION).succeeded()).isFalse();
  }

  @Test
  void aLogWithoutRecordsIsLoadedAtOnce() throws Exception {
    // Given
    create(List.of(DataBroker.ID, DataBroker.OTHER));

    // When, Then
    assertThat(loader.load(PARTITION, played).get(3, TimeUnit.MINUTES).numRecords()).isZero();
    assertThat(played.written).isZero();
  }
}
