package dev.millrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.network.NetworkConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.image.TopicImage;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceAndConsumeTest {
  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 3;
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  @TempDir Path directory;
  private DataBroker broker;

  @BeforeEach
  void start() throws Exception {
    broker = new DataBroker(directory);
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  /** Without a pause between two polls: each has a few hundred records at most. */
  private static ConditionFactory untilAllIsRead() {
    return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "lz4", "snappy", "zstd"})
  void everyRecordOfAnIdempotentProducerComesOutOnceInOrderUnchanged(String compression) {
    // Given
    broker.createTopic(TOPIC, PARTITIONS, Map.of());
    int perPartition = 2_000;
    // When
    CRC32C[] sent = produce(perPartition, Map.of("compression.type", compression, "acks", "all"));
    // Then
    CRC32C[] received = checksums();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
      long[] next = new long[PARTITIONS];
      untilAllIsRead()
          .atMost(DEADLINE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record :
                    consumer.poll(Duration.ofMillis(100))) {
                  assertThat(record.offset()).isEqualTo(next[record.partition()]++);
                  received[record.partition()].update(record.value());
                }
                return IntStream.range(0, PARTITIONS).allMatch(p -> next[p] == perPartition);
              });
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      assertThat(received[partition].getValue()).isEqualTo(sent[partition].getValue());
    }
  }

  @Test
  void fetchedRecordsAreSentFromTheFileAndNotFromMemory() {
    // Given
    broker.createTopic(TOPIC, PARTITIONS, Map.of());
    produce(3_000, Map.of());
    long stored = stored();
    long memoryBefore = broker.server().counters().bytesSentFromMemory();
    // When
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
      long[] count = new long[1];
      untilAllIsRead()
          .atMost(DEADLINE)
          .until(() -> (count[0] += consumer.poll(Duration.ofMillis(100)).count()) == 9_000);
    }
    // Then
    assertThat(broker.server().counters().bytesSentFromFile()).isGreaterThanOrEqualTo(stored);
    assertThat(broker.server().counters().bytesSentFromMemory() - memoryBefore)
        .isLessThan(stored / 20);
  }

  @Test
  void offsetsAreFoundByTimeAndAtTheEnds() {
    // Given
    broker.createTopic(TOPIC, 1, Map.of());
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
      for (long time = 1_000; time < 2_000; time += 10) {
        producer.send(new ProducerRecord<>(TOPIC, 0, time, null, new byte[100]));
      }
    }
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
      // When
      Map<TopicPartition, OffsetAndTimestamp> inside =
          consumer.offsetsForTimes(Map.of(partition, 1_495L));
      Map<TopicPartition, OffsetAndTimestamp> behind =
          consumer.offsetsForTimes(Map.of(partition, 5_000L));
      // Then
      assertThat(inside.get(partition))
          .isEqualTo(new OffsetAndTimestamp(50, 1_500, Optional.of(1)));
      assertThat(behind.get(partition)).isNull();
      assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 100L);
    }
  }

  @Test
  void recordsOutliveTheBroker() throws Exception {
    // Given
    broker.createTopic(TOPIC, PARTITIONS, Map.of());
    produce(1_000, Map.of());
    TopicImage topic = broker.metadata().image().topics().getTopic(TOPIC);
    broker.close();
    // When
    broker = new DataBroker(directory, NetworkConfig.defaults(64 << 20), List.of(topic));
    // Then
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
      assertThat(consumer.endOffsets(partitions()).values()).containsOnly(1_000L);
    }
  }

  private long stored() {
    return broker.partitions().logs().sizeBytes();
  }

  private static List<TopicPartition> partitions() {
    return IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(TOPIC, p)).toList();
  }

  private CRC32C[] produce(int perPartition, Map<String, Object> settings) {
    CRC32C[] sums = checksums();
    Random random = new Random(1);
    try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
      List<java.util.concurrent.Future<?>> acknowledgements = new ArrayList<>();
      for (int i = 0; i < perPartition * PARTITIONS; i++) {
        byte[] value = new byte[200 + random.nextInt(200)];
        random.nextBytes(value);
        int partition = i % PARTITIONS;
        sums[partition].update(value);
        acknowledgements.add(producer.send(new ProducerRecord<>(TOPIC, partition, null, value)));
      }
      producer.flush();
      assertThat(acknowledgements).allSatisfy(done -> done.get());
    }
    return sums;
  }

  private static CRC32C[] checksums() {
    return IntStream.range(0, PARTITIONS).mapToObj(p -> new CRC32C()).toArray(CRC32C[]::new);
  }

  private KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
    all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(
        partitions().stream()
            .filter(
                p ->
                    broker
                        .metadata()
                        .image()
                        .topics()
                        .getTopic(TOPIC)
                        .partitions()
                        .containsKey(p.partition()))
            .toList());
    consumer.seekToBeginning(consumer.assignment());
    return consumer;
  }
}
