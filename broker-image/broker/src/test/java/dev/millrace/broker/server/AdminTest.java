package dev.millrace.broker.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own admin client against one broker. */
class AdminTest {
  private static BrokerHarness brokers;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    brokers =
        BrokerHarness.start(directory, 1, Map.of("num.partitions", "3", "broker.rack", "zone-1"));
    admin = brokers.admin();
  }

  @AfterAll
  static void stop() {
    admin.close();
    brokers.close();
  }

  @Test
  void theClusterIsDescribedAsTheListenerAdvertisesIt() throws Exception {
    // When
    DescribeClusterResult cluster = admin.describeCluster();

    // Then
    Collection<Node> nodes = cluster.nodes().get();
    assertThat(nodes).hasSize(1);
    assertThat(nodes.iterator().next().rack()).isEqualTo("zone-1");
    assertThat(brokers.bootstrap()).endsWith(":" + nodes.iterator().next().port());
    assertThat(cluster.controller().get().id()).isZero();
    assertThat(cluster.clusterId().get()).isNotEmpty();
  }

  @Test
  void aTopicIsMadeDescribedAndDeleted() throws Exception {
    // Given
    CreateTopicsResult made = admin.createTopics(List.of(new NewTopic("orders", 4, (short) 1)));
    made.all().get();

    // When
    await().atMost(BrokerHarness.DEADLINE).until(() -> names().contains("orders"));
    TopicDescription described = described("orders");
    admin.deleteTopics(List.of("orders")).all().get();

    // Then
    assertThat(made.numPartitions("orders").get()).isEqualTo(4);
    assertThat(made.topicId("orders").get()).isEqualTo(described.topicId());
    assertThat(described.partitions()).hasSize(4).allMatch(partition -> partition.leader() != null);
    await().atMost(BrokerHarness.DEADLINE).until(() -> !names().contains("orders"));
  }

  @Test
  void aTopicThatNamesNothingHasTheBrokersDefaults() throws Exception {
    // When
    CreateTopicsResult made =
        admin.createTopics(
            List.of(new NewTopic("plain", java.util.Optional.empty(), java.util.Optional.empty())));

    // Then
    assertThat(made.numPartitions("plain").get()).isEqualTo(3);
    assertThat(made.replicationFactor("plain").get()).isOne();
  }

  @Test
  void whatIsThereIsNotMadeAgain() throws Exception {
    // Given
    admin.createTopics(List.of(new NewTopic("twice", 1, (short) 1))).all().get();

    // Then
    assertThatThrownBy(
            () -> admin.createTopics(List.of(new NewTopic("twice", 1, (short) 1))).all().get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TopicExistsException.class);
  }

  @Test
  void moreReplicasThanBrokersAreRefused() {
    assertThatThrownBy(
            () -> admin.createTopics(List.of(new NewTopic("wide", 1, (short) 3))).all().get())
        .hasCauseInstanceOf(InvalidReplicationFactorException.class);
  }

  @Test
  void aTopicGrows() throws Exception {
    // Given
    admin.createTopics(List.of(new NewTopic("growing", 1, (short) 1))).all().get();

    // When
    await().atMost(BrokerHarness.DEADLINE).until(() -> names().contains("growing"));
    admin.createPartitions(Map.of("growing", NewPartitions.increaseTo(5))).all().get();

    // Then
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(() -> described("growing").partitions().size() == 5);
  }

  @Test
  void aTopicsSettingsAreAlteredAndTellWhereTheyComeFrom() throws Exception {
    // Given
    admin.createTopics(List.of(new NewTopic("tuned", 1, (short) 1))).all().get();
    await().atMost(BrokerHarness.DEADLINE).until(() -> names().contains("tuned"));
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "tuned");

    // When
    admin
        .incrementalAlterConfigs(
            Map.of(
                topic,
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET))))
        .all()
        .get();

    // Then
    await()
        .atMost(BrokerHarness.DEADLINE)
        .untilAsserted(
            () -> assertThat(config(topic).get("retention.ms").value()).isEqualTo("1000"));
    Config config = config(topic);
    assertThat(config.get("retention.ms").source())
        .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
    assertThat(config.get("segment.bytes").source())
        .isEqualTo(ConfigEntry.ConfigSource.DEFAULT_CONFIG);
    assertThat(config.get("max.decompressed.message.bytes").source())
        .isEqualTo(ConfigEntry.ConfigSource.STATIC_BROKER_CONFIG);
  }

  @Test
  void aWrongSettingIsRefused() throws Exception {
    // Given
    admin.createTopics(List.of(new NewTopic("wrong", 1, (short) 1))).all().get();
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "wrong");

    // Then
    assertThatThrownBy(
            () ->
                admin
                    .incrementalAlterConfigs(
                        Map.of(
                            topic,
                            List.of(
                                new AlterConfigOp(
                                    new ConfigEntry("retention.ms", "soon"),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get())
        .hasCauseInstanceOf(InvalidConfigurationException.class);
  }

  @Test
  void aBrokersSettingsAreTold() throws Exception {
    // When
    Config config = config(new ConfigResource(ConfigResource.Type.BROKER, "0"));

    // Then
    assertThat(config.get("num.partitions").value()).isEqualTo("3");
    assertThat(config.get("num.partitions").source())
        .isEqualTo(ConfigEntry.ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(config.get("auto.create.topics.enable").value()).isEqualTo("true");
    assertThat(config.get("default.replication.factor").value()).isEqualTo("1");
    assertThat(config.get("default.replication.factor").source())
        .isEqualTo(ConfigEntry.ConfigSource.DEFAULT_CONFIG);
    assertThat(config.get("min.insync.replicas").value()).isEqualTo("2");
  }

  @Test
  void aTopicThatIsNotThereIsUnknown() {
    assertThatThrownBy(() -> described("nowhere"))
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    assertThatThrownBy(() -> admin.deleteTopics(List.of("nowhere")).all().get())
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    assertThatThrownBy(() -> config(new ConfigResource(ConfigResource.Type.TOPIC, "nowhere")))
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
  }

  @Test
  void featuresAreTold() throws Exception {
    assertThat(admin.describeFeatures().featureMetadata().get().finalizedFeatures())
        .containsKeys("metadata.version", "group.version");
  }

  private static Set<String> names() throws Exception {
    return admin.listTopics().names().get();
  }

  private static TopicDescription described(String topic) throws Exception {
    return requireNonNull(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
  }

  private static Config config(ConfigResource resource) throws Exception {
    return requireNonNull(admin.describeConfigs(List.of(resource)).all().get().get(resource));
  }
}
