package dev.millrace.broker.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own producer and consumer against one broker. */
class ClientsTest {
  /** Consumers hear of a new assignment with their next heartbeat, by default in five seconds. */
  private static final Map<String, String> QUICK_HEARTBEATS =
      Map.of(
          "group.consumer.min.heartbeat.interval.ms", "200",
          "group.consumer.heartbeat.interval.ms", "200");

  private static BrokerHarness brokers;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    brokers = BrokerHarness.start(directory, 1, QUICK_HEARTBEATS);
    admin = brokers.admin();
  }

  @AfterAll
  static void stop() {
    admin.close();
    brokers.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void whatIsProducedIsConsumedOnceAndInOrder(String protocol) throws Exception {
    // Given
    String topic = "orders-" + protocol;
    admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1))).all().get();
    List<String> sent = IntStream.range(0, 2000).mapToObj(i -> "value-" + i).toList();

    // When
    produce(topic, sent);
    List<ConsumerRecord<String, String>> read;
    try (var consumer = consumer("readers-" + protocol, protocol)) {
      consumer.subscribe(List.of(topic));
      read = poll(consumer, sent.size());
    }

    // Then
    assertThat(read).extracting(ConsumerRecord::value).containsExactlyInAnyOrderElementsOf(sent);
    for (int partition = 0; partition < 3; partition++) {
      int id = partition;
      assertThat(read.stream().filter(record -> record.partition() == id))
          .extracting(ConsumerRecord::offset)
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void committedOffsetsAreWhereTheNextConsumerGoesOn(String protocol) throws Exception {
    // Given
    String topic = "committed-" + protocol;
    String group = "group-" + protocol;
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    produce(topic, List.of("a", "b", "c", "d"));
    try (var consumer = consumer(group, protocol)) {
      consumer.subscribe(List.of(topic));
      poll(consumer, 4);
      consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(2, "half")));
    }

    // When
    List<ConsumerRecord<String, String>> read;
    try (var consumer = consumer(group, protocol)) {
      consumer.subscribe(List.of(topic));
      read = poll(consumer, 2);
    }

    // Then
    assertThat(read).extracting(ConsumerRecord::value).containsExactly("c", "d");
  }

  @Test
  void twoConsumersShareTheirTopicAndOneTakesOverFromTheOther() throws Exception {
    // Given
    admin.createTopics(List.of(new NewTopic("shared", 4, (short) 1))).all().get();
    try (var first = consumer("sharers", "consumer")) {
      first.subscribe(List.of("shared"));
      try (var second = consumer("sharers", "consumer")) {
        second.subscribe(List.of("shared"));

        // When
        await()
            .atMost(BrokerHarness.DEADLINE)
            .until(
                () -> {
                  first.poll(Duration.ofMillis(50));
                  second.poll(Duration.ofMillis(50));
                  return first.assignment().size() == 2 && second.assignment().size() == 2;
                });
      }

      // Then
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(
              () -> {
                first.poll(Duration.ofMillis(50));
                return first.assignment().size() == 4;
              });
    }
  }

  @Test
  void aTopicIsMadeWhenItIsFirstProducedTo() throws Exception {
    // When
    List<RecordMetadata> sent = produce("made-on-use", List.of("a"));

    // Then
    assertThat(sent.getFirst().offset()).isZero();
    assertThat(admin.listTopics().names().get()).contains("made-on-use");
  }

  @Test
  void groupsAreListedDescribedTheirOffsetsAlteredAndTheyAreDeleted() throws Exception {
    // Given
    String topic = "administered";
    TopicPartition partition = new TopicPartition(topic, 0);
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    produce(topic, List.of("a", "b", "c"));
    try (var consumer = consumer("admins", "consumer")) {
      consumer.subscribe(List.of(topic));
      poll(consumer, 3);
      consumer.commitSync();

      // When
      ConsumerGroupDescription live = described("admins");

      // Then
      assertThat(live.members()).hasSize(1);
      assertThat(live.type()).isEqualTo(GroupType.CONSUMER);
      assertThat(live.members().iterator().next().assignment().topicPartitions())
          .containsExactly(partition);
    }
    await().atMost(BrokerHarness.DEADLINE).until(() -> described("admins").members().isEmpty());
    assertThat(admin.listGroups().all().get()).extracting(GroupListing::groupId).contains("admins");
    assertThat(committed("admins", partition)).isEqualTo(3);

    // When
    admin
        .alterConsumerGroupOffsets("admins", Map.of(partition, new OffsetAndMetadata(1)))
        .all()
        .get();

    // Then
    assertThat(committed("admins", partition)).isEqualTo(1);

    // When
    admin.deleteConsumerGroups(List.of("admins")).all().get();

    // Then
    assertThat(admin.listGroups().all().get())
        .extracting(GroupListing::groupId)
        .doesNotContain("admins");
  }

  private static ConsumerGroupDescription described(String group) throws Exception {
    return requireNonNull(admin.describeConsumerGroups(List.of(group)).all().get().get(group));
  }

  private static long committed(String group, TopicPartition partition) throws Exception {
    OffsetAndMetadata offset =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition);
    return offset == null ? -1 : offset.offset();
  }

  private static List<RecordMetadata> produce(String topic, List<String> values) throws Exception {
    try (var producer =
        new KafkaProducer<>(brokers.client(), new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String value : values) {
        sent.add(producer.send(new ProducerRecord<>(topic, value, value)));
      }
      List<RecordMetadata> done = new ArrayList<>();
      for (Future<RecordMetadata> one : sent) {
        done.add(one.get());
      }
      return done;
    }
  }

  private static KafkaConsumer<String, String> consumer(String group, String protocol) {
    Map<String, Object> config = brokers.client();
    config.put("group.id", group);
    config.put("group.protocol", protocol);
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", "false");
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  private static List<ConsumerRecord<String, String>> poll(
      KafkaConsumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> read = new ArrayList<>();
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(
            () -> {
              consumer.poll(Duration.ofMillis(100)).forEach(read::add);
              return read.size() >= count;
            });
    return read;
  }
}
