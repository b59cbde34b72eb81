package dev.millrace.operator.api;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.topic.PlayedTopics;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * LogTopics on a real API server, under the rights that the operator is deployed with, and with
 * topics that are played.
 */
@ExtendWith(ApiServerExtension.class)
class LogTopicOperatorApiTest {
  private static final String IMAGE = "millrace.dev/broker:0.1.0";
  private final Stage stage;
  private final PlayedTopics kafka;

  LogTopicOperatorApiTest(ApiServer api) throws IOException {
    stage = new Stage(api);
    kafka = stage.topics();
    stage.brokers().partitions(Map.of("total", 12, "healthy", 12));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private void cluster() {
    stage.apply(
        """
        {apiVersion: millrace.dev/v1beta1, kind: LogCluster, metadata: {name: events},
         spec: {brokers: 3, memory: 1Gi, storage: {size: 10Gi}}}""");
    stage.awaitStable("events");
  }

  private void apply(String name, String spec) {
    stage.apply(
        """
        {apiVersion: millrace.dev/v1beta1, kind: LogTopic, metadata: {name: %s},
         spec: {cluster: events%s}}"""
            .formatted(name, spec.isEmpty() ? "" : ", " + spec));
  }

  @Test
  void aTopicIsMadeGrownAndChanged() {
    // Given
    apply("orders", "partitions: 3, config: {retention.ms: 3600000}");
    var waiting = stage.awaitTopic("orders", "ClusterMissing");
    assertThat(waiting.message()).isEqualTo("There is no LogCluster events in this namespace");
    cluster();

    // Then
    var made = stage.awaitTopic("orders", "Applied");
    assertThat(made.message()).isEqualTo("Healthy");
    assertThat(Objects.requireNonNull(made.partitions()).total()).isEqualTo(3);
    assertThat(made.replicationFactor()).isEqualTo(2);
    assertThat(Stage.says(made, "Ready", "Serving")).isTrue();
    assertThat(Stage.says(made, "PartitionsHealthy", "AllInSync")).isTrue();

    // When
    apply("orders", "partitions: 6, config: {max.message.bytes: 2097152}");
    stage.awaitTopic("orders", "Applied");

    // Then
    var topic = kafka.find("orders").orElseThrow();
    assertThat(topic.partitions()).isEqualTo(6);
    assertThat(topic.config()).containsOnly(Map.entry("max.message.bytes", "2097152"));
    assertThat(finalizers("orders")).isEmpty();
    // How its brokers came up is told before them.
    awaitEvents("orders", "ClusterMissing", "Creating", "Created", "Applying", "Applied");
    assertThat(events("orders")).doesNotHaveDuplicates();
  }

  @Test
  void whatIsThereIsTakenOverAsItIs() {
    // Given
    cluster();
    kafka.make("orders", 4, 3, Map.of("cleanup.policy", "compact"));
    kafka.make("Wide_Topic", 100, 2, Map.of());

    // When
    apply("orders", "");
    apply("wide", "topic: Wide_Topic");

    // Then
    var orders = stage.awaitTopic("orders", "Applied");
    var wide = stage.awaitTopic("wide", "Applied");
    assertThat(Objects.requireNonNull(orders.partitions()).total()).isEqualTo(4);
    assertThat(Objects.requireNonNull(wide.partitions()).total()).isEqualTo(100);
    assertThat(wide.topic()).isEqualTo("Wide_Topic");
    assertThat(kafka.done()).isEmpty();
  }

  @Test
  void nothingIsWrittenWhileNothingChangesAndHealthIsSeen() {
    // Given
    cluster();
    apply("orders", "partitions: 2, config: {retention.ms: 5}");
    apply("payments", "");
    stage.awaitTopic("orders", "Applied");
    stage.awaitTopic("payments", "Applied");

    // Then
    stage.assertNoWrites(
        () -> {
          int passes = stage.operator().passes();
          awaitLooks(50);
          eventually().until(() -> stage.operator().passes() >= passes + 20);
        });

    // When
    kafka.unwell("orders", 1, 1);
    var unwell =
        stage.awaitTopic("orders", status -> Stage.says(status, "Ready", "PartitionsOffline"));

    // Then
    assertThat(unwell.message()).isEqualTo("1 partition without leader");
    assertThat(Stage.says(unwell, "Applied", "Applied")).isTrue();
    assertThat(stage.writes().seen()).noneMatch(write -> write.contains("payments"));
  }

  @Test
  void whatSomebodyElseChangesIsToldAndNotFoughtWhoeverOperates() {
    // Given
    cluster();
    apply("orders", "partitions: 2, config: {retention.ms: 3600000}");
    stage.awaitTopic("orders", "Applied");
    int done = kafka.done().size();

    // When
    kafka.alter("orders", "retention.ms", "7200000");
    kafka.grow("orders", 5);
    var told =
        stage.awaitTopic(
            "orders", status -> String.valueOf(status.message()).contains("partitions 2 → 5"));
    stage.upgradeOperator(IMAGE);
    awaitLooks(5);

    // Then
    assertThat(told.message())
        .isEqualTo("Changed through Kafka's API: partitions 2 → 5, retention.ms 3600000 → 7200000");
    assertThat(Stage.says(told, "Stalled", "ChangedElsewhere")).isTrue();
    assertThat(stage.topic("orders").get().getStatus()).isEqualTo(told);
    assertThat(kafka.done()).hasSize(done);

    // When
    annotate("orders", "millrace.dev/apply", "1");
    stage.awaitTopic("orders", "FewerPartitions");
    apply("orders", "partitions: 5, config: {retention.ms: 3600000}");
    stage.awaitTopic("orders", "Applied");

    // Then
    assertThat(kafka.find("orders").orElseThrow().config())
        .containsOnly(Map.entry("retention.ms", "3600000"));
  }

  @Test
  void aTopicThatSomebodyDeletedIsMadeAgainOnlyWhenTheUserSaysSo() {
    // Given
    cluster();
    apply("orders", "partitions: 2");
    stage.awaitTopic("orders", "Applied");

    // When
    kafka.delete("orders");
    var gone = stage.awaitTopic("orders", "TopicDeleted");
    awaitLooks(10);

    // Then
    assertThat(kafka.find("orders")).isEmpty();
    assertThat(Stage.condition(gone, "Ready"))
        .get()
        .extracting(Condition::getStatus)
        .isEqualTo("False");

    // When
    annotate("orders", "millrace.dev/apply", "again");
    stage.awaitTopic("orders", "Applied");

    // Then
    assertThat(kafka.find("orders").orElseThrow().partitions()).isEqualTo(2);
  }

  @Test
  void whatTheClusterRefusesIsToldInItsWordsAndTriedAgain() {
    // Given
    cluster();

    // When
    apply("orders", "replicationFactor: 5");
    var refused = stage.awaitTopic("orders", "RefusedByKafka");
    int tried = kafka.done().size();
    eventually().until(() -> kafka.done().size() > tried + 1);

    // Then
    assertThat(refused.message()).contains("there are 3 brokers");
    assertThat(stage.topic("orders").get().getStatus()).isEqualTo(refused);
    awaitEvents("orders", "RefusedByKafka");
    assertThat(events("orders")).filteredOn("RefusedByKafka"::equals).hasSize(1);

    // When
    apply("orders", "replicationFactor: 3");

    // Then
    stage.awaitTopic("orders", "Applied");
  }

  @Test
  void ofTwoTheOlderRulesAndTheOtherSaysSo() {
    // Given
    cluster();
    apply("orders", "partitions: 2");
    stage.awaitTopic("orders", "Applied");

    // When
    awaitNextSecond("orders");
    apply("copy", "topic: orders, partitions: 9, whenDeleted: Delete");
    var younger = stage.awaitTopic("copy", "RuledByAnother");

    // Then
    assertThat(younger.message()).isEqualTo("LogTopic orders is about the same topic, and older");
    assertThat(kafka.find("orders").orElseThrow().partitions()).isEqualTo(2);

    // When
    stage.topic("copy").delete();

    // Then
    eventually().until(() -> stage.topic("copy").get() == null);
    assertThat(kafka.find("orders")).isPresent();
  }

  @Test
  void silenceIsToldAndNothingIsLost() {
    // Given
    cluster();
    apply("orders", "config: {retention.ms: 5}");
    var before = stage.awaitTopic("orders", "Applied");

    // When
    kafka.silent(true);
    var silent = stage.awaitTopic("orders", "Unreachable");

    // Then
    assertThat(Stage.condition(silent, "Ready"))
        .get()
        .extracting(Condition::getStatus)
        .isEqualTo("Unknown");
    assertThat(silent.applied()).isEqualTo(before.applied());
    assertThat(silent.partitions()).isNull();

    // When
    kafka.silent(false);

    // Then
    stage.awaitTopic("orders", "Applied");
  }

  @Test
  void whereItSaysSoATopicGoesWithItsLogTopic() {
    // Given
    cluster();
    apply("orders", "whenDeleted: Delete");
    stage.awaitTopic("orders", "Applied");
    awaitFinalizers("orders", 1);

    // When: the user changes his mind, twice
    apply("orders", "");
    awaitFinalizers("orders", 0);
    apply("orders", "whenDeleted: Delete");
    awaitFinalizers("orders", 1);
    stage.topic("orders").delete();

    // Then
    eventually().until(() -> stage.topic("orders").get() == null);
    assertThat(kafka.find("orders")).isEmpty();
    awaitEvents("orders", "Deleting", "Deleted");
  }

  @Test
  void aTopicStaysWhereTheLogTopicDoesNotSaySo() {
    // Given
    cluster();
    apply("orders", "");
    stage.awaitTopic("orders", "Applied");

    // When
    stage.topic("orders").delete();

    // Then
    assertThat(stage.topic("orders").get()).isNull();
    assertThat(kafka.find("orders")).isPresent();
  }

  @Test
  void aClusterThatGoesHoldsNoLogTopic() {
    // Given
    cluster();
    apply("orders", "whenDeleted: Delete");
    stage.awaitTopic("orders", "Applied");
    awaitFinalizers("orders", 1);

    // When
    stage.cluster("events").delete();

    // Then
    stage.awaitTopic("orders", "ClusterMissing");
    awaitFinalizers("orders", 0);
  }

  @Test
  void aNamespaceThatGoesIsNotHeldByAFinalizer() {
    // Given
    cluster();
    apply("orders", "whenDeleted: Delete");
    stage.awaitTopic("orders", "Applied");
    awaitFinalizers("orders", 1);

    // When: all is still there, but the namespace has been told to go
    stage.admin().namespaces().withName(stage.namespace()).delete();

    // Then
    awaitFinalizers("orders", 0);
    assertThat(stage.cluster("events").get()).isNotNull();
    assertThat(kafka.find("orders")).isPresent();
  }

  @Test
  void aPausedClustersTopicsAreLeftAlone() {
    // Given
    cluster();
    stage
        .cluster("events")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\": {\"annotations\": {\"millrace.dev/paused\": \"true\"}}}");
    stage.await("events", status -> Stage.is(status, "Stalled", "True"));

    // When
    apply("orders", "");
    stage.awaitTopic("orders", "Paused");

    // Then
    assertThat(kafka.done()).isEmpty();

    // When
    stage
        .cluster("events")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\": {\"annotations\": {\"millrace.dev/paused\": null}}}");

    // Then
    stage.awaitTopic("orders", "Applied");
  }

  private void annotate(String name, String annotation, String value) {
    stage
        .topic(name)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\": {\"annotations\": {\"%s\": \"%s\"}}}".formatted(annotation, value));
  }

  private void awaitLooks(int count) {
    int before = kafka.looks();
    eventually().until(() -> kafka.looks() >= before + count);
  }

  /** Kubernetes counts ages in seconds. */
  private void awaitNextSecond(String name) {
    var created = stage.topic(name).get().getMetadata().getCreationTimestamp();
    eventually().until(() -> Instant.now().minusSeconds(1).isAfter(Instant.parse(created)));
  }

  private void awaitFinalizers(String name, int count) {
    eventually().until(() -> finalizers(name).size() == count);
  }

  private List<String> finalizers(String name) {
    return Optional.ofNullable(stage.topic(name).get())
        .map(HasMetadata::getMetadata)
        .map(meta -> meta.getFinalizers())
        .orElse(List.of());
  }

  /** An event comes behind what it tells of. */
  private void awaitEvents(String name, String... reasons) {
    eventually().until(() -> events(name).containsAll(List.of(reasons)));
  }

  private List<String> events(String name) {
    return stage
        .admin()
        .events()
        .v1()
        .events()
        .inNamespace(stage.namespace())
        .list()
        .getItems()
        .stream()
        .filter(event -> "LogTopic".equals(event.getRegarding().getKind()))
        .filter(event -> name.equals(event.getRegarding().getName()))
        .map(event -> event.getReason())
        .toList();
  }
}
