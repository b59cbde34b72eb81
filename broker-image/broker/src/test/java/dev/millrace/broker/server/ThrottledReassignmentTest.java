package dev.millrace.broker.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition that moves to another broker no faster than it is allowed to. */
class ThrottledReassignmentTest {
  private static final String TOPIC = "moved";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final int RECORD = 50_000;
  private static final int MIB = 1 << 20;

  /** What one answer may hold, once on either side. */
  private static final int BURST = 2 * 2 * MIB;

  private BrokerHarness brokers;
  private Admin admin;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    brokers = BrokerHarness.start(directory, 2, Map.of("min.insync.replicas", "1"));
    admin = brokers.admin();
  }

  @AfterEach
  void stop() {
    admin.close();
    brokers.close();
  }

  private void create(List<Integer> replicas) throws Exception {
    admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(0, replicas)))).all().get();
  }

  private void produce(int bytes) throws Exception {
    Map<String, Object> settings = brokers.client();
    settings.put("acks", "all");
    settings.put("batch.size", 500_000);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < bytes / RECORD; i++) {
        sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[RECORD])));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get(180, TimeUnit.SECONDS);
      }
    }
  }

  /** As {@code kafka-reassign-partitions --throttle} does. */
  private void throttle(long leaderRate, long followerRate, String leaders, String followers)
      throws Exception {
    for (int id = 0; id < 2; id++) {
      set(
          new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id)),
          Map.of(
              "leader.replication.throttled.rate", Long.toString(leaderRate),
              "follower.replication.throttled.rate", Long.toString(followerRate)));
    }
    set(
        new ConfigResource(ConfigResource.Type.TOPIC, TOPIC),
        Map.of(
            "leader.replication.throttled.replicas", leaders,
            "follower.replication.throttled.replicas", followers));
  }

  private void set(ConfigResource resource, Map<String, String> values) throws Exception {
    alter(resource, OpType.SET, values);
  }

  private void alter(ConfigResource resource, OpType type, Map<String, String> values)
      throws Exception {
    Collection<AlterConfigOp> changes =
        values.entrySet().stream()
            .map(value -> new ConfigEntry(value.getKey(), value.getValue()))
            .map(entry -> new AlterConfigOp(entry, type))
            .toList();
    admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
  }

  private void moveTo(List<Integer> replicas) throws Exception {
    admin
        .alterPartitionReassignments(
            Map.of(PARTITION, Optional.of(new NewPartitionReassignment(replicas))))
        .all()
        .get();
  }

  private long bytesOn(int broker) throws Exception {
    var directories =
        requireNonNull(admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker));
    return directories.values().stream()
        .flatMap(directory -> directory.replicaInfos().entrySet().stream())
        .filter(replica -> replica.getKey().equals(PARTITION))
        .mapToLong(replica -> replica.getValue().size())
        .sum();
  }

  private boolean hasMovedTo(int broker) throws Exception {
    TopicDescription topic =
        requireNonNull(admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC));
    var replicas = topic.partitions().getFirst().replicas();
    return replicas.size() == 1 && replicas.getFirst().id() == broker;
  }

  /** Follows a move and fails where more was copied than the rate allows. */
  private void moveWithin(long rate) throws Exception {
    // The clock starts before, and is read after, what it bounds.
    long from = System.nanoTime();
    moveTo(List.of(1));
    await()
        .atMost(BrokerHarness.DEADLINE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              long copied = bytesOn(1);
              double seconds = (System.nanoTime() - from) / 1e9;
              assertThat(copied)
                  .as("copied after %.2f s", seconds)
                  .isLessThanOrEqualTo((long) (rate * (seconds + 1)) + BURST);
              return hasMovedTo(1);
            });
  }

  @Test
  void theLeaderSendsNoFasterThanItsRate() throws Exception {
    // Given
    create(List.of(0));
    produce(16 * MIB);

    // When, Then
    throttle(3 * MIB, Long.MAX_VALUE, "*", "*");
    moveWithin(3 * MIB);
  }

  @Test
  void theFollowerTakesNoMoreThanItsRate() throws Exception {
    // Given
    create(List.of(0));
    produce(16 * MIB);

    // When, Then
    throttle(Long.MAX_VALUE, 3 * MIB, "0:0", "0:1");
    moveWithin(3 * MIB);
  }

  @Test
  void itGoesOnAtFullSpeedWhenTheThrottleIsTakenAway() throws Exception {
    // Given: at that rate it takes an hour
    create(List.of(0));
    produce(16 * MIB);
    throttle(5_000, 5_000, "0:0", "0:1");
    moveTo(List.of(1));
    await().atMost(BrokerHarness.DEADLINE).until(() -> bytesOn(1) > 0);
    assertThat(bytesOn(1)).isLessThan(BURST + MIB);
    assertThat(hasMovedTo(1)).isFalse();

    // When
    for (int id = 0; id < 2; id++) {
      alter(
          new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id)),
          OpType.DELETE,
          Map.of(
              "leader.replication.throttled.rate", "", "follower.replication.throttled.rate", ""));
    }

    // Then
    await().atMost(BrokerHarness.DEADLINE).until(() -> hasMovedTo(1));
  }

  @Test
  void whatIsInSyncIsNotHeldBackForProducersWaitForIt() throws Exception {
    // Given
    create(List.of(0, 1));
    set(new ConfigResource(ConfigResource.Type.TOPIC, TOPIC), Map.of("min.insync.replicas", "2"));
    throttle(1, 1, "*", "*");

    // When, Then: each is acknowledged, or it fails
    for (int i = 0; i < 5; i++) {
      produce(MIB);
    }
    await().atMost(BrokerHarness.DEADLINE).until(() -> bytesOn(0) == bytesOn(1));
  }
}
