package dev.millrace.operator.api;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How brokers learn their zone, on a real API server. */
@ExtendWith(ApiServerExtension.class)
class ZonesApiTest {
  private static final String ZONE = "topology.kubernetes.io/zone";
  private final ApiServer api;

  ZonesApiTest(ApiServer api) {
    this.api = api;
  }

  @Test
  void podsAreToldTheZoneOfTheirNodeWhereTheOperatorMayReadNodes() throws IOException {
    try (var stage = new Stage(api, true)) {
      // When
      stage.apply(cluster(""));
      stage.awaitStable("events");

      // Then
      eventually().until(() -> zones(stage, ZONE).equals(List.of("zone-0", "zone-1", "zone-2")));
      assertThat(patience(stage)).isEqualTo("10000");
    }
  }

  @Test
  void anotherLabelMayTellTheZone() throws IOException {
    try (var stage = new Stage(api, true)) {
      // When
      stage.apply(cluster(", topology: {zoneKey: rack}"));
      stage.awaitStable("events");

      // Then
      eventually().until(() -> zones(stage, "rack").equals(List.of("rack-0", "rack-1", "rack-2")));
    }
  }

  @Test
  void withoutThatRightNobodyWaitsForAZoneAndAllElseGoesOn() throws IOException {
    try (var stage = new Stage(api, false)) {
      // When
      stage.apply(cluster(""));
      stage.awaitStable("events");

      // Then
      assertThat(zones(stage, ZONE)).isEmpty();
      assertThat(patience(stage)).isEqualTo("0");
    }
  }

  private static List<String> zones(Stage stage, String key) {
    return stage.admin().pods().inNamespace(stage.namespace()).list().getItems().stream()
        .map((Pod pod) -> pod.getMetadata().getLabels().get(key))
        .filter(Objects::nonNull)
        .sorted()
        .toList();
  }

  private static Optional<String> patience(Stage stage, String name) {
    var set =
        stage.admin().apps().statefulSets().inNamespace(stage.namespace()).withName("events").get();
    return set.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().stream()
        .filter(variable -> name.equals(variable.getName()))
        .map(EnvVar::getValue)
        .findFirst();
  }

  private static String patience(Stage stage) {
    return patience(stage, "MILLRACE_RACK_WAIT_MS").orElseThrow();
  }

  private static String cluster(String more) {
    return """
        {apiVersion: millrace.dev/v1beta1, kind: LogCluster, metadata: {name: events},
         spec: {brokers: 3, memory: 1Gi, storage: {size: 10Gi}%s}}"""
        .formatted(more);
  }
}
