package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.launch.Tool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A release of the chart on a real cluster, installed, upgraded, taken back and removed, with a
 * LogCluster that must not feel any of it. Skipped where there is no {@code helm}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HelmIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String OPERATOR = "deployment/millrace-operator";

  private final String helm = Programs.find("helm");
  private final Scene scene = Scene.open();
  private final Kubectl kubectl = scene.kubectl();
  private final Kubectl ops =
      new Kubectl(kubectl.binary(), kubectl.kubeconfig(), "ops", kubectl.work());
  private final Kubectl shop =
      new Kubectl(kubectl.binary(), kubectl.kubeconfig(), "shop", kubectl.work());

  @BeforeAll
  void takeTheImagesThatTheBuildWrote() {
    scene.installation().loadImages();
  }

  @BeforeEach
  void beginAnew() {
    removeAll();
    kubectl.run("create", "namespace", "shop");
  }

  @AfterAll
  void removeAll() {
    kubectl.attempt("delete", "namespace", "shop", "ops", "--ignore-not-found", "--wait");
  }

  @Test
  void aReleaseIsUpgradedTakenBackAndRemovedUnderALogClusterThatGoesOn() {
    // Given
    helm("install", "--create-namespace", "--wait", "--set=broker.pullSecrets={registry}");
    makeCluster();
    var before = incarnations();
    assertThat(shop.get("serviceaccount", "orders-broker").at("/imagePullSecrets/0/name").asText())
        .isEqualTo("registry");

    // When: it is upgraded, to one that has other brokers
    helm(
        "upgrade",
        "--wait",
        "--set=replicas=1",
        "--set=resources.requests.cpu=60m",
        "--set=broker.tag=0.0.0-later");

    // Then: that waits for whoever asks for it
    awaitOperators(1);
    await().atMost(LIMIT).until(this::waiting, "NotAsked"::equals);
    assertThat(incarnations()).isEqualTo(before);

    // When: it is taken back
    run("rollback", "millrace", "--namespace=ops", "--wait", "--timeout=3m");

    // Then
    awaitOperators(2);
    await().atMost(LIMIT).until(this::waiting, String::isEmpty);
    configure("{\"log.retention.hours\": 6}");
    assertThat(incarnations()).isEqualTo(before);

    // When: it goes
    await().atMost(LIMIT).until(() -> shop.run("get", "logcluster", "orders").contains("Healthy"));
    run("uninstall", "millrace", "--namespace=ops", "--wait", "--timeout=3m");

    // Then: brokers and what they hold do not
    awaitOperators(0);
    assertThat(shop.run("get", "logcluster", "orders")).contains("Healthy");
    assertThat(incarnations()).isEqualTo(before);
  }

  @Test
  void aNamespaceWithATopicThatHoldsItGoesWhileAnOperatorRuns() {
    // Given
    helm("install", "--create-namespace", "--wait");
    makeCluster();
    shop.apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogTopic
            metadata: {name: audit}
            spec: {cluster: orders, partitions: 1, whenDeleted: Delete}
            """)
        .orThrow("applying a LogTopic");
    shop.run("wait", "--for=condition=Applied", "logtopic/audit", "--timeout=2m");
    assertThat(shop.get("logtopic", "audit").at("/metadata/finalizers")).hasSize(1);

    // When, Then
    kubectl.run("delete", "namespace", "shop", "--wait", "--timeout=4m");
    run("uninstall", "millrace", "--namespace=ops", "--wait", "--timeout=3m");
  }

  private void makeCluster() {
    kubectl.run("-n", "ops", "rollout", "status", OPERATOR, "--timeout=3m");
    shop.apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogCluster
            metadata: {name: orders}
            spec: {brokers: 1, memory: 512Mi, storage: {size: 1Gi}}
            """)
        .orThrow("applying a LogCluster");
    awaitStable();
  }

  private void helm(String command, String... more) {
    var all =
        new ArrayList<>(
            List.of(
                command,
                "millrace",
                scene.checkout().root().resolve("deploy/helm/millrace").toString(),
                "--namespace=ops",
                "--set=watchNamespaces={shop}",
                "--timeout=3m"));
    all.addAll(List.of(more));
    run(all.toArray(String[]::new));
  }

  private void run(String... arguments) {
    var command = new ArrayList<>(List.of(helm));
    command.addAll(List.of(arguments));
    new Tool(kubectl.work())
        .run(LIMIT, command, "", Map.of("KUBECONFIG", kubectl.kubeconfig().toString()))
        .orThrow(String.join(" ", command));
  }

  /** A change that takes an operator, and no restart. */
  private void configure(String config) {
    shop.run(
        "patch",
        "logcluster",
        "orders",
        "--type=merge",
        "-p={\"spec\":{\"config\":%s}}".formatted(config));
    awaitStable();
  }

  /** What the first operation that there is waits for; empty where there is none. */
  private String waiting() {
    return shop.get("logcluster", "orders").at("/status/operations/0/blockedBy/predicate").asText();
  }

  private void awaitStable() {
    shop.run("wait", "--for=condition=Stable", "logcluster/orders", "--timeout=4m");
  }

  private Map<String, String> incarnations() {
    return new Scene(scene.checkout(), scene.cluster(), shop, scene.pods(), scene.hosts())
        .incarnations("orders");
  }

  /** Those that end are waited for: helm does not. */
  private void awaitOperators(int count) {
    await().atMost(LIMIT).until(() -> operators() == count);
  }

  private int operators() {
    return ops.get("pods", "-l", "app.kubernetes.io/name=millrace-operator").path("items").size();
  }
}
