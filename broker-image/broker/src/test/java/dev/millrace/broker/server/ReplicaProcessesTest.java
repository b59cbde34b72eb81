package dev.millrace.broker.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.apiserver.ApiServer;
import dev.millrace.broker.apiserver.ApiServerExtension;
import dev.millrace.broker.wire.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers as processes, and what becomes of a replica whose broker or volume is away. */
@ExtendWith(ApiServerExtension.class)
class ReplicaProcessesTest {
  private static final String TOPIC = "kept";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final int RECORDS = 500;
  private static final short DELETE_VERSION = ApiKeys.DELETE_RECORDS.latestVersion();
  private static final short LIST_VERSION = ApiKeys.LIST_OFFSETS.latestVersion();

  @TempDir Path directory;
  private ProcessCluster brokers;
  private Admin admin;

  @BeforeEach
  void start(ApiServer server) throws Exception {
    brokers = ProcessCluster.start(server, directory);
    String all =
        String.join(
            ",", IntStream.range(0, 3).mapToObj(i -> brokers.broker(i).bootstrap()).toList());
    admin = Admin.create(Map.of("bootstrap.servers", all));
    admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(0, List.of(2, 0, 1))))).all().get();
    await().atMost(BrokerHarness.DEADLINE).until(() -> described().isr().size() == 3);
  }

  @AfterEach
  void stop() throws Exception {
    admin.close();
    brokers.close();
  }

  private TopicPartitionInfo described() throws Exception {
    try {
      return requireNonNull(admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC))
          .partitions()
          .getFirst();
    } catch (ExecutionException e) {
      // Not every broker knows the topic at once.
      return new TopicPartitionInfo(0, null, List.of(), List.of());
    }
  }

  private int leader() throws Exception {
    var leader = described().leader();
    return leader == null ? -1 : leader.id();
  }

  private void produce(String bootstrap) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "acks", "all");
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, null, "value-" + i)));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get(180, TimeUnit.SECONDS);
      }
    }
  }

  private List<String> consume(String bootstrap) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest");
    List<String> read = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
                return read.size() >= RECORDS;
              });
    }
    return read;
  }

  /** As the controller does by itself now and then. */
  private void electPreferred() throws Exception {
    try {
      admin.electLeaders(ElectionType.PREFERRED, Set.of(PARTITION)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof ElectionNotNeededException)) {
        throw e;
      }
    }
  }

  @Test
  void aBrokerWhoseVolumeWasReplacedCopiesEverythingAndLeadsAgain() throws Exception {
    // Given
    produce(brokers.broker(0).bootstrap());
    BrokerProcess replaced = brokers.broker(2);
    Path identity = brokers.directoryOf(2).resolve("data/meta.properties");
    String before = Files.readString(identity);
    assertThat(replaced.terminate()).isZero();
    await().atMost(BrokerHarness.DEADLINE).until(() -> leader() >= 0 && leader() != 2);

    // When
    replaced.wipe();
    replaced.startAgain();
    replaced.awaitReady();

    // Then
    await().atMost(BrokerHarness.DEADLINE).until(() -> described().isr().size() == 3);
    await()
        .atMost(BrokerHarness.DEADLINE)
        .ignoreException(ExecutionException.class)
        .until(
            () -> {
              electPreferred();
              return leader() == 2;
            });
    assertThat(Files.readString(identity)).isNotEqualTo(before);

    // When: it has to have them itself
    brokers.broker(0).kill();
    brokers.broker(1).kill();

    // Then
    assertThat(consume(replaced.bootstrap()))
        .hasSize(RECORDS)
        .startsWith("value-0")
        .endsWith("value-" + (RECORDS - 1));
  }

  @Test
  void recordsAreDeletedWhenNoReplicaHasThemAnyMoreAndNotBefore() throws Exception {
    // Given
    produce(brokers.broker(0).bootstrap());
    BrokerProcess slow = brokers.broker(1);

    // When
    slow.pause();
    try (var asking = new WireClient(brokers.broker(2).clientPort())) {
      asking.send(1, deleteBefore(100), DELETE_VERSION);

      // Then: the leader has let go of them, but does not say so
      await().atMost(BrokerHarness.DEADLINE).until(() -> earliest() == 100);
      assertThat(asking.hasAnswer()).isFalse();

      // When
      slow.goOn();

      // Then
      var answer = asking.receive(new DeleteRecordsResponseData(), DELETE_VERSION);
      var deleted = answer.topics().find(TOPIC).partitions().find(0);
      assertThat(Errors.forCode(deleted.errorCode())).isEqualTo(Errors.NONE);
      assertThat(deleted.lowWatermark()).isEqualTo(100);
    }
  }

  /**
   * Not with an Admin: it may look for the leader at the broker that is paused, and then waits as
   * long as for the deletion.
   */
  private static DeleteRecordsRequestData deleteBefore(long offset) {
    var partition = new DeleteRecordsPartition().setPartitionIndex(0).setOffset(offset);
    var topic = new DeleteRecordsTopic().setName(TOPIC).setPartitions(List.of(partition));
    return new DeleteRecordsRequestData().setTimeoutMs(240_000).setTopics(List.of(topic));
  }

  /** Over a connection of its own: answers leave in order, and one waits. */
  private long earliest() throws Exception {
    var partition =
        new ListOffsetsPartition()
            .setPartitionIndex(0)
            .setTimestamp(ListOffsetsRequest.EARLIEST_TIMESTAMP);
    var topic = new ListOffsetsTopic().setName(TOPIC).setPartitions(List.of(partition));
    try (var client = new WireClient(brokers.broker(2).clientPort())) {
      return client
          .ask(
              new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(topic)),
              new ListOffsetsResponseData(),
              LIST_VERSION)
          .topics()
          .getFirst()
          .partitions()
          .getFirst()
          .offset();
    }
  }
}
