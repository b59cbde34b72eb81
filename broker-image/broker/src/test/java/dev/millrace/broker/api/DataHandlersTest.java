package dev.millrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.replica.LocalCoordinatorLogs;
import dev.millrace.broker.wire.WireClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataHandlersTest {
  private static final String TOPIC = "orders";
  private static final short FETCH = ApiKeys.FETCH.latestVersion(false);
  private static final short PRODUCE = ApiKeys.PRODUCE.latestVersion(false);
  private static final short ALL = -1;
  private static final int NO_WAIT = 0;

  /** Longer than a test client waits for its answer. */
  private static final int LONG_WAIT = 60_000;

  @TempDir Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private DataBroker broker;

  @BeforeEach
  void start() throws Exception {
    broker = new DataBroker(directory);
    opened.add(broker);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
  }

  @Test
  void aFetchThatFindsNothingIsAnsweredWhenSomethingIsProduced() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 2, Map.of());
    WireClient consumer = client();
    consumer.send(1, fetch(topic, LONG_WAIT, 0, 1), FETCH);
    awaitRequests(1);
    // When
    produce(topic, 1, ALL, 1);
    FetchResponseData response = consumer.receive(new FetchResponseData(), FETCH);
    // Then
    assertThat(partition(response, 1).records().sizeInBytes()).isPositive();
  }

  @Test
  void aFetchThatFindsNothingIsAnsweredWithNothingWhenItsTimeIsUp() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of());
    // When
    FetchResponseData response = client().ask(fetch(topic, 50, 0), new FetchResponseData(), FETCH);
    // Then
    assertThat(partition(response, 0).records().sizeInBytes()).isZero();
    assertThat(partition(response, 0).highWatermark()).isZero();
  }

  @Test
  void aParkedFetchIsToldAtOnceWhenTheLeaderChanges() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, DataBroker.OTHER));
    WireClient consumer = client();
    consumer.send(1, fetch(topic, LONG_WAIT, 0), FETCH);
    awaitRequests(1);
    // When
    broker.moveLeader(topic, 0, DataBroker.OTHER);
    FetchResponseData response = consumer.receive(new FetchResponseData(), FETCH);
    // Then
    assertThat(partition(response, 0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(partition(response, 0).currentLeader().leaderId()).isEqualTo(DataBroker.OTHER);
    assertThat(response.nodeEndpoints().find(DataBroker.OTHER).port()).isEqualTo(1);
  }

  @Test
  void clientsOfEveryVersionAreToldThatThisBrokerDoesNotLead() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, DataBroker.OTHER));
    broker.moveLeader(topic, 0, DataBroker.OTHER);
    WireClient client = client();
    for (short version : ApiKeys.FETCH.allVersions()) {
      FetchRequestData request = fetch(topic, NO_WAIT, 0);
      request.topics().getFirst().setTopic(TOPIC);
      // When
      FetchResponseData response = client.ask(request, new FetchResponseData(), version);
      // Then
      assertThat(partition(response, 0).errorCode())
          .as("fetch, version %d", version)
          .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }
    for (short version : ApiKeys.PRODUCE.allVersions()) {
      ProduceRequestData request = produceRequest(topic, 0, ALL, 1);
      request.topicData().iterator().next().setName(TOPIC);
      // When
      ProduceResponseData response = client.ask(request, new ProduceResponseData(), version);
      // Then
      assertThat(only(response).errorCode())
          .as("produce, version %d", version)
          .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }
  }

  @Test
  void anIncrementalFetchHasOnlyThePartitionsWithNews() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 3, Map.of());
    WireClient consumer = client();
    FetchResponseData full =
        consumer.ask(fetch(topic, NO_WAIT, 0, 1, 2), new FetchResponseData(), FETCH);
    produce(topic, 1, ALL, 1);
    // When
    FetchResponseData incremental =
        consumer.ask(
            new FetchRequestData()
                .setSessionId(full.sessionId())
                .setSessionEpoch(1)
                .setMinBytes(1)
                .setMaxWaitMs(NO_WAIT),
            new FetchResponseData(),
            FETCH);
    // Then
    assertThat(full.sessionId()).isPositive();
    assertThat(full.responses().getFirst().partitions()).hasSize(3);
    assertThat(incremental.responses().getFirst().partitions())
        .extracting(PartitionData::partitionIndex)
        .containsExactly(1);
  }

  @Test
  void aResponseStaysWithinItsBytesButHasAtLeastOneBatch() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 2, Map.of());
    for (int i = 0; i < 4; i++) {
      produce(topic, 0, ALL, 100);
      produce(topic, 1, ALL, 100);
    }
    int batch = records(100).sizeInBytes();
    // When
    FetchResponseData small =
        client().ask(fetch(topic, NO_WAIT, 0, 1).setMaxBytes(10), new FetchResponseData(), FETCH);
    FetchResponseData larger =
        client()
            .ask(
                fetch(topic, NO_WAIT, 0, 1).setMaxBytes(5 * batch), new FetchResponseData(), FETCH);
    // Then
    assertThat(partition(small, 0).records().sizeInBytes()).isEqualTo(batch);
    assertThat(partition(small, 1).records().sizeInBytes()).isZero();
    assertThat(partition(larger, 0).records().sizeInBytes()).isEqualTo(4 * batch);
    assertThat(partition(larger, 1).records().sizeInBytes()).isLessThanOrEqualTo(batch);
  }

  @Test
  void unknownTopicsAndPartitionsAndOffsetsHaveTheirOwnErrors() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of());
    FetchRequestData beyond = fetch(topic, NO_WAIT, 0);
    beyond.topics().getFirst().partitions().getFirst().setFetchOffset(7);
    // When, Then
    assertThat(error(fetch(Uuid.randomUuid(), LONG_WAIT, 0))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    assertThat(error(fetch(topic, LONG_WAIT, 9))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(error(beyond)).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    assertThat(produce(Uuid.randomUuid(), 0, ALL, 1).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    assertThat(produce(topic, 9, ALL, 1).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(produce(topic, 0, (short) 2, 1).errorCode())
        .isEqualTo(Errors.INVALID_REQUIRED_ACKS.code());
  }

  @Test
  void whatGroupsWriteNobodyElseDoes() throws Exception {
    // Given
    Uuid offsets = broker.createTopic("__consumer_offsets", 1, Map.of());
    // When, Then
    assertThat(produce(offsets, 0, ALL, 1).errorCode())
        .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    assertThat(
            broker
                .partitions()
                .get(new TopicPartition("__consumer_offsets", 0))
                .log()
                .logEndOffset())
        .isZero();
  }

  @Test
  void aProduceWithAllInSyncIsAnsweredWhenTheFollowerIsOutOfTheWay() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, DataBroker.OTHER));
    WireClient producer = client();
    producer.send(1, produceRequest(topic, 0, ALL, 1).setTimeoutMs(LONG_WAIT), PRODUCE);
    awaitEnd(1);
    // When
    broker.changeIsr(topic, 0, List.of(DataBroker.ID));
    ProduceResponseData response = producer.receive(new ProduceResponseData(), PRODUCE);
    // Then
    assertThat(only(response).errorCode()).isEqualTo(Errors.NONE.code());
    assertThat(only(response).baseOffset()).isZero();
  }

  @Test
  void aProduceThatWaitsForAFollowerTimesOutAndOneThatLosesItsLeaderIsToldSo() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, DataBroker.OTHER));
    WireClient producer = client();
    // When
    producer.send(1, produceRequest(topic, 0, ALL, 1).setTimeoutMs(50), PRODUCE);
    ProduceResponseData timedOut = producer.receive(new ProduceResponseData(), PRODUCE);
    producer.send(2, produceRequest(topic, 0, ALL, 1).setTimeoutMs(LONG_WAIT), PRODUCE);
    awaitEnd(2);
    broker.moveLeader(topic, 0, DataBroker.OTHER);
    ProduceResponseData deposed = producer.receive(new ProduceResponseData(), PRODUCE);
    // Then
    assertThat(only(timedOut).errorCode()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
    assertThat(only(deposed).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(only(deposed).currentLeader().leaderId()).isEqualTo(DataBroker.OTHER);
  }

  @Test
  void tooFewInSyncReplicasRefuseAProduceThatWantsAll() throws Exception {
    // Given
    Uuid topic =
        broker.createTopic(
            TOPIC, 1, Map.of("min.insync.replicas", "2"), List.of(DataBroker.ID, DataBroker.OTHER));
    broker.changeIsr(topic, 0, List.of(DataBroker.ID));
    // When, Then
    assertThat(produce(topic, 0, ALL, 1).errorCode()).isEqualTo(Errors.NOT_ENOUGH_REPLICAS.code());
    assertThat(produce(topic, 0, (short) 1, 1).errorCode()).isEqualTo(Errors.NONE.code());
  }

  @Test
  void aProduceWithoutAcknowledgementIsAppendedAndNotAnswered() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of());
    WireClient producer = client();
    // When
    producer.send(1, produceRequest(topic, 0, (short) 0, 1), PRODUCE);
    producer.send(2, produceRequest(topic, 0, ALL, 1), PRODUCE);
    // Then
    assertThat(producer.receive().correlationId()).isEqualTo(2);
    awaitEnd(2);
  }

  @Test
  void apiVersionsHasWhatIsServedAndNothingElse() throws Exception {
    // When
    ApiVersionsResponseData response =
        client()
            .ask(
                new ApiVersionsRequestData()
                    .setClientSoftwareName("test")
                    .setClientSoftwareVersion("1"),
                new ApiVersionsResponseData(),
                (short) 4);
    // Then
    assertThat(response.errorCode()).isEqualTo(Errors.NONE.code());
    assertThat(response.apiKeys().find(ApiKeys.FETCH.id).maxVersion()).isEqualTo(FETCH);
    assertThat(response.apiKeys().find(ApiKeys.PRODUCE.id).minVersion()).isZero();
    assertThat(response.apiKeys().find(ApiKeys.END_TXN.id)).isNull();
    assertThat(response.finalizedFeatures().find("metadata.version")).isNotNull();
  }

  @Test
  void theAdminClientDeletesRecordsAndDescribesDirectoriesAndProducers() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of());
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    for (int i = 0; i < 10; i++) {
      produce(topic, 0, ALL, 1);
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      // When
      var deleted =
          admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4))).lowWatermarks();
      var directories = admin.describeLogDirs(List.of(DataBroker.ID)).allDescriptions().get();
      var producers = admin.describeProducers(List.of(partition)).all().get();
      // Then
      for (var low : deleted.values()) {
        assertThat(low.get().lowWatermark()).isEqualTo(4);
      }
      assertThat(directories.values())
          .flatExtracting(byDirectory -> byDirectory.values())
          .flatExtracting(directory -> directory.replicaInfos().values())
          .extracting(replica -> replica.size())
          .containsExactly(broker.partitions().logs().sizeBytes());
      assertThat(producers).containsKey(partition);
    }
  }

  @Test
  void aBrokerThatIsBackIsConnectedToBeforeItLeadsAnything() {
    // Given
    broker.fence(DataBroker.OTHER);
    assertThat(broker.reached()).isEmpty();

    // When
    broker.unfence(DataBroker.OTHER);

    // Then
    assertThat(broker.reached()).containsExactly(DataBroker.OTHER);
  }

  @Test
  void aDeletedTopicIsUnknownAndItsLogIsGone() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of());
    produce(topic, 0, ALL, 1);
    // When
    broker.metadata().apply(new RemoveTopicRecord().setTopicId(topic));
    // Then
    assertThat(produce(topic, 0, ALL, 1).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    assertThat(broker.partitions().logs().logs()).isEmpty();
  }

  @Test
  void aCoordinatorWritesAndReadsBackWhatItWrote() {
    // Given
    broker.createTopic("__consumer_offsets", 1, Map.of("min.insync.replicas", "1"));
    TopicPartition partition = new TopicPartition("__consumer_offsets", 0);
    LocalCoordinatorLogs logs = new LocalCoordinatorLogs(broker.partitions());
    List<Long> watermarks = new ArrayList<>();
    logs.addHighWatermarkListener(partition, (id, watermark) -> watermarks.add(watermark));
    // When
    long end = logs.appendAsLeader(partition, records(3), 1);
    MemoryRecords read = logs.read(partition, 0, 10);
    // Then
    assertThat(end).isEqualTo(3);
    assertThat(watermarks).containsExactly(3L);
    assertThat(read.records()).extracting(record -> record.offset()).containsExactly(0L, 1L, 2L);
    assertThat(logs.leaderEpoch(partition)).hasValue(1);
  }

  private Errors error(FetchRequestData request) throws IOException {
    FetchResponseData response = client().ask(request, new FetchResponseData(), FETCH);
    return Errors.forCode(response.responses().getFirst().partitions().getFirst().errorCode());
  }

  private static PartitionData partition(FetchResponseData response, int index) {
    return response.responses().getFirst().partitions().stream()
        .filter(partition -> partition.partitionIndex() == index)
        .findFirst()
        .orElseThrow();
  }

  private static FetchRequestData fetch(Uuid topic, int maxWaitMs, int... partitions) {
    FetchTopic asked = new FetchTopic().setTopicId(topic);
    for (int partition : partitions) {
      asked
          .partitions()
          .add(new FetchPartition().setPartition(partition).setPartitionMaxBytes(1 << 20));
    }
    return new FetchRequestData()
        .setMinBytes(1)
        .setMaxWaitMs(maxWaitMs)
        .setSessionEpoch(0)
        .setTopics(List.of(asked));
  }

  @Test
  void whileTheVolumeIsShortOfSpaceRecordsAreRefusedWithTheReason() throws Exception {
    // Given
    Uuid topic = broker.createTopic("orders", 1, Map.of());
    produce(topic, 0, ALL, 3);
    // When
    broker.refuse("4 MiB are left");
    // Then
    PartitionProduceResponse refused = produce(topic, 0, ALL, 1);
    assertThat(refused.errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
    assertThat(refused.errorMessage()).contains("4 MiB are left");
    // When
    broker.refuse(null);
    // Then
    assertThat(produce(topic, 0, ALL, 1).baseOffset()).isEqualTo(3);
  }

  @Test
  void whatAProducerSentBehindARefusedBatchIsRefusedUntilThatComesAgain() throws Exception {
    // Given: a log in which a producer may have been forgotten
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of());
    produce(topic, 0, ALL, 1);
    WireClient producer = client();
    Errors first = refused(producer, topic, 7, 0);

    // When
    Errors behind = sequence(producer, topic, 7, 1);

    // Then
    assertThat(first).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(behind).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(sequence(producer, topic, 7, 0)).isEqualTo(Errors.NONE);
    assertThat(sequence(producer, topic, 7, 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void aBatchSentBeforeTheTopicWasKnownKeepsItsPlace() throws Exception {
    // Given
    Uuid topic = Uuid.randomUuid();
    WireClient producer = client();
    Errors first = sequence(producer, topic, 7, 0);
    broker.createTopic(topic, TOPIC, 1, Map.of(), List.of(DataBroker.ID));
    produce(topic, 0, ALL, 1);

    // When
    Errors behind = sequence(producer, topic, 7, 1);

    // Then
    assertThat(first).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    assertThat(behind).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    assertThat(sequence(producer, topic, 7, 0)).isEqualTo(Errors.NONE);
  }

  @Test
  void theOrderIsKeptWhereSequenceNumbersBeginAnew() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 1, Map.of());
    produce(topic, 0, ALL, 1);
    WireClient producer = client();
    refused(producer, topic, 7, Integer.MAX_VALUE);

    // When, Then
    assertThat(sequence(producer, topic, 7, 0)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(sequence(producer, topic, 7, Integer.MAX_VALUE)).isEqualTo(Errors.NONE);
    assertThat(sequence(producer, topic, 7, 0)).isEqualTo(Errors.NONE);
  }

  @Test
  void aRefusedBatchHoldsUpNobodyElseAndNothingForLong() throws Exception {
    // Given
    Uuid topic = broker.createTopic(TOPIC, 2, Map.of());
    produce(topic, 0, ALL, 1);
    WireClient producer = client();
    refused(producer, topic, 7, 0);

    // When, Then: others on the connection
    assertThat(sequence(producer, topic, 8, 5)).isEqualTo(Errors.NONE);
    // When, Then: four may have been under way behind it, and the fifth was sent by who knew
    for (int i = 2; i <= 4; i++) {
      assertThat(sequence(producer, topic, 7, i)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }
    assertThat(sequence(producer, topic, 7, 5)).isEqualTo(Errors.NONE);
  }

  /** The same while the broker takes nothing, as for a moment before it leads. */
  private Errors refused(WireClient producer, Uuid topic, long id, int sequence)
      throws IOException {
    broker.refuse("for a moment");
    try {
      return sequence(producer, topic, id, sequence);
    } finally {
      broker.refuse(null);
    }
  }

  /** Produces one record of an idempotent producer. */
  private static Errors sequence(WireClient producer, Uuid topic, long id, int sequence)
      throws IOException {
    ProduceRequestData request = produceRequest(topic, 0, ALL, 1);
    ByteBuffer batch =
        MemoryRecords.withIdempotentRecords(
                Compression.NONE, id, (short) 0, sequence, new SimpleRecord(1000, new byte[1]))
            .buffer();
    request
        .topicData()
        .iterator()
        .next()
        .partitionData()
        .getFirst()
        .setRecords(MemoryRecords.readableRecords(batch));
    return Errors.forCode(
        only(producer.ask(request, new ProduceResponseData(), PRODUCE)).errorCode());
  }

  private PartitionProduceResponse produce(Uuid topic, int partition, short acks, int count)
      throws IOException {
    return only(
        client()
            .ask(
                produceRequest(topic, partition, acks, count), new ProduceResponseData(), PRODUCE));
  }

  private static PartitionProduceResponse only(ProduceResponseData response) {
    return response.responses().iterator().next().partitionResponses().getFirst();
  }

  private static ProduceRequestData produceRequest(
      Uuid topic, int partition, short acks, int count) {
    ProduceRequestData request = new ProduceRequestData().setAcks(acks).setTimeoutMs(LONG_WAIT);
    request
        .topicData()
        .add(
            new TopicProduceData()
                .setTopicId(topic)
                .setPartitionData(
                    List.of(
                        new PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(records(count)))));
    return request;
  }

  private static MemoryRecords records(int count) {
    SimpleRecord[] records = new SimpleRecord[count];
    for (int i = 0; i < count; i++) {
      records[i] = new SimpleRecord(1000, "value".getBytes(StandardCharsets.UTF_8));
    }
    ByteBuffer bytes = MemoryRecords.withRecords(Compression.NONE, records).buffer();
    return MemoryRecords.readableRecords(bytes);
  }

  private WireClient client() throws IOException {
    WireClient client = new WireClient(broker.port());
    opened.add(client);
    return client;
  }

  private void awaitRequests(int count) {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> broker.server().counters().requests() >= count);
  }

  private void awaitEnd(long offset) {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                broker.partitions().get(new TopicPartition(TOPIC, 0)).log().logEndOffset()
                    == offset);
  }
}
