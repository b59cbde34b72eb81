package dev.millrace.e2e;

import static dev.millrace.e2e.LiveCluster.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.NewTopic;
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
  private static final int PARTITIONS = 12;

  private final Stopwatch watch = new Stopwatch(System.out);
  private final Scene scene = Scene.open();
  private final Kubectl kubectl = scene.kubectl();
  private final LiveCluster cluster = new LiveCluster(scene, "pooled");

  @BeforeAll
  void installTheOperatorThatTheBuildWrote() {
    removeAll();
    scene.installAnew();
  }

  @AfterAll
  void removeAll() {
    cluster.remove();
  }

  @Test
  @Order(1)
  void aClusterWithoutPoolsIsFilled() throws Exception {
    // Given
    cluster.make(
        """
          brokers: 3
          memory: 256Mi
          storage: {size: 2Gi}
          defaults: {replicationFactor: 3, minInsyncReplicas: 2}
        """);

    // When
    flood("before");

    // Then
    assertThat(cluster.incarnations()).containsOnlyKeys("pooled-0", "pooled-1", "pooled-2");
    awaitAllHostedBy(0, 1, 2);
  }

  @Test
  @Order(2)
  void aPoolWithSmallerVolumesTakesOverWhileRecordsComeIn() throws Exception {
    // When
    cluster.patch(
        """
        {"brokers": 0, "pools":
         [{"name": "small", "firstId": 1000, "brokers": 3, "memory": "320Mi", "storage": {"size": "1Gi"}}]}
        """);
    flood("during");
    watch.time("a pool takes over from three brokers", () -> awaitOnly("pooled-small"));

    // Then
    assertThat(cluster.incarnations())
        .containsOnlyKeys("pooled-small-1000", "pooled-small-1001", "pooled-small-1002");
    awaitAllHostedBy(1000, 1001, 1002);
    assertThat(claims("pooled-small-1000")).isEqualTo("1Gi");
    JsonNode status = cluster.status();
    assertThat(status.path("replicas").asInt()).isZero();
    assertThat(status.at("/pools/0/readyBrokers").asInt()).isEqualTo(3);
    cluster.allIsThere();
  }

  @Test
  @Order(3)
  void whatOneBrokerHasOtherwiseRestartsItAlone() throws Exception {
    // Given
    Map<String, String> before = cluster.incarnations();

    // When
    cluster.patch("{\"overrides\": [{\"broker\": 1001, \"config\": {\"num.io.threads\": 3}}]}");
    watch.time("one broker gets a setting of its own", () -> awaitThreads(1001, "3"));
    cluster.awaitStable();

    // Then
    Map<String, String> after = cluster.incarnations();
    assertThat(after.remove("pooled-small-1001")).isNotEqualTo(before.remove("pooled-small-1001"));
    assertThat(after).isEqualTo(before);
    assertThat(threads(1000)).isEqualTo(threads(1002)).isNotEqualTo("3");
  }

  @Test
  @Order(4)
  void aPoolThatTheSpecHasNoMoreIsEmptiedAndGoes() throws Exception {
    // When
    cluster.patch("{\"brokers\": 3, \"pools\": null, \"overrides\": null}");
    flood("after");
    watch.time("three brokers take over from the pool", () -> awaitOnly("pooled"));

    // Then
    assertThat(cluster.incarnations()).containsOnlyKeys("pooled-0", "pooled-1", "pooled-2");
    awaitAllHostedBy(0, 1, 2);
    assertThat(
            kubectl.run("get", "statefulsets", "-l", "millrace.dev/cluster=pooled", "-o", "name"))
        .isEqualTo("statefulset.apps/pooled");
    cluster.allIsThere();
    assertThat(scene.operatorRestarts()).as("ends of the operator").isZero();
  }

  private void awaitAllHostedBy(Integer... brokers) {
    cluster.awaitHosting(
        all -> all.stream().allMatch(ids -> Set.copyOf(ids).equals(Set.of(brokers))));
  }

  private String threads(int broker) throws InterruptedException, ExecutionException {
    var resource = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker));
    try (var admin = cluster.admin()) {
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
                assertThat(cluster.incarnations())
                    .hasSize(3)
                    .allSatisfy((pod, _) -> assertThat(pod).matches(set + "-\\d+")));
    cluster.awaitStable();
  }

  private void flood(String topic) throws InterruptedException, ExecutionException {
    cluster.createTopic(new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty()));
    cluster.awaitAll(cluster.flood(topic, PARTITIONS));
  }

  private String claims(String pod) {
    return kubectl
        .get("persistentvolumeclaim", "data-" + pod)
        .at("/spec/resources/requests/storage")
        .asText();
  }
}
