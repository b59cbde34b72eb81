package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A cluster moves to volumes that are smaller than the ones it has, and back: a pool takes over
 * from the brokers outside of pools while records come in, and goes again. What was acknowledged is
 * there all the time. Each step builds on the one before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
@ExtendWith(StopAtFirstFailure.class)
class PoolsIT {
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final int PARTITIONS = 12;

  private final Stopwatch watch = new Stopwatch(System.out);
  private final Scene scene = Scene.open();
  private final Kubectl kubectl = scene.kubectl();
  private final long records = Long.getLong("e2e.records", 200_000) / 4;
  private final Map<String, RecordFlood.Tally> produced = new HashMap<>();

  @BeforeAll
  void installTheOperatorThatTheBuildWrote() {
    removeAll();
    kubectl.attempt("-n", "millrace", "delete", "deployments", "--all", "--wait");
    scene.installation().loadImages();
    scene.installation().install();
  }

  @AfterAll
  void removeAll() {
    kubectl.attempt("delete", "logcluster", "pooled", "--ignore-not-found", "--wait");
    kubectl.attempt("delete", "metadatalog", "pooled", "--ignore-not-found", "--wait");
    String cluster = "millrace.dev/cluster=pooled";
    kubectl.attempt("wait", "--for=delete", "pod", "-l", cluster, "--timeout=2m");
    kubectl.attempt("delete", "persistentvolumeclaims", "-l", cluster, "--wait");
  }

  @Test
  @Order(1)
  void aClusterWithoutPoolsIsFilled() throws Exception {
    // Given
    kubectl
        .apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogCluster
            metadata: {name: pooled}
            spec:
              brokers: 3
              memory: 256Mi
              storage: {size: 2Gi}
              defaults: {replicationFactor: 3, minInsyncReplicas: 2}
            """)
        .orThrow("applying a LogCluster");
    awaitStable();

    // When
    produced.put("before", flood("before"));

    // Then
    assertThat(scene.incarnations("pooled")).containsOnlyKeys("pooled-0", "pooled-1", "pooled-2");
    assertThat(hosting()).allSatisfy(ids -> assertThat(ids).containsExactlyInAnyOrder(0, 1, 2));
  }

  @Test
  @Order(2)
  void aPoolWithSmallerVolumesTakesOverWhileRecordsComeIn() throws Exception {
    // When
    patch(
        """
        {"brokers": 0, "pools":
         [{"name": "small", "firstId": 1000, "brokers": 3, "memory": "320Mi", "storage": {"size": "1Gi"}}]}
        """);
    produced.put("during", flood("during"));
    watch.time("a pool takes over from three brokers", () -> awaitOnly("pooled-small"));

    // Then
    assertThat(scene.incarnations("pooled"))
        .containsOnlyKeys("pooled-small-1000", "pooled-small-1001", "pooled-small-1002");
    assertThat(hosting())
        .allSatisfy(ids -> assertThat(ids).containsExactlyInAnyOrder(1000, 1001, 1002));
    assertThat(claims("pooled-small-1000")).isEqualTo("1Gi");
    JsonNode status = scene.logCluster("pooled").path("status");
    assertThat(status.path("replicas").asInt()).isZero();
    assertThat(status.at("/pools/0/readyBrokers").asInt()).isEqualTo(3);
    allIsThere();
  }

  @Test
  @Order(3)
  void whatOneBrokerHasOtherwiseRestartsItAlone() throws Exception {
    // Given
    Map<String, String> before = scene.incarnations("pooled");

    // When
    patch("{\"overrides\": [{\"broker\": 1001, \"config\": {\"num.io.threads\": 3}}]}");
    watch.time("one broker gets a setting of its own", () -> awaitThreads(1001, "3"));
    awaitStable();

    // Then
    Map<String, String> after = scene.incarnations("pooled");
    assertThat(after.remove("pooled-small-1001")).isNotEqualTo(before.remove("pooled-small-1001"));
    assertThat(after).isEqualTo(before);
    assertThat(threads(1000)).isEqualTo(threads(1002)).isNotEqualTo("3");
  }

  @Test
  @Order(4)
  void aPoolThatTheSpecHasNoMoreIsEmptiedAndGoes() throws Exception {
    // When
    patch("{\"brokers\": 3, \"pools\": null, \"overrides\": null}");
    produced.put("after", flood("after"));
    watch.time("three brokers take over from the pool", () -> awaitOnly("pooled"));

    // Then
    assertThat(scene.incarnations("pooled")).containsOnlyKeys("pooled-0", "pooled-1", "pooled-2");
    assertThat(hosting()).allSatisfy(ids -> assertThat(ids).containsExactlyInAnyOrder(0, 1, 2));
    assertThat(
            kubectl.run("get", "statefulsets", "-l", "millrace.dev/cluster=pooled", "-o", "name"))
        .isEqualTo("statefulset.apps/pooled");
    allIsThere();
    assertThat(scene.operatorRestarts()).as("ends of the operator").isZero();
  }

  private void patch(String spec) {
    kubectl.run("patch", "logcluster", "pooled", "--type=merge", "-p", "{\"spec\": " + spec + "}");
  }

  /** Records, while pods come and go and clients outside of the cluster learn where they are. */
  private RecordFlood.Tally flood(String topic) throws InterruptedException, ExecutionException {
    try (var admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty())))
          .all()
          .get();
    }
    var flood = new RecordFlood(hosts(), topic, PARTITIONS, records);
    var flooding =
        CompletableFuture.supplyAsync(flood::produce)
            .orTimeout(DEADLINE.toMinutes(), TimeUnit.MINUTES);
    await().atMost(DEADLINE).until(() -> !hosts().isEmpty() && flooding.isDone());
    return flooding.get();
  }

  private void allIsThere() {
    produced.forEach(
        (topic, tally) ->
            assertThat(new RecordFlood(hosts(), topic, PARTITIONS, records).consume())
                .as(topic)
                .isEqualTo(tally));
  }

  private List<String> hosts() {
    return scene.hosts().write(kubectl, "pooled");
  }

  private Admin admin() {
    // One that asks in vain is made anew soon, and finds brokers where they are by then.
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            hosts(),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            5_000,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            10_000));
  }

  /** The brokers that host each partition that there is, internal ones too. */
  private List<List<Integer>> hosting() throws InterruptedException, ExecutionException {
    try (var admin = admin()) {
      var topics = admin.listTopics().names().get();
      var all = new ArrayList<List<Integer>>();
      for (TopicDescription topic : admin.describeTopics(topics).allTopicNames().get().values()) {
        topic
            .partitions()
            .forEach(partition -> all.add(partition.isr().stream().map(Node::id).toList()));
      }
      return all;
    }
  }

  private String threads(int broker) throws InterruptedException, ExecutionException {
    var resource = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker));
    try (var admin = admin()) {
      var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      return Objects.requireNonNull(Objects.requireNonNull(config).get("num.io.threads")).value();
    }
  }

  private void awaitThreads(int broker, String wanted) {
    await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(threads(broker)).isEqualTo(wanted));
  }

  /** Until all pods are of one StatefulSet, and nothing is under way. */
  private void awaitOnly(String set) {
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(scene.incarnations("pooled"))
                    .hasSize(3)
                    .allSatisfy((pod, _) -> assertThat(pod).matches(set + "-\\d+")));
    awaitStable();
  }

  private void awaitStable() {
    kubectl.run("wait", "--for=condition=Stable", "logcluster/pooled", "--timeout=5m");
  }

  private String claims(String pod) {
    return kubectl
        .get("persistentvolumeclaim", "data-" + pod)
        .at("/spec/resources/requests/storage")
        .asText();
  }
}
