package dev.millrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.ReadRequest;
import dev.millrace.broker.replica.Reader;
import dev.millrace.broker.wire.WireClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a DeleteRecords request is answered, where a follower has the records as well. */
class DeleteRecordsTest {
  private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
  private static final short VERSION = ApiKeys.DELETE_RECORDS.latestVersion();

  /** Longer than a test client waits for its answer. */
  private static final int LONG_WAIT = 60_000;

  private DataBroker broker;
  private WireClient client;
  private Uuid topic;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    broker = new DataBroker(directory);
    client = new WireClient(broker.port());
    topic =
        broker.createTopic(
            PARTITION.topic(), 1, Map.of(), List.of(DataBroker.ID, DataBroker.OTHER));
    MemoryRecords records =
        MemoryRecords.withRecords(
            Compression.NONE,
            new SimpleRecord("a".getBytes(StandardCharsets.UTF_8)),
            new SimpleRecord("b".getBytes(StandardCharsets.UTF_8)),
            new SimpleRecord("c".getBytes(StandardCharsets.UTF_8)));
    partition().appendAsLeader(records.buffer(), AppendOrigin.CLIENT, OptionalInt.empty(), true);
    followerFetches(0);
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    broker.close();
  }

  private Partition partition() {
    return broker.partitions().get(PARTITION);
  }

  /** The follower has all records; its log starts there. */
  private void followerFetches(long logStart) {
    partition()
        .read(
            new ReadRequest(
                new Reader.Follower(DataBroker.OTHER, DataBroker.OTHER + 1, logStart, true),
                3,
                1000,
                false,
                OptionalInt.empty(),
                OptionalInt.empty()))
        .release();
  }

  private void ask(long before, int timeoutMs) throws Exception {
    var asked = new DeleteRecordsPartition().setPartitionIndex(0).setOffset(before);
    client.send(
        1,
        new DeleteRecordsRequestData()
            .setTimeoutMs(timeoutMs)
            .setTopics(
                List.of(
                    new DeleteRecordsTopic()
                        .setName(PARTITION.topic())
                        .setPartitions(List.of(asked)))),
        VERSION);
  }

  private DeleteRecordsPartitionResult answer() throws Exception {
    DeleteRecordsResponseData response = client.receive(new DeleteRecordsResponseData(), VERSION);
    return response.topics().find(PARTITION.topic()).partitions().find(0);
  }

  private void awaitDeletedHere(long start) {
    await().atMost(Duration.ofMinutes(3)).until(() -> partition().log().logStartOffset() == start);
  }

  @Test
  void itIsAnsweredWhenTheFollowerHasLetGoOfThemToo() throws Exception {
    // Given
    ask(2, LONG_WAIT);
    awaitDeletedHere(2);

    // When: first of one of them only
    followerFetches(1);
    followerFetches(2);

    // Then
    DeleteRecordsPartitionResult result = answer();
    assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.NONE);
    assertThat(result.lowWatermark()).isEqualTo(2);
  }

  @Test
  void whileTheFollowerHasThemItIsNotAndItsTimeRunsOut() throws Exception {
    // When
    ask(-1, 100);

    // Then
    DeleteRecordsPartitionResult result = answer();
    assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
    assertThat(result.lowWatermark()).isZero();
    assertThat(partition().log().logStartOffset()).isEqualTo(3);
  }

  @Test
  void aDeadFollowerIsNotWaitedFor() throws Exception {
    // Given
    ask(2, LONG_WAIT);
    awaitDeletedHere(2);

    // When
    broker.fence(DataBroker.OTHER);

    // Then
    DeleteRecordsPartitionResult result = answer();
    assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.NONE);
    assertThat(result.lowWatermark()).isEqualTo(2);
  }

  @Test
  void aLeaderThatIsReplacedMeanwhileSaysSo() throws Exception {
    // Given
    ask(2, LONG_WAIT);
    awaitDeletedHere(2);

    // When
    broker.moveLeader(topic, 0, DataBroker.OTHER);

    // Then
    DeleteRecordsPartitionResult result = answer();
    assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(result.lowWatermark()).isEqualTo(-1);
  }

  @Test
  void anOffsetThatIsNoneIsRefused() throws Exception {
    // When
    ask(-2, LONG_WAIT);

    // Then
    assertThat(Errors.forCode(answer().errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
  }
}
