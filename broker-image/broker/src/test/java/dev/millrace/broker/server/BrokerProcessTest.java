package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker as a process: signals, exit codes, and what is there after a restart. */
class BrokerProcessTest {
  @TempDir Path directory;

  @Test
  void sigtermEndsItCleanlyAndEverythingIsBackAfterwards() throws Exception {
    try (var broker = new BrokerProcess(directory)) {
      // Given
      broker.awaitReady();
      produce(broker, 0, 500);
      assertThat(consume(broker, 500)).hasSize(500);

      // When
      int exitCode = broker.terminate();

      // Then
      assertThat(exitCode).isZero();
      assertThat(broker.output()).contains("Stopped");

      // When
      broker.startAgain();
      broker.awaitReady();
      produce(broker, 500, 100);

      // Then
      assertThat(consume(broker, 100)).containsExactlyElementsOf(values(500, 100));
      assertThat(broker.get("/v1/broker")).contains("\"state\":\"Running\"");
      assertThat(broker.get("/v1/cluster")).contains("\"underReplicated\":0");
      assertThat(broker.terminate()).isZero();
    }
  }

  @Test
  void sigkillLosesNothingThatWasAcknowledged() throws Exception {
    try (var broker = new BrokerProcess(directory)) {
      // Given
      broker.awaitReady();
      produce(broker, 0, 500);
      assertThat(consume(broker, 200)).hasSizeGreaterThanOrEqualTo(200);
      produce(broker, 500, 500);

      // When
      broker.kill();
      broker.startAgain();
      broker.awaitReady();

      // Then
      assertThat(read(broker, "another-group", 1000)).containsExactlyElementsOf(values(0, 1000));
    }
  }

  @Test
  void anUnknownSettingIsToldOnTheConsoleAndInTheExitCode() throws Exception {
    // Given
    try (var broker = new BrokerProcess(directory)) {
      broker.kill();
      java.nio.file.Files.writeString(
          directory.resolve("broker.properties"),
          "\nlog.segment.byte=1\n",
          java.nio.file.StandardOpenOption.APPEND);

      // When
      broker.startAgain();

      // Then
      assertThat(broker.awaitEnd()).isEqualTo(2);
      assertThat(broker.output())
          .contains("There is no setting log.segment.byte; did you mean log.segment.bytes?");
    }
  }

  private static List<String> values(int from, int count) {
    return IntStream.range(from, from + count).mapToObj(i -> "value-" + i).toList();
  }

  private static void produce(BrokerProcess broker, int from, int count) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrap());
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String value : values(from, count)) {
        sent.add(producer.send(new ProducerRecord<>("orders", value)));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }

  private static List<String> consume(BrokerProcess broker, int count) {
    return read(broker, "readers", count);
  }

  private static List<String> read(BrokerProcess broker, String group, int count) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", broker.bootstrap());
    config.put("group.id", group);
    config.put("group.protocol", "consumer");
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", "false");
    List<String> read = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of("orders"));
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
                return read.size() >= count;
              });
      consumer.commitSync();
    }
    return read;
  }
}
