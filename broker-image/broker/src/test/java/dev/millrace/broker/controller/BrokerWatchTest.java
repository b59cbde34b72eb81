package dev.millrace.broker.controller;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.controller.file.LocalFileLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.BrokerRegistration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With Kafka's controller, and sessions so long that nothing but the watch ends them. */
class BrokerWatchTest {
  private final Set<Integer> listening = ConcurrentHashMap.newKeySet();
  private final Map<Integer, BrokerLifecycle> brokers = new HashMap<>();
  private final Map<Integer, CompletableFuture<Void>> connections = new HashMap<>();
  private final DeathCheck check =
      new DeathCheck(
          endpoint ->
              CompletableFuture.completedFuture(
                  listening.contains(endpoint.nodeId())
                      ? Probe.Answer.SOMEBODY
                      : Probe.Answer.NOBODY));
  private ControlPlane plane;
  private ControllerNode node;
  private BrokerWatch watch;

  @BeforeEach
  void start(@TempDir Path dir) throws Exception {
    plane =
        new ControlPlane(
            "watched", 1, self -> LocalFileLog.open(dir, "watched", self), Duration.ofHours(1));
    node = plane.awaitActive();
    watch = new BrokerWatch(node, 0, "CLIENT", check);
    for (int id = 1; id <= 2; id++) {
      listening.add(id);
      brokers.put(id, plane.awaitRunningBroker(id));
      connections.put(id, new CompletableFuture<>());
    }
    await().atMost(ControlPlane.PATIENCE).until(() -> !isFenced(1) && !isFenced(2));
  }

  @AfterEach
  void stop() throws Exception {
    check.close();
    plane.close();
  }

  private void watchFromNow() {
    assertThat(node.metadata().subscribe(watch)).succeedsWithin(ControlPlane.PATIENCE);
    brokers.forEach((id, broker) -> watch.heard(id, broker.brokerEpoch(), connection(id)));
  }

  private CompletableFuture<Void> connection(int id) {
    return requireNonNull(connections.get(id));
  }

  private BrokerLifecycle broker(int id) {
    return requireNonNull(brokers.get(id));
  }

  private void kill(int id) {
    listening.remove(id);
    broker(id).close();
    connection(id).complete(null);
  }

  private BrokerRegistration registration(int id) {
    return requireNonNull(node.metadata().image().cluster().broker(id));
  }

  private boolean isFenced(int id) {
    return registration(id).fenced();
  }

  @Test
  void aBrokerThatIsGoneFromItsAddressIsFencedWhenItsConnectionCloses() {
    // Given
    watchFromNow();

    // When
    kill(1);

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> isFenced(1));
    assertThat(isFenced(2)).isFalse();
  }

  @Test
  void aBrokerThatOnlyLostItsConnectionIsLeftAlone() {
    // Given
    watchFromNow();

    // When: the second is looked after behind the first
    connection(1).complete(null);
    kill(2);

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> isFenced(2));
    assertThat(isFenced(1)).isFalse();
  }

  @Test
  void aBrokerThatConnectedAnewBeforeTheOldConnectionWasSeenToCloseIsLeftAlone() {
    // Given
    watchFromNow();
    listening.remove(1);
    watch.heard(1, broker(1).brokerEpoch(), new CompletableFuture<>());

    // When
    connection(1).complete(null);
    kill(2);

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> isFenced(2));
    assertThat(isFenced(1)).isFalse();
  }

  @Test
  void aNewControllerLooksAfterBrokersThatItNeverHeardOf() {
    // Given
    listening.remove(1);
    broker(1).close();

    // When
    assertThat(node.metadata().subscribe(watch)).succeedsWithin(ControlPlane.PATIENCE);

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> isFenced(1));
    assertThat(isFenced(2)).isFalse();
  }

  @Test
  void aBrokerThatWasRestartedIsLetInThoughItsFormerSessionHasNotEnded() {
    // Given
    watchFromNow();
    long before = broker(1).brokerEpoch();
    broker(1).close();
    connection(1).complete(null);

    // When
    watch.arriving(1, Uuid.randomUuid());
    BrokerLifecycle again = plane.awaitRunningBroker(1, OptionalLong.of(before));

    // Then
    assertThat(again.brokerEpoch()).isGreaterThan(before);
    await()
        .atMost(ControlPlane.PATIENCE)
        .until(() -> registration(1).epoch() == again.brokerEpoch());
  }

  @Test
  void aSecondBrokerOfTheSameIdIsNotLetInWhileTheFirstIsConnected() {
    // Given
    watchFromNow();
    long before = broker(1).brokerEpoch();

    // When
    watch.arriving(1, Uuid.randomUuid());
    BrokerLifecycle second = plane.broker(1, OptionalLong.empty());
    kill(2);

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> isFenced(2));
    assertThat(second.state()).isEqualTo(BrokerLifecycle.State.REGISTERING);
    assertThat(registration(1).epoch()).isEqualTo(before);
    assertThat(isFenced(1)).isFalse();
  }
}
