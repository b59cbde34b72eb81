package dev.millrace.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.controller.file.LocalFileLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node on a local file. */
class StandaloneControllerTest {
  @TempDir Path dir;

  @Test
  void anEmptyLogStartsWithTheNewestProductionFeatures() throws Exception {
    // When
    try (ControlPlane plane = plane()) {
      ControllerNode node = plane.awaitActive();
      await().atMost(ControlPlane.PATIENCE).until(() -> !node.metadata().image().isEmpty());

      // Then
      assertThat(node.metadata().image().features().metadataVersionOrThrow())
          .isEqualTo(MetadataVersion.latestProduction());
      assertThat(node.metadata().image().features().finalizedVersions())
          .containsKeys("group.version", "transaction.version", "eligible.leader.replicas.version");
      assertThat(node.metadata().controllerId()).isZero();
      assertThat(node.activeController()).contains(new Endpoint(0, "node-0", 9091));
    }
  }

  @Test
  void allIsThereAfterARestartWithATornTail() throws Exception {
    // Given
    Uuid topicId;
    long brokerEpoch;
    try (ControlPlane plane = plane()) {
      BrokerLifecycle broker = plane.awaitRunningBroker(0);
      brokerEpoch = broker.brokerEpoch();
      for (int i = 0; i < 30; i++) {
        ControlPlane.createTopic(plane.awaitActive().controller(), "topic-" + i, 3)
            .get(180, TimeUnit.SECONDS);
      }
      ControllerNode node = plane.awaitActive();
      await().atMost(ControlPlane.PATIENCE).until(() -> ControlPlane.hasTopic(node, "topic-29"));
      topicId = plane.awaitActive().metadata().image().topics().getTopic("topic-29").id();
    }
    Files.write(log(), new byte[] {0, 0, 0, 0, 0, 0, 9, 9, 0, 0}, StandardOpenOption.APPEND);

    // When
    try (ControlPlane plane = plane()) {
      BrokerLifecycle broker = plane.awaitRunningBroker(0);

      // Then
      ControllerNode node = plane.awaitActive();
      assertThat(ControlPlane.epoch(node)).isEqualTo(2);
      assertThat(node.metadata().image().topics().topicsByName()).hasSize(30);
      assertThat(node.metadata().image().topics().getTopic("topic-29").id()).isEqualTo(topicId);
      assertThat(broker.brokerEpoch()).isGreaterThan(brokerEpoch);
      assertThat(plane.fatalFaults).isEmpty();
    }
  }

  @Test
  void aBrokerIsFencedUntilItIsReadyAndLetsGoInAControlledShutdown() throws Exception {
    // Given
    try (ControlPlane plane = plane()) {
      BrokerLifecycle broker = plane.broker(0, OptionalLong.empty());
      await()
          .atMost(ControlPlane.PATIENCE)
          .until(() -> broker.state() == BrokerLifecycle.State.FENCED);
      ControllerNode node = plane.awaitActive();
      await().atMost(ControlPlane.PATIENCE).until(() -> registration(node) != null);
      assertThat(registration(node).fenced()).isTrue();

      // When
      broker.readyToServe();

      // Then
      await()
          .atMost(ControlPlane.PATIENCE)
          .until(() -> broker.state() == BrokerLifecycle.State.RUNNING);
      await().atMost(ControlPlane.PATIENCE).until(() -> !registration(node).fenced());

      // When
      broker.controlledShutdown().get(180, TimeUnit.SECONDS);

      // Then
      assertThat(broker.state()).isEqualTo(BrokerLifecycle.State.STOPPED);
      await()
          .atMost(ControlPlane.PATIENCE)
          .until(() -> registration(node).inControlledShutdown() || registration(node).fenced());
    }
  }

  @Test
  void producerIdsAreNeverGivenTwice() throws Exception {
    // Given
    try (ControlPlane plane = plane()) {
      BrokerLifecycle broker = plane.awaitRunningBroker(0);
      var first = new ProducerIds(plane.channel, 0, broker::brokerEpoch);
      var second = new ProducerIds(plane.channel, 0, broker::brokerEpoch);

      // When
      Set<Long> ids =
          IntStream.range(0, 2_500)
              .mapToObj(i -> (i % 2 == 0 ? first : second).next().orTimeout(180, TimeUnit.SECONDS))
              .map(CompletableFuture::join)
              .collect(Collectors.toSet());

      // Then
      assertThat(ids).hasSize(2_500);
    }
  }

  private static BrokerRegistration registration(ControllerNode node) {
    return node.metadata().image().cluster().broker(0);
  }

  private Path log() {
    return dir.resolve("00000000000000000000.log");
  }

  private ControlPlane plane() throws Exception {
    // A broker that comes again is let in once its former session has ended.
    return new ControlPlane(
        "standalone", 1, self -> LocalFileLog.open(dir, "standalone", self), Duration.ofSeconds(3));
  }
}
