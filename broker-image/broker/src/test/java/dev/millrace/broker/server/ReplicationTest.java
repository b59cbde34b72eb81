package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers that copy from each other, and real clients. Sessions are longer than a busy
 * machine holds up a heartbeat: brokers that go say so.
 */
class ReplicationTest {
  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 6;

  private Path directory;
  private BrokerHarness brokers;
  private Admin admin;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    this.directory = directory;
    brokers =
        BrokerHarness.start(
            directory,
            3,
            Map.of(
                "broker.session.timeout.ms", "60000",
                "broker.heartbeat.interval.ms", "200",
                "min.insync.replicas", "2"));
    admin = brokers.admin();
    admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 3))).all().get();
  }

  @AfterEach
  void stop() {
    admin.close();
    brokers.close();
  }

  @Test
  void whatIsAcknowledgedIsOnEveryReplica() throws Exception {
    // When
    produce(0, 600);

    // Then
    awaitInSync(3);
    stopAll();
    assertReplicasAreEqual();
  }

  @Test
  void aBrokerThatWasAwayCatchesUpAndIsInSyncAgain() throws Exception {
    // Given
    produce(0, 300);

    // When
    brokers.stop(1);
    produce(300, 300);
    awaitInSync(2);
    brokers.start(1);

    // Then
    awaitInSync(3);
    produce(600, 300);
    assertThat(consume(900)).hasSize(900);
    stopAll();
    assertReplicasAreEqual();
  }

  @Test
  void producersGoOnWhileBrokersStopAndComeBackOneAfterTheOther() throws Exception {
    // Given
    try (KafkaProducer<String, String> producer = producer()) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      int next = 0;

      // When
      for (int id = 0; id < 3; id++) {
        next = send(producer, next, 200, sent);
        brokers.stop(id);
        next = send(producer, next, 200, sent);
        producer.flush();
        brokers.start(id);
        awaitInSync(3);
      }

      // Then
      for (Future<RecordMetadata> one : sent) {
        one.get(180, TimeUnit.SECONDS);
      }
      assertThat(consume(next)).hasSize(next);
    }
    stopAll();
    assertReplicasAreEqual();
  }

  @Test
  void aConsumerReadsFromTheReplicaInItsOwnZone() throws Exception {
    // Given
    produce(0, 600);
    awaitInSync(3);
    Map<String, Object> settings = brokers.client();
    settings.put("auto.offset.reset", "earliest");
    settings.put("client.rack", "zone-1");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(partitions());
      AtomicInteger seen = new AtomicInteger();

      // When
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(() -> seen.addAndGet(consumer.poll(Duration.ofMillis(200)).count()) == 600);
      produce(600, 60);
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(() -> seen.addAndGet(consumer.poll(Duration.ofMillis(200)).count()) == 660);

      // Then: of the two thirds that others lead, and of no more
      assertThat(consumer.metrics().values())
          .filteredOn(metric -> metric.metricName().name().equals("preferred-read-replica"))
          .extracting(metric -> ((Number) metric.metricValue()).intValue())
          .filteredOn(replica -> replica >= 0)
          .hasSize(PARTITIONS * 2 / 3)
          .containsOnly(1);
    }
  }

  private static List<TopicPartition> partitions() {
    return IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(TOPIC, i)).toList();
  }

  private void produce(int from, int count) throws Exception {
    try (KafkaProducer<String, String> producer = producer()) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      send(producer, from, count, sent);
      for (Future<RecordMetadata> one : sent) {
        one.get(180, TimeUnit.SECONDS);
      }
    }
  }

  private static int send(
      KafkaProducer<String, String> producer,
      int from,
      int count,
      List<Future<RecordMetadata>> sent) {
    for (int i = from; i < from + count; i++) {
      sent.add(producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, "value-" + i)));
    }
    return from + count;
  }

  private KafkaProducer<String, String> producer() {
    Map<String, Object> settings = brokers.client();
    settings.put("acks", "all");
    settings.put("linger.ms", "1");
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  /** Reads until there are so many records; each value once, or it fails. */
  private Set<String> consume(int count) {
    Map<String, Object> settings = brokers.client();
    settings.put("auto.offset.reset", "earliest");
    Set<String> values = new HashSet<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(partitions());
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(
              () -> {
                for (ConsumerRecord<String, String> record :
                    consumer.poll(Duration.ofMillis(200))) {
                  assertThat(values.add(record.value())).as(record.value()).isTrue();
                }
                return values.size() >= count;
              });
    }
    return values;
  }

  private void awaitInSync(int replicas) {
    await()
        .atMost(BrokerHarness.DEADLINE)
        // A broker that has just come up may not know the topic yet.
        .ignoreExceptionsInstanceOf(ExecutionException.class)
        .untilAsserted(
            () ->
                assertThat(
                        admin.describeTopics(List.of(TOPIC)).allTopicNames().get().values().stream()
                            .flatMap(topic -> topic.partitions().stream()))
                    .extracting((TopicPartitionInfo partition) -> partition.isr().size())
                    .containsOnly(replicas));
  }

  private void stopAll() {
    for (int id = 0; id < 3; id++) {
      brokers.stop(id);
    }
  }

  private void assertReplicasAreEqual() throws Exception {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      String segment = TOPIC + "-" + partition + "/00000000000000000000.log";
      byte[] first = Files.readAllBytes(directory.resolve("broker-0").resolve(segment));
      assertThat(first).isNotEmpty();
      for (int id = 1; id < 3; id++) {
        assertThat(Files.readAllBytes(directory.resolve("broker-" + id).resolve(segment)))
            .as("partition %d on broker %d", partition, id)
            .isEqualTo(first);
      }
    }
  }
}
