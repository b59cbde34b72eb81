package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.broker.apiserver.ApiServer;
import dev.millrace.broker.apiserver.ApiServerExtension;
import java.io.DataInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brokers as processes on a real API server, and what the others do when one is killed. Sessions
 * are longer than any wait here: what happens, happens because of the closed connections. Times are
 * logged, not asserted.
 */
@ExtendWith(ApiServerExtension.class)
class FailoverTest {
  private static final Logger LOGGER = LoggerFactory.getLogger(FailoverTest.class);

  @TempDir Path directory;

  private ProcessCluster brokers;

  @BeforeEach
  void start(ApiServer server) throws Exception {
    brokers = ProcessCluster.start(server, directory);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker(0).bootstrap()))) {
      admin.createTopics(List.of(new NewTopic("orders", 12, (short) 3))).all().get();
    }
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(() -> cluster(0).at("/partitions/total").asInt() == 12);
  }

  @AfterEach
  void stop() throws Exception {
    brokers.close();
  }

  private BrokerProcess broker(int id) {
    return brokers.broker(id);
  }

  private JsonNode cluster(int seenBy) throws Exception {
    return brokers.seenBy(seenBy);
  }

  private boolean allUnfenced(int seenBy) throws Exception {
    return brokers.allUnfenced(seenBy);
  }

  private boolean isFenced(int id, int seenBy) throws Exception {
    for (JsonNode seen : cluster(seenBy).path("brokers")) {
      if (seen.path("id").asInt() == id) {
        return seen.path("fenced").asBoolean() && seen.path("leaders").asInt() == 0;
      }
    }
    return false;
  }

  private int controller(int seenBy) throws Exception {
    return cluster(seenBy).path("controllerId").asInt();
  }

  private void awaitAndTell(String what, java.util.concurrent.Callable<Boolean> condition) {
    long from = System.nanoTime();
    await()
        .atMost(BrokerHarness.DEADLINE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(condition);
    LOGGER
        .atInfo()
        .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from))
        .log(what);
  }

  @Test
  void leadershipMovesWhenABrokerIsKilledAndItIsBackAtOnceWhenItIsRestarted() throws Exception {
    // Given
    int controller = controller(0);
    int victim = (controller + 1) % 3;

    // When
    broker(victim).kill();

    // Then
    awaitAndTell("Fenced after a kill", () -> isFenced(victim, controller));
    assertThat(cluster(controller).at("/partitions/leaderless").asInt()).isZero();

    // When
    broker(victim).startAgain();
    broker(victim).awaitReady();

    // Then
    await().atMost(BrokerHarness.DEADLINE).until(() -> allUnfenced(controller));

    // When: restarted so quickly that its absence may not have been noticed
    broker(victim).kill();
    broker(victim).startAgain();
    broker(victim).awaitReady();

    // Then
    await().atMost(BrokerHarness.DEADLINE).until(() -> allUnfenced(controller));
  }

  @Test
  void anotherControllerTakesOverFromAKilledOneAndFencesItsBroker() throws Exception {
    // Given
    int first = controller(0);
    int witness = (first + 1) % 3;

    // When
    broker(first).kill();

    // Then
    long from = System.nanoTime();
    awaitAndTell("Another controller", () -> controller(witness) != first);
    awaitAndTell("Fenced by the new controller after that", () -> isFenced(first, witness));
    LOGGER
        .atInfo()
        .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from))
        .log("Leadership moved after the kill of the controller");
    assertThat(cluster(witness).at("/partitions/leaderless").asInt()).isZero();
    assertThat(broker(controller(witness)).output()).contains("claiming its office");
  }

  @Test
  void aBrokerThatStartsWhileTheApiIsAwayServesWhatItLeads() throws Exception {
    // Given
    String bootstrap = broker(0).bootstrap();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic("kept", Map.of(0, List.of(0))))).all().get();
    }
    produce(bootstrap, "before");
    Path copy = directory.resolve("broker-0/data/metadata-cache/image");
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(() -> Files.exists(copy) && hasSettled(copy, cluster(0)));
    for (BrokerProcess broker : brokers.brokers()) {
      broker.kill();
    }

    // When
    broker(0).configure("kubernetes.url=https://127.0.0.1:1");
    broker(0).startAgain();

    // Then
    produce(bootstrap, "after");
    assertThat(consume(bootstrap, 2)).containsExactly("before", "after");
    assertThat(broker(0).output()).contains("starting from the copy on disk");
  }

  /** Whether the copy was written after the newest change. */
  private boolean hasSettled(Path copy, JsonNode cluster) throws Exception {
    try (var in = new DataInputStream(Files.newInputStream(copy))) {
      in.skipNBytes(Integer.BYTES + Long.BYTES);
      in.readUTF();
      in.readUTF();
      return in.readLong() > cluster.path("metadataOffset").asLong();
    }
  }

  /** Without a producer id: those are the controller's to allot, and it cannot meanwhile. */
  private static void produce(String bootstrap, String value) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrap, "acks", "all", "enable.idempotence", "false");
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("kept", value)).get();
    }
  }

  private static List<String> consume(String bootstrap, int count) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest");
    List<String> read = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition("kept", 0)));
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
                return read.size() >= count;
              });
    }
    return read;
  }

  @Test
  void brokersThatStopTogetherDoNotWaitForEachOther() throws Exception {
    // Given
    long from = System.nanoTime();

    // When
    brokers.brokers().forEach(BrokerProcess::beginToTerminate);

    // Then
    for (BrokerProcess broker : brokers.brokers()) {
      assertThat(broker.awaitEnd()).isZero();
    }
    LOGGER
        .atInfo()
        .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from))
        .log("All have stopped");
  }
}
