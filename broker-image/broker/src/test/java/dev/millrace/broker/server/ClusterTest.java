package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers that share a metadata log. Sessions are longer than a busy machine holds up a
 * heartbeat: whoever goes, says so or closes its connections.
 */
class ClusterTest {
  private BrokerHarness brokers;
  private Admin admin;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    brokers =
        BrokerHarness.start(
            directory,
            3,
            Map.of("broker.session.timeout.ms", "60000", "broker.heartbeat.interval.ms", "200"));
    admin = brokers.admin();
  }

  @AfterEach
  void stop() {
    admin.close();
    brokers.close();
  }

  @Test
  void everyBrokerTakesRequestsForTheControllerAndSendsThemOn() throws Exception {
    for (int id = 0; id < 3; id++) {
      // Given
      String topic = "made-over-" + id;
      try (Admin over = Admin.create(Map.of("bootstrap.servers", brokers.client(id)))) {
        // When
        over.createTopics(List.of(new NewTopic(topic, 3, (short) 1))).all().get();
      }

      // Then
      TopicDescription made = described(topic);
      assertThat(made.partitions()).extracting(partition -> partition.leader().id()).hasSize(3);
    }
    assertThat(described("made-over-0").partitions())
        .extracting(partition -> partition.leader().id())
        .containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void aNewControllerTakesOverWhenTheOldOneStops() throws Exception {
    // Given
    int first = controller();

    // When
    brokers.stop(first);

    // Then
    int second =
        await()
            .atMost(BrokerHarness.DEADLINE)
            .until(this::controller, id -> id >= 0 && id != first);
    assertThat(second).isNotEqualTo(first);
    admin.createTopics(List.of(new NewTopic("after", 2, (short) 1))).all().get();
    assertThat(described("after").partitions())
        .extracting(partition -> partition.leader().id())
        .doesNotContain(first);

    // When
    brokers.start(first);
    brokers.awaitReady();

    // Then
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(() -> admin.describeCluster().nodes().get().size() == 3);
  }

  @Test
  void aStoppedBrokersPartitionsAreReportedByTheOthers() throws Exception {
    // Given
    admin
        .createTopics(List.of(new NewTopic("lonely", Map.of(0, List.of(2), 1, List.of(0)))))
        .all()
        .get();
    described("lonely");

    // When
    brokers.stop(2);

    // Then
    await()
        .atMost(BrokerHarness.DEADLINE)
        .untilAsserted(
            () ->
                assertThat(get(brokers.health(0) + "/v1/cluster"))
                    .contains("\"leaderless\":1", "broker 2 is"));
  }

  @Test
  void aTopicThatNamesNoNumberHasThreeReplicasAndNeedsTwo() throws Exception {
    // When
    admin
        .createTopics(List.of(new NewTopic("plain", Optional.of(2), Optional.empty())))
        .all()
        .get();

    // Then
    assertThat(described("plain").partitions())
        .allMatch(partition -> partition.replicas().size() == 3);
    assertThat(setting(ConfigResource.Type.TOPIC, "plain", "min.insync.replicas")).isEqualTo("2");
    assertThat(setting(ConfigResource.Type.BROKER, "1", "default.replication.factor"))
        .isEqualTo("3");
    assertThat(setting(ConfigResource.Type.BROKER, "1", "offsets.topic.replication.factor"))
        .isEqualTo("3");
  }

  @Test
  void aBrokerThatIsDownIsCountedSoThatNoTopicIsMadeWithOneReplicaMeanwhile() throws Exception {
    // Given
    brokers.stop(2);

    // When
    admin
        .createTopics(List.of(new NewTopic("meanwhile", Optional.of(1), Optional.empty())))
        .all()
        .get();

    // Then
    assertThat(described("meanwhile").partitions().getFirst().replicas()).hasSize(3);
    assertThat(described("meanwhile").partitions().getFirst().isr()).hasSize(2);
  }

  @Test
  void aReassignmentIsTakenIfItsBrokersExist() throws Exception {
    // Given
    admin.createTopics(List.of(new NewTopic("moving", Map.of(0, List.of(0))))).all().get();
    described("moving");
    var partition = new TopicPartition("moving", 0);

    // When: the new replica has to catch up first
    admin
        .alterPartitionReassignments(
            Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(0, 1)))))
        .all()
        .get();

    // Then
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(() -> described("moving").partitions().getFirst().replicas().size() == 2);

    // When: nobody is to be moved to a broker that is none
    var refused =
        admin.alterPartitionReassignments(
            Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(0, 9)))));

    // Then
    assertThatThrownBy(() -> refused.all().get())
        .hasCauseInstanceOf(InvalidReplicaAssignmentException.class);
  }

  private String setting(ConfigResource.Type type, String resource, String name) throws Exception {
    var asked = new ConfigResource(type, resource);
    var config = admin.describeConfigs(List.of(asked)).all().get().get(asked);
    return java.util.Objects.requireNonNull(config).get(name).value();
  }

  @Test
  void aBrokerWhoseVolumeFailedLeavesItsLeadershipsToTheOthersAndStartsAnewWhenItCanWrite()
      throws Exception {
    // Given
    admin.createTopics(List.of(new NewTopic("kept", Map.of(0, List.of(2, 0, 1))))).all().get();
    described("kept");

    // When: an append meets an error, though the volume can be written all the time
    brokers.failVolume(2, new IOException("Input/output error"));

    // Then
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(
            () -> {
              // Nobody leads in the eyes of one that knows the broker as gone and not the election.
              var leader = described("kept").partitions().getFirst().leader();
              return leader != null && leader.id() != 2;
            });
    brokers.awaitEnd(2);

    // When
    brokers.start(2);
    brokers.awaitReady();

    // Then
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(() -> described("kept").partitions().getFirst().isr().size() == 3);
  }

  private int controller() throws Exception {
    return Optional.ofNullable(admin.describeCluster().controller().get()).map(Node::id).orElse(-1);
  }

  private TopicDescription described(String topic) throws Exception {
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(
            () -> IntStream.range(0, 3).allMatch(id -> !brokers.isRunning(id) || knows(id, topic)));
    return java.util.Objects.requireNonNull(
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
  }

  private boolean knows(int id, String topic) {
    try (Admin one = Admin.create(Map.of("bootstrap.servers", brokers.client(id)))) {
      return one.listTopics().names().get().contains(topic);
    } catch (Exception e) {
      return false;
    }
  }

  private static String get(String url) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
