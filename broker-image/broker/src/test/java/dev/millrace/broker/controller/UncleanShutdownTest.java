package dev.millrace.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.controller.file.LocalFileLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.metadata.PartitionRegistration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Kafka's controller makes of the epoch that a broker remembers of its last clean stop:
 * whether its replicas may still be elected (KIP-966).
 */
class UncleanShutdownTest {
  private static final String TOPIC = "orders";

  private ControlPlane plane;
  private ControllerNode node;
  private final List<BrokerLifecycle> brokers = new ArrayList<>();

  @BeforeEach
  void start(@TempDir Path dir) throws Exception {
    plane = new ControlPlane("unclean", 1, self -> LocalFileLog.open(dir, "unclean", self));
    for (int id = 0; id < 3; id++) {
      brokers.add(plane.awaitRunningBroker(id));
    }
    node = plane.awaitActive();
    ControlPlane.createTopic(node.controller(), TOPIC, 1, 3).get(180, TimeUnit.SECONDS);
    await().atMost(ControlPlane.PATIENCE).until(() -> ControlPlane.hasTopic(node, TOPIC));
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
  }

  private void kill(int id) {
    plane.kill(id, brokers.get(id));
  }

  private PartitionRegistration partition() {
    return ControlPlane.partition(node, TOPIC, 0);
  }

  /** Fences two followers, so that the second is below the minimum and eligible to lead. */
  private int fencedButEligible() {
    int leader = partition().leader;
    int[] followers = Arrays.stream(partition().replicas).filter(id -> id != leader).toArray();
    kill(followers[0]);
    awaitIsr(leader, followers[1]);
    kill(followers[1]);
    awaitIsr(leader);
    assertThat(partition().elr).containsExactly(followers[1]);
    return followers[1];
  }

  private void awaitIsr(int... expected) {
    await()
        .atMost(ControlPlane.PATIENCE)
        .until(() -> Arrays.equals(sorted(partition().isr), sorted(expected)));
  }

  private static int[] sorted(int[] ids) {
    return Arrays.stream(ids).sorted().toArray();
  }

  @Test
  void aBrokerThatStoppedCleanStaysEligible() {
    // Given
    int broker = fencedButEligible();

    // When
    plane.awaitRunningBroker(broker, OptionalLong.of(brokers.get(broker).brokerEpoch()));

    // Then
    assertThat(partition().elr).containsExactly(broker);
  }

  @Test
  void aBrokerThatWasKilledIsNoLongerEligible() {
    // Given
    int broker = fencedButEligible();

    // When
    plane.awaitRunningBroker(broker, OptionalLong.empty());

    // Then
    assertThat(partition().elr).isEmpty();
    awaitIsr(partition().leader);
  }

  @Test
  void theLastReplicaInSyncLeadsAgainAfterAKillForThereIsNoBetter() {
    // Given
    int broker = fencedButEligible();
    int leader = partition().leader;
    plane.awaitRunningBroker(broker, OptionalLong.empty());
    kill(leader);
    await().atMost(ControlPlane.PATIENCE).until(() -> partition().leader < 0);

    // When
    plane.awaitRunningBroker(leader, OptionalLong.empty());

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> partition().leader == leader);
    assertThat(partition().isr).containsExactly(leader);
  }

  @Test
  void replicasLieInADirectoryThatTheControllerTakesForOnline() {
    for (int id : partition().replicas) {
      var broker = node.metadata().image().cluster().broker(id);
      assertThat(broker.hasOnlineDir(partition().directory(id))).isTrue();
      assertThat(broker.directories()).containsExactly(partition().directory(id));
    }
  }
}
