package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.launch.Checkout;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;

/**
 * Where the scenario plays: the cluster, a namespace, the images, and what its steps need to know
 * about a LogCluster. Made once; used by one thread.
 */
record Scene(
    Checkout checkout, TestCluster cluster, Kubectl kubectl, ClientPods pods, HostNames hosts) {

  /** What {@code deploy/kustomization.yaml} watches. */
  private static final String NAMESPACE = "default";

  static Scene open() {
    Checkout checkout = Checkout.find();
    Path target = checkout.root().resolve("tests/e2e/target");
    TestCluster cluster =
        TestCluster.configured(System.getenv(), target.resolve("tools"))
            .orElseGet(
                () ->
                    abort(TestCluster.VARIABLE + " does not name a script that starts a cluster"));
    cluster.up(3);
    Kubectl kubectl = cluster.kubectl(NAMESPACE);
    HostNames hosts =
        new HostNames(Path.of(System.getProperty("e2e.hosts", target.resolve("hosts").toString())));
    return new Scene(checkout, cluster, kubectl, new ClientPods(kubectl), hosts);
  }

  Installation installation() {
    return new Installation(checkout, cluster, kubectl);
  }

  /** Has the operator that the build wrote, and none of an earlier run. */
  void installAnew() {
    kubectl.attempt("-n", "millrace", "delete", "deployments", "--all", "--wait");
    installation().loadImages();
    installation().install();
  }

  static String version() {
    String version = System.getProperty("millrace.version", "");
    assertThat(version).as("system property millrace.version").isNotEmpty();
    return version;
  }

  JsonNode logCluster(String name) {
    return kubectl.get("logcluster", name);
  }

  /** A condition of a LogCluster; missing if it has none of that type. */
  JsonNode condition(String cluster, String type) {
    return StreamSupport.stream(logCluster(cluster).at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals(type))
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  /** What it ends with, while a cluster's pods come and go and clients learn where they are. */
  <T> T await(String cluster, CompletableFuture<T> work) {
    Awaitility.await()
        .atMost(LiveCluster.DEADLINE)
        .until(() -> !hosts().write(kubectl, cluster).isEmpty() && work.isDone());
    return work.join();
  }

  /** How often containers of the operator's pods have ended; each time it was not to. */
  int operatorRestarts() {
    return StreamSupport.stream(
            kubectl.get("pods", "-n", "millrace").path("items").spliterator(), false)
        .mapToInt(pod -> pod.at("/status/containerStatuses/0/restartCount").asInt())
        .sum();
  }

  /** A cluster's pods: name → what changes if one is restarted or replaced. */
  Map<String, String> incarnations(String cluster) {
    Map<String, String> pods = new TreeMap<>();
    for (JsonNode pod :
        kubectl.get("pods", "-l", "millrace.dev/cluster=" + cluster).path("items")) {
      pods.put(
          pod.at("/metadata/name").asText(),
          pod.path("metadata").path("uid").asText()
              + "/"
              + pod.at("/status/containerStatuses/0/restartCount").asInt());
    }
    return pods;
  }
}
