package dev.millrace.operator.api;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogClusterStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An operator dies after each and every write: none gets to do two. What it was at goes on all the
 * same and ends where it would have ended, with no step done twice.
 */
@ExtendWith(ApiServerExtension.class)
class OperatorDeathApiTest {
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  /** Three claims, or three pods, and a status: fewer deaths would prove little. */
  private static final int DEATHS = 4;

  private final Stage stage;

  OperatorDeathApiTest(ApiServer api) throws IOException {
    stage = new Stage(api);
    stage.replicas().add("orders", 0, 1 << 20, 0, 1);
    stage.replicas().add("orders", 1, 1 << 20, 1, 2);
    stage.replicas().add("orders", 2, 1 << 20, 2, 0);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aRollGoesOn() {
    // Given
    stage.apply(events(3, "10Gi", ""));
    stage.awaitStable("events");
    var before = stage.pods();
    stage.writes().forget();

    // When
    int deaths =
        dying(
            events(3, "10Gi", ", config: {connections.max.idle.ms: 500000}"),
            () -> stage.pods().values().stream().noneMatch(before::containsValue));

    // Then
    assertThat(deaths).isGreaterThanOrEqualTo(DEATHS);
    assertThat(stage.evicted())
        .containsExactly("events-2/eviction", "events-1/eviction", "events-0/eviction");
    assertThat(stage.podsMade()).as("three at first, and each of them anew").isEqualTo(6);
  }

  @Test
  void aScaleDownGoesOn() {
    // Given
    stage.apply(events(3, "10Gi", ""));
    stage.awaitStable("events");

    // When
    int deaths = dying(events(2, "10Gi", ""), () -> stage.pods().size() == 2);

    // Then
    assertThat(deaths).isGreaterThanOrEqualTo(DEATHS - 1);
    eventually().untilAsserted(() -> assertThat(stage.unregistered()).containsOnly(2));
    assertThat(stage.replicas().held(2)).isZero();
    assertThat(stage.replicas().cordoned()).as("those that stay").doesNotContain(0, 1);
  }

  @Test
  void aPoolGoesOnTakingOverAndLeaving() {
    // Given
    stage.apply(events(3, "10Gi", ""));
    stage.awaitStable("events");

    // When
    int deaths =
        dying(
            events(0, "10Gi", ", pools: [{name: large, firstId: 1000, brokers: 3}]"),
            () -> stage.pods().keySet().stream().allMatch(pod -> pod.startsWith("events-large")));
    deaths += dying(events(3, "10Gi", ""), () -> sets().equals(List.of("events")));

    // Then
    assertThat(deaths).isGreaterThanOrEqualTo(2 * DEATHS);
    assertThat(stage.pods()).containsOnlyKeys("events-0", "events-1", "events-2");
    eventually()
        .untilAsserted(() -> assertThat(stage.unregistered()).contains(0, 1, 2, 1000, 1001, 1002));
    assertThat(stage.replicas().cordoned()).as("those that stay").doesNotContain(0, 1, 2);
    assertThat(stage.podsMade()).as("three, three in the pool, and three again").isEqualTo(9);
  }

  @Test
  void volumesGoOnGrowing() {
    // Given
    var storageClass = ", class: " + stage.growingClass();
    stage.apply(events(3, "10Gi" + storageClass, ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    int deaths =
        dying(
            events(3, "20Gi" + storageClass, ""),
            () -> capacities().stream().allMatch(new Quantity("20Gi")::equals));

    // Then
    assertThat(deaths).isGreaterThanOrEqualTo(DEATHS);
    assertThat(stage.pods()).isEqualTo(before);
    assertThat(capacities()).hasSize(3);
  }

  @Test
  void memoryGoesOnGrowing() {
    // Given
    stage.apply(events(3, "10Gi", ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    int deaths =
        dying(
            events(3, "10Gi", "").replace("memory: 1Gi", "memory: 2Gi"),
            () -> stage.limits().stream().allMatch("2Gi"::equals));

    // Then
    assertThat(deaths).isGreaterThanOrEqualTo(DEATHS);
    assertThat(stage.pods()).isEqualTo(before);
  }

  /** Has the cluster become that, with an operator for each write; how many there were. */
  private int dying(String wish, BooleanSupplier done) {
    stage.writes().mortal(true);
    stage.apply(wish);
    int deaths = 0;
    while (!done.getAsBoolean() || !settled()) {
      Awaitility.await()
          .atMost(DEADLINE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> stage.writes().spent() || (done.getAsBoolean() && settled()));
      if (stage.writes().spent()) {
        stage.replaceOperator();
        deaths++;
      }
    }
    stage.writes().mortal(false);
    stage.awaitStable("events");
    return deaths;
  }

  private boolean settled() {
    var cluster = Objects.requireNonNull(stage.cluster("events").get());
    LogClusterStatus status = cluster.getStatus();
    return Stage.is(status, "Stable", "True")
        && cluster.getMetadata().getGeneration().equals(status.observedGeneration());
  }

  private List<String> sets() {
    return stage
        .admin()
        .apps()
        .statefulSets()
        .inNamespace(stage.namespace())
        .list()
        .getItems()
        .stream()
        .map(set -> set.getMetadata().getName())
        .toList();
  }

  private Collection<Quantity> capacities() {
    return stage
        .admin()
        .persistentVolumeClaims()
        .inNamespace(stage.namespace())
        .list()
        .getItems()
        .stream()
        .flatMap(claim -> List.copyOf(claim.getStatus().getCapacity().values()).stream())
        .toList();
  }

  private static String events(int brokers, String storage, String more) {
    return """
        {apiVersion: millrace.dev/v1beta1, kind: LogCluster, metadata: {name: events},
         spec: {brokers: %d, memory: 1Gi, storage: {size: %s}%s}}"""
        .formatted(brokers, storage, more);
  }
}
