package dev.millrace.e2e;

import static dev.millrace.e2e.LiveCluster.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Brokers restart several at a time where they have no partition in common, are asked to be larger
 * than any node, and are as many as an autoscaler says; the first and the last while records come
 * in. Each step builds on the one before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
@ExtendWith(StopAtFirstFailure.class)
class ElasticIT {
  private static final int PARTITIONS = 12;
  private static final String LIMIT = "%s/0/resources/limits/memory";

  private final Stopwatch watch = new Stopwatch(System.out);
  private final Scene scene = Scene.open();
  private final Kubectl kubectl = scene.kubectl();
  private final LiveCluster cluster = new LiveCluster(scene, "elastic");

  @BeforeAll
  void installTheOperatorThatTheBuildWrote() {
    removeAll();
    scene.installAnew();
  }

  @AfterAll
  void removeAll() {
    kubectl.attempt("delete", "hpa", "elastic", "--ignore-not-found", "--wait");
    MetricsApi.remove(kubectl);
    cluster.remove();
  }

  @Test
  @Order(1)
  void brokersThatHaveNoPartitionInCommonRestartTogether()
      throws InterruptedException, ExecutionException {
    // Given: three pairs of brokers
    cluster.make(
        """
          brokers: 6
          memory: 256Mi
          memorySplit: {heap: 64Mi, direct: 32Mi}
          storage: {size: 1Gi}
          rolling: {parallelism: Auto}
          defaults: {replicationFactor: 2, minInsyncReplicas: 1}
        """);
    cluster.createTopic(new NewTopic("pairs", pairs()));
    Map<String, String> before = cluster.incarnations();

    // When
    var flooding = cluster.flood("pairs", PARTITIONS);
    cluster.patch("{\"config\": {\"connections.max.idle.ms\": 590000}}");
    Set<String> messages = new HashSet<>();
    watch.time("six brokers restart, several at a time", () -> awaitAllRenewed(before, messages));
    cluster.awaitStable();
    cluster.awaitAll(flooding);

    // Then
    assertThat(messages)
        .as("several are away at once")
        .anyMatch(message -> message.matches("Rolling .*elastic-\\d.*, elastic-\\d.*"));
    cluster.allIsThere();
  }

  @Test
  @Order(2)
  void whatNodesHaveNoRoomForNowIsToldAndCostsNobodyARestart() {
    // Given
    Map<String, String> before = cluster.incarnations();

    // When: two of them share a node
    cluster.patch("{\"memory\": \"%dMi\"}".formatted(nodeMebibytes() * 2 / 3));
    awaitMessage("Resizing elastic-.* while they run: elastic-\\d is Deferred.*");

    // Then
    assertThat(cluster.status().at("/operations/0/blockedBy/predicate").asText())
        .isEqualTo("ResizeDeferred");
    assertThat(cluster.incarnations()).isEqualTo(before);

    // When: it is taken back, once every node has said what it can do
    await()
        .atMost(DEADLINE)
        .until(() -> pods().allMatch(pod -> larger(pod) || pending(pod, "Deferred")));
    Set<String> given =
        pods()
            .filter(ElasticIT::larger)
            .map(pod -> pod.at("/metadata/name").asText())
            .collect(Collectors.toSet());
    cluster.patch("{\"memory\": \"256Mi\"}");
    cluster.awaitStable();

    // Then: those that never had it go on
    Map<String, String> after = cluster.incarnations();
    assertThat(given).isNotEmpty().hasSizeLessThan(before.size());
    assertThat(after)
        .allSatisfy(
            (pod, incarnation) ->
                assertThat(incarnation.equals(before.get(pod))).isEqualTo(!given.contains(pod)));
    assertThat(requests()).containsOnly("256Mi");
  }

  @Test
  @Order(3)
  void whatNoNodeEverHasRoomForEndsWithTheFirstBroker() {
    // Given
    Map<String, String> before = cluster.incarnations();

    // When
    cluster.patch("{\"memory\": \"900Gi\"}");
    awaitMessage("Rolling \\(1 of 6 done\\): elastic-\\d Unschedulable.*");

    // Then
    Map<String, String> now = cluster.incarnations();
    assertThat(before.entrySet()).filteredOn(pod -> !now.entrySet().contains(pod)).hasSize(1);

    // When
    cluster.patch("{\"memory\": \"256Mi\"}");
    cluster.awaitStable();

    // Then
    Map<String, String> after = cluster.incarnations();
    assertThat(before.entrySet()).filteredOn(pod -> !after.entrySet().contains(pod)).hasSize(1);
    assertThat(requests()).containsOnly("256Mi");
  }

  @Test
  @Order(4)
  void anAutoscalerHasBrokersComeAndGo()
      throws IOException, GeneralSecurityException, InterruptedException, ExecutionException {
    try (var metrics = new MetricsApi(kubectl)) {
      // Given
      metrics.set(600);
      kubectl.apply(autoscaler()).orThrow("applying a HorizontalPodAutoscaler");
      Map<String, String> before = cluster.incarnations();
      cluster.createTopic(new NewTopic("spread", Optional.of(PARTITIONS), Optional.empty()));
      var flooding = cluster.flood("spread", PARTITIONS);

      // When
      metrics.set(700);
      watch.time("an autoscaler has a broker come", () -> awaitBrokers(7));

      // Then
      assertThat(cluster.incarnations()).containsAllEntriesOf(before);
      cluster.awaitHosting(all -> all.stream().anyMatch(ids -> ids.contains(6)));

      // When
      metrics.set(600);
      watch.time("and go", () -> awaitBrokers(6));
      cluster.awaitAll(flooding);

      // Then
      assertThat(cluster.incarnations()).isEqualTo(before);
      cluster.awaitHosting(all -> all.stream().noneMatch(ids -> ids.contains(6)));
      cluster.allIsThere();
      assertThat(scene.operatorRestarts()).as("ends of the operator").isZero();
    }
  }

  /** Of six brokers, each has partitions in common with one other. */
  private static Map<Integer, List<Integer>> pairs() {
    return IntStream.range(0, PARTITIONS)
        .boxed()
        .collect(
            Collectors.toMap(
                partition -> partition,
                partition -> {
                  int leader = partition % 6;
                  return List.of(leader, leader ^ 1);
                }));
  }

  private static String autoscaler() {
    return """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: elastic}
        spec:
          scaleTargetRef: {apiVersion: millrace.dev/v1beta1, kind: LogCluster, name: elastic}
          minReplicas: 6
          maxReplicas: 7
          metrics:
          - type: External
            external: {metric: {name: %s}, target: {type: AverageValue, averageValue: "100"}}
          behavior: {scaleDown: {stabilizationWindowSeconds: 0}}
        """
        .formatted(MetricsApi.METRIC);
  }

  private void awaitAllRenewed(Map<String, String> before, Set<String> messages) {
    await()
        .atMost(DEADLINE)
        .until(
            () -> {
              messages.add(cluster.status().path("message").asText());
              cluster.hosts();
              Map<String, String> now = cluster.incarnations();
              return now.size() == before.size()
                  && now.values().stream().noneMatch(before::containsValue);
            });
  }

  private void awaitMessage(String pattern) {
    await()
        .atMost(DEADLINE)
        .until(() -> cluster.status().path("message").asText(), text -> text.matches(pattern));
  }

  /** What each of the cluster's pods wants of the memory. */
  private List<String> requests() {
    return pods().map(pod -> pod.at(LIMIT.formatted("/spec/containers")).asText()).toList();
  }

  /** Whether its node has given it more than it had. */
  private static boolean larger(JsonNode pod) {
    return !pod.at(LIMIT.formatted("/status/containerStatuses")).asText().equals("256Mi");
  }

  /** Whether its node has said so of what it is to have. */
  private static boolean pending(JsonNode pod, String reason) {
    return StreamSupport.stream(pod.at("/status/conditions").spliterator(), false)
        .anyMatch(
            condition ->
                condition.path("type").asText().equals("PodResizePending")
                    && condition.path("reason").asText().equals(reason));
  }

  private Stream<JsonNode> pods() {
    var pods = kubectl.get("pods", "-l", "millrace.dev/cluster=elastic").path("items");
    return StreamSupport.stream(pods.spliterator(), false);
  }

  private long nodeMebibytes() {
    String allocatable = kubectl.get("nodes").at("/items/0/status/allocatable/memory").asText();
    return Long.parseLong(allocatable.replaceFirst("Ki$", "")) / 1024;
  }

  private void awaitBrokers(int count) {
    await()
        .atMost(DEADLINE)
        .until(
            () -> {
              cluster.hosts();
              return cluster.incarnations().size() == count
                  && cluster.status().path("brokers").asInt() == count;
            });
    cluster.awaitStable();
  }
}
