package dev.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.compat.BrokerUnderTest.Target;
import dev.millrace.operator.topic.ClusterDirectory.Address;
import dev.millrace.operator.topic.KafkaTopics;
import dev.millrace.operator.topic.TopicAction.Change;
import dev.millrace.operator.topic.TopicAction.Create;
import dev.millrace.operator.topic.TopicAction.Delete;
import dev.millrace.operator.topic.TopicAdmin;
import dev.millrace.operator.topic.TopicState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the operator asks of topics, of a real broker: ours, and Kafka's as the oracle. */
@ExtendWith(BrokerUnderTest.class)
class OperatorTopicsTest {
  private final String topic = "compat-topic-" + UUID.randomUUID().toString().substring(0, 8);

  @Test
  void aTopicIsMadeSeenGrownChangedAndDeleted(Target target) throws Exception {
    try (TopicAdmin admin = new KafkaTopics(address(target))) {
      // Given
      assertThat(admin.look(List.of(topic))).isEmpty();
      assertThat(admin.look(List.of())).isEmpty();
      var create =
          new Create(
              topic,
              Optional.of(3),
              Optional.empty(),
              Map.of("retention.ms", "3600000", "cleanup.policy", "delete"));

      // When
      assertThat(admin.perform(create)).isEmpty();
      assertThat(admin.perform(create)).as("twice is as once").isEmpty();
      TopicState made = see(admin, is -> is.partitions() == 3);

      // Then
      assertThat(made.replicas()).isEqualTo(1);
      assertThat(made.underReplicated() + made.underMinIsr() + made.leaderless()).isZero();
      assertThat(made.config())
          .containsOnly(
              Map.entry("retention.ms", "3600000"), Map.entry("cleanup.policy", "delete"));

      // When
      var change =
          new Change(
              topic,
              Optional.of(5),
              Map.of("max.message.bytes", "2097152"),
              Set.of("retention.ms"));
      assertThat(admin.perform(change)).isEmpty();
      TopicState changed = see(admin, is -> is.config().containsKey("max.message.bytes"));
      assertThat(admin.perform(change)).as("twice is as once").isEmpty();

      // Then
      assertThat(changed.id()).isEqualTo(made.id());
      assertThat(changed.partitions()).isEqualTo(5);
      assertThat(changed.config()).doesNotContainKey("retention.ms");

      // When: another topic has that id
      assertThat(admin.perform(new Delete(topic, "AAAAAAAAAAAAAAAAAAAAAQ"))).isEmpty();
      assertThat(admin.look(List.of(topic))).containsKey(topic);
      assertThat(admin.perform(new Delete(topic, made.id()))).isEmpty();
      await().atMost(Duration.ofMinutes(1)).until(() -> admin.look(List.of(topic)).isEmpty());
      assertThat(admin.perform(new Delete(topic, made.id()))).as("twice is as once").isEmpty();
    }
  }

  @Test
  void whatTheBrokerRefusesItSaysInWords(Target target) throws Exception {
    try (TopicAdmin admin = new KafkaTopics(address(target))) {
      // Then
      assertThat(admin.perform(new Create(topic, Optional.of(1), Optional.of(3), Map.of())))
          .hasValueSatisfying(why -> assertThat(why).containsIgnoringCase("replica"));
      assertThat(
              admin.perform(
                  new Create(topic, Optional.of(1), Optional.of(1), Map.of("no.such", "x"))))
          .hasValueSatisfying(why -> assertThat(why).contains("no.such"));
      assertThat(admin.look(List.of(topic))).isEmpty();

      // Given
      admin.perform(new Create(topic, Optional.of(1), Optional.of(1), Map.of()));
      see(admin, is -> is.partitions() == 1);

      // Then
      assertThat(
              admin.perform(
                  new Change(topic, Optional.empty(), Map.of("retention.ms", "soon"), Set.of())))
          .hasValueSatisfying(why -> assertThat(why).contains("retention.ms"));
    }
  }

  @Test
  void nothingIsAskedOfAnotherCluster(Target target) throws Exception {
    var strange = new Address(target.bootstrap(), "another-cluster");
    try (TopicAdmin admin = new KafkaTopics(strange)) {
      assertThatThrownBy(() -> admin.look(List.of(topic)))
          .isInstanceOf(TopicAdmin.AdminException.class)
          .hasMessageContaining("and not another-cluster");
      assertThatThrownBy(
              () -> admin.perform(new Create(topic, Optional.empty(), Optional.empty(), Map.of())))
          .isInstanceOf(TopicAdmin.AdminException.class);
    }
    try (TopicAdmin admin = new KafkaTopics(address(target))) {
      assertThat(admin.look(List.of(topic))).isEmpty();
    }
  }

  private TopicState see(TopicAdmin admin, Predicate<TopicState> wanted) {
    return await()
        .until(
            () -> Optional.ofNullable(admin.look(List.of(topic)).get(topic)),
            state -> state.filter(wanted).isPresent())
        .orElseThrow();
  }

  private static Address address(Target target) throws ExecutionException, InterruptedException {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, target.bootstrap()))) {
      return new Address(target.bootstrap(), admin.describeCluster().clusterId().get());
    }
  }
}
