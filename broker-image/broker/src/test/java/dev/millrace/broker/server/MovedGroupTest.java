package dev.millrace.broker.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups whose partition of the offsets topic gets other replicas. */
class MovedGroupTest {
  private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

  @TempDir private Path directory = Path.of("");

  @Test
  void commitsGoOnWhenAReplicaOfTheirPartitionMovesAway() throws Exception {
    try (var brokers = brokers(2);
        Admin admin = brokers.admin()) {
      // Given
      begin(admin);
      List<TopicPartitionInfo> before = offsets(admin);
      assertThat(before).allSatisfy(one -> assertThat(one.replicas()).hasSize(2));

      // When: each keeps its leader alone, which begins a new epoch of that leader
      move(admin, one -> one.leader().id());

      // Then
      commit(admin, 2);
    }
  }

  @Test
  void aCoordinatorThatComesBackKnowsWhatWasCommittedMeanwhile() throws Exception {
    try (var brokers = brokers(1);
        Admin admin = brokers.admin()) {
      // Given
      begin(admin);

      // When: each goes to the other broker, and comes back
      move(admin, one -> 1 - one.leader().id());
      commit(admin, 2);
      move(admin, one -> 1 - one.leader().id());

      // Then
      assertCommitted(admin, 2);
    }
  }

  /** Two of them, with so many replicas of the offsets topic. */
  private BrokerHarness brokers(int replicas) throws Exception {
    return BrokerHarness.start(
        directory,
        2,
        Map.of(
            "min.insync.replicas",
            "1",
            "offsets.topic.replication.factor",
            Integer.toString(replicas)));
  }

  private static void begin(Admin admin) throws Exception {
    admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1))).all().get();
    commit(admin, 1);
  }

  /** Gives every partition of the offsets topic one replica, and waits until it has no other. */
  private static void move(Admin admin, ToIntFunction<TopicPartitionInfo> target) throws Exception {
    Map<Integer, Integer> targets =
        offsets(admin).stream()
            .collect(Collectors.toMap(TopicPartitionInfo::partition, target::applyAsInt));
    admin
        .alterPartitionReassignments(
            targets.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        one -> new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, one.getKey()),
                        one -> Optional.of(new NewPartitionReassignment(List.of(one.getValue()))))))
        .all()
        .get();
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(
            () ->
                offsets(admin).stream()
                    .allMatch(
                        one ->
                            one.leader() != null
                                && Objects.equals(one.leader().id(), targets.get(one.partition()))
                                && one.replicas().size() == 1));
  }

  private static void commit(Admin admin, long offset) throws Exception {
    admin
        .alterConsumerGroupOffsets("readers", Map.of(PARTITION, new OffsetAndMetadata(offset)))
        .all()
        .get();
    assertCommitted(admin, offset);
  }

  private static void assertCommitted(Admin admin, long offset) throws Exception {
    assertThat(admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get())
        .containsEntry(PARTITION, new OffsetAndMetadata(offset));
  }

  private static List<TopicPartitionInfo> offsets(Admin admin) throws Exception {
    String name = Topic.GROUP_METADATA_TOPIC_NAME;
    return requireNonNull(admin.describeTopics(List.of(name)).allTopicNames().get().get(name))
        .partitions();
  }
}
