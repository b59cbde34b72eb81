package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerConfigTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "node.id", "3",
          "listeners", "CLIENT://127.0.0.1:9092,INTERNAL://127.0.0.1:9091",
          "log.dirs", "/tmp/millrace");

  @Test
  void theLeastConfigurationHasKafkasDefaults() {
    // When
    BrokerConfig config = BrokerConfig.of(LEAST);

    // Then
    assertThat(config.nodeId()).isEqualTo(3);
    assertThat(config.advertised()).isEqualTo(config.listeners());
    assertThat(config.advertisedInternal())
        .isEqualTo(new ListenerAddress("INTERNAL", "127.0.0.1", 9091));
    assertThat(config.autoCreateTopics()).isTrue();
    assertThat(config.defaultPartitions()).isOne();
    assertThat(config.defaultReplicationFactor()).isOne();
    assertThat(config.minInsyncReplicas()).isEqualTo(2);
    assertThat(config.medium()).isInstanceOf(MetadataMedium.LocalFile.class);
    assertThat(config.values().getInt("offsets.topic.num.partitions")).isEqualTo(8);
  }

  @Test
  void aPodsConfigurationIsReadWithItsEnvironment(@TempDir Path directory) throws IOException {
    // Given
    Path file =
        Files.writeString(
            directory.resolve("broker.properties"),
            """
            node.id=${env:MILLRACE_NODE_ID}
            listeners=CLIENT://${env:POD_IP}:9092,INTERNAL://${env:POD_IP}:9091
            advertised.listeners=CLIENT://${env:POD_NAME}.events-brokers.shop.svc:9092,\
            INTERNAL://${env:POD_NAME}.events-brokers.shop.svc:9091
            log.dirs=/var/lib/millrace/data
            health.listener=http://${env:POD_IP}:8080
            metadata.log=kubernetes
            metadata.log.name=events
            metadata.log.namespace=shop
            kubernetes.url=https://10.0.0.1:443
            log.retention.hours=72
            """);
    var environment = Map.of("MILLRACE_NODE_ID", "1", "POD_IP", "10.1.2.3", "POD_NAME", "events-1");

    // When
    BrokerConfig config = BrokerConfig.of(SettingsFile.read(file, environment));

    // Then
    assertThat(config.nodeId()).isOne();
    assertThat(config.advertisedInternal())
        .isEqualTo(new ListenerAddress("INTERNAL", "events-1.events-brokers.shop.svc", 9091));
    assertThat(config.health().getPort()).isEqualTo(8080);
    assertThat(config.medium())
        .isEqualTo(
            new MetadataMedium.Kubernetes(
                "events",
                "shop",
                URI.create("https://10.0.0.1:443"),
                Path.of("/var/run/secrets/kubernetes.io/serviceaccount")));
  }

  @Test
  void whatABrokerHasForItselfComesBefore(@TempDir Path directory) throws IOException {
    // Given
    Path file =
        Files.writeString(
            directory.resolve("large.broker.properties.5d2a"),
            "node.id=${env:ID}\nnum.io.threads=8\nlog.retention.hours=72\n");
    Files.writeString(
        directory.resolve("large.broker.1000.properties"), "num.io.threads=2\nconfig.revision=r\n");
    Files.writeString(directory.resolve("large.broker.1001.properties"), "node.id=1000\n");

    // Then
    assertThat(SettingsFile.read(file, Map.of("ID", "1000")))
        .isEqualTo(
            Map.of(
                "node.id", "1000",
                "num.io.threads", "2",
                "log.retention.hours", "72",
                "config.revision", "r"));
    assertThat(SettingsFile.read(file, Map.of("ID", "100")))
        .containsEntry("num.io.threads", "8")
        .doesNotContainKey("config.revision");
    assertThatThrownBy(() -> SettingsFile.read(file, Map.of("ID", "1001")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("may not set node.id");
  }

  @Test
  void anUnsetEnvironmentVariableIsNamed(@TempDir Path directory) throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("f"), "node.id=${env:MILLRACE_NODE_ID}\n");

    // Then
    assertThatThrownBy(() -> SettingsFile.read(file, Map.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("node.id wants the environment variable MILLRACE_NODE_ID, which is not set");
  }

  @Test
  void anUnknownSettingIsRefusedWithTheNearestName() {
    assertThatThrownBy(() -> BrokerConfig.of(with("log.segment.byte", "1")))
        .hasMessage("There is no setting log.segment.byte; did you mean log.segment.bytes?");
  }

  @Test
  void aSettingLikeNoneIsRefusedWithoutAGuess() {
    assertThatThrownBy(() -> BrokerConfig.of(with("what.on.earth", "1")))
        .hasMessage("There is no setting what.on.earth");
  }

  @Test
  void aValueOutOfBoundsIsRefusedByName() {
    assertThatThrownBy(() -> BrokerConfig.of(with("num.partitions", "0")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("num.partitions");
  }

  @Test
  void aSecondLogDirectoryIsRefused() {
    assertThatThrownBy(() -> BrokerConfig.of(with("log.dirs", "/a,/b")))
        .hasMessageContaining("one directory");
  }

  @Test
  void listenersWithoutTheInternalOneAreRefused() {
    assertThatThrownBy(() -> BrokerConfig.of(with("listeners", "CLIENT://127.0.0.1:9092")))
        .hasMessageContaining("INTERNAL");
  }

  @Test
  void anAddressThatNobodyCanConnectToIsNotAdvertised() {
    assertThatThrownBy(
            () ->
                BrokerConfig.of(
                    with("listeners", "CLIENT://0.0.0.0:9092,INTERNAL://127.0.0.1:9091")))
        .hasMessageContaining("nobody can connect to 0.0.0.0");
  }

  @Test
  void theKubernetesRingWantsItsObject() {
    assertThatThrownBy(() -> BrokerConfig.of(with("metadata.log", "kubernetes")))
        .hasMessage("metadata.log=kubernetes wants metadata.log.name, which is not set");
  }

  @Test
  void heartbeatsThatCannotKeepASessionAreRefused() {
    assertThatThrownBy(() -> BrokerConfig.of(with("broker.session.timeout.ms", "1000")))
        .hasMessageContaining("broker.heartbeat.interval.ms");
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> settings = new HashMap<>(LEAST);
    settings.put(name, value);
    return settings;
  }
}
