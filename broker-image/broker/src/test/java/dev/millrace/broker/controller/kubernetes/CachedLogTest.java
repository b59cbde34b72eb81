package dev.millrace.broker.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.controller.ControllerNode;
import dev.millrace.broker.controller.ControllerSettings;
import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.Faults;
import dev.millrace.broker.controller.LocalControllerChannel;
import dev.millrace.broker.controller.MetadataLog;
import dev.millrace.broker.controller.cached.CacheFile;
import dev.millrace.broker.controller.cached.CachedLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A controller node that starts while the Kubernetes API is away, and what it does when it is back.
 */
class CachedLogTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Endpoint SELF = new Endpoint(0, "node-0", 9091);
  private static final ConfigResource TOPICLESS =
      new ConfigResource(ConfigResource.Type.BROKER, "");

  @TempDir Path directory;

  private final InMemoryKubeApi cluster = new InMemoryKubeApi();
  private final List<String> fatal = new CopyOnWriteArrayList<>();
  private RingMedium medium;

  @BeforeEach
  void create() throws Exception {
    medium = RingMedium.create(() -> cluster, () -> cluster, "cached", 16);
  }

  private ControllerNode start(RingMedium on, Faults faults) throws Exception {
    MetadataLog log =
        CachedLog.open(
            new CacheFile(directory.resolve("metadata-cache").resolve("image")),
            () -> on.open(SELF, faults),
            Duration.ofMillis(200),
            KubernetesRing.MAX_ENTRY_BYTES);
    var node =
        new ControllerNode(
            ControllerSettings.defaults(SELF),
            log,
            (message, cause) -> fatal.add(message + ": " + cause.getMessage()));
    node.start();
    return node;
  }

  private static void awaitActive(ControllerNode node) {
    await().atMost(PATIENCE).until(node::isActive);
  }

  /** A change that takes an append. */
  private static void change(ControllerNode node, String value) {
    var change = Map.of("log.retention.ms", Map.entry(OpType.SET, value));
    assertThat(
            node.controller()
                .incrementalAlterConfigs(
                    LocalControllerChannel.context(), Map.of(TOPICLESS, change), false, false))
        .succeedsWithin(PATIENCE);
    await().atMost(PATIENCE).until(() -> value.equals(known(node)));
  }

  private static String known(ControllerNode node) {
    return node.metadata()
        .image()
        .configs()
        .configMapForResource(TOPICLESS)
        .getOrDefault("log.retention.ms", "");
  }

  private void runOnce(String value) throws Exception {
    try (ControllerNode node = start(medium, new Faults())) {
      awaitActive(node);
      change(node, value);
    }
  }

  @Test
  void itKnowsWhatItKnewAndGoesOnWhenTheApiIsBack() throws Exception {
    // Given
    runOnce("1000");
    var faults = new Faults();
    faults.beginOutage();

    // When
    try (ControllerNode node = start(medium, faults)) {

      // Then
      await().atMost(PATIENCE).until(() -> known(node).equals("1000"));
      assertThat(node.isActive()).isFalse();
      assertThat(node.activeController()).isEmpty();

      // When
      faults.releaseAll();

      // Then
      awaitActive(node);
      change(node, "2000");
      assertThat(fatal).isEmpty();
    }
  }

  @Test
  void itLearnsWhatHappenedWhileItWasDown() throws Exception {
    // Given: the copy is older than what the log holds
    runOnce("1000");
    Path copy = directory.resolve("metadata-cache").resolve("image");
    byte[] old = Files.readAllBytes(copy);
    for (int i = 0; i < 20; i++) {
      runOnce(Integer.toString(3000 + i));
    }
    Files.write(copy, old);
    var faults = new Faults();
    faults.beginOutage();

    // When
    try (ControllerNode node = start(medium, faults)) {
      await().atMost(PATIENCE).until(() -> known(node).equals("1000"));
      faults.releaseAll();

      // Then
      await().atMost(PATIENCE).until(() -> known(node).equals("3019"));
      awaitActive(node);
      assertThat(fatal).isEmpty();
    }
  }

  @Test
  void aLogThatWasMadeAnewIsRefused() throws Exception {
    // Given
    runOnce("1000");
    var another = new InMemoryKubeApi();
    RingMedium anew = RingMedium.create(() -> another, () -> another, "other", 16);
    var faults = new Faults();
    faults.beginOutage();

    // When
    try (ControllerNode node = start(anew, faults)) {
      await().atMost(PATIENCE).until(() -> known(node).equals("1000"));
      faults.releaseAll();

      // Then
      await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
      assertThat(fatal.getFirst()).contains("is another one");
    }
  }

  @Test
  void aDamagedCopyIsNotUsed() throws Exception {
    // Given
    runOnce("1000");
    Path copy = directory.resolve("metadata-cache").resolve("image");
    byte[] bytes = Files.readAllBytes(copy);
    bytes[bytes.length / 2] ^= 1;
    Files.write(copy, bytes);

    // When
    try (ControllerNode node = start(medium, new Faults())) {

      // Then
      awaitActive(node);
      await().atMost(PATIENCE).until(() -> known(node).equals("1000"));
    }
  }
}
