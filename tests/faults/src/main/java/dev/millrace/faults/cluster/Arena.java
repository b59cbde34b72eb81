package dev.millrace.faults.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.e2e.HostNames;
import dev.millrace.e2e.Kubectl;
import dev.millrace.e2e.TestCluster;
import dev.millrace.faults.check.ReplicaComparer;
import dev.millrace.faults.check.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A LogCluster of three brokers that faults happen to, each broker on a node and a file system of
 * its own. The Kubernetes cluster must run and have the operator. What is done to brokers is in
 * {@code fault}; here is what it needs of them. Thread-safe but for {@link #setUp}.
 */
public final class Arena implements AutoCloseable {
  private static final String NAME = "faults";
  private static final int BROKERS = 3;
  private static final int MEGABYTES = 3072;
  private static final int CLIENT_PORT = 9092;
  private static final String OPERATOR = "deployment/millrace-operator";
  private static final String IMAGE = "MILLRACE_BROKER_IMAGE";

  /** What the cluster begins with: not the newest, so that it can be raised. */
  private static final String METADATA_VERSION = "4.3";

  private final int most;
  private final TestCluster cluster;
  private final Kubectl kubectl;
  private final LoopVolumes volumes;
  private final Addresses addresses;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  /**
   * In the namespace of {@code kubectl}.
   *
   * @param spare how many brokers may come to those that there are at first
   */
  public Arena(TestCluster cluster, Kubectl kubectl, HostNames hosts, int spare) {
    this.most = BROKERS + spare;
    this.cluster = cluster;
    this.kubectl = kubectl;
    // Beside the cluster's own state, which unmounts and removes what is there when it goes down.
    Path root = kubectl.kubeconfig().toAbsolutePath().resolveSibling(NAME);
    this.volumes = new LoopVolumes(root, most, MEGABYTES);
    this.addresses = new Addresses(kubectl, hosts, NAME);
  }

  /** How many brokers there are. */
  public int brokers() {
    return BROKERS;
  }

  /** The Kubernetes cluster. */
  public TestCluster cluster() {
    return cluster;
  }

  /** Begins to follow the status that users see. */
  public StatusWatch watchStatus() {
    return new StatusWatch(kubectl, NAME);
  }

  /** Where clients begin; names that this JVM finds by its hosts file. */
  public List<String> bootstrap() {
    return IntStream.range(0, BROKERS)
        .mapToObj(
            broker ->
                HostNames.name(podName(broker), NAME, kubectl.namespace()) + ":" + CLIENT_PORT)
        .toList();
  }

  private static String podName(int broker) {
    return NAME + "-" + broker;
  }

  /** Removes the LogCluster of an earlier run, makes a new one and waits until it is ready. */
  public void setUp(String memory) {
    for (String kind : List.of("logclusters", "metadatalogs")) {
      kubectl.attempt("delete", kind, NAME, "--ignore-not-found", "--wait");
    }
    kubectl.attempt(
        "wait", "--for=delete", "pods", "--selector=millrace.dev/cluster=" + NAME, "--timeout=2m");
    for (int broker = 0; broker < most; broker++) {
      kubectl.attempt(
          "delete",
          "persistentvolumeclaim",
          "data-" + podName(broker),
          "--ignore-not-found",
          "--wait");
      kubectl.attempt(
          "delete", "persistentvolume", "data-" + podName(broker), "--ignore-not-found", "--wait");
    }
    volumes.make();
    kubectl
        .apply(Manifests.volumes(NAME, kubectl.namespace(), nodes(), volumes))
        .orThrow("making volumes");
    kubectl
        .apply(Manifests.logCluster(NAME, BROKERS, METADATA_VERSION, memory, cpu()))
        .orThrow("making the LogCluster");
    addresses.start();
    kubectl.run("wait", "--for=condition=Ready", "logcluster/" + NAME, "--timeout=4m");
  }

  /** Two brokers have to fit on a node where some may come. */
  private String cpu() {
    return most > BROKERS ? "500m" : "1";
  }

  /** Changes the spec as a user does, by a merge patch of the LogCluster. */
  public void patch(String json) {
    kubectl.run("patch", "logcluster", NAME, "--type=merge", "--patch=" + json);
  }

  /** Waits until nothing is under way, as the condition tells that is meant for it. */
  public void awaitStable(Duration limit) {
    kubectl.run(
        "wait",
        "--for=condition=Stable",
        "logcluster/" + NAME,
        "--timeout=" + limit.toSeconds() + "s");
  }

  /** Has a topic that nobody else uses, and waits until it is as wanted. */
  public void applyTopic(String name, int partitions) {
    kubectl
        .apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogTopic
            metadata: {name: %s}
            spec: {cluster: %s, partitions: %d, whenDeleted: Delete}
            """
                .formatted(name, NAME, partitions))
        .orThrow("applying a LogTopic");
    kubectl.run("wait", "--for=condition=Applied", "logtopic/" + name, "--timeout=2m");
  }

  /** Takes it away again, and its topic with it. */
  public void deleteTopic(String name) {
    kubectl.run("delete", "logtopic", name, "--wait", "--timeout=2m");
  }

  /** What {@code kubectl get} shows in its column for people. */
  public String message() {
    return status("message");
  }

  /** Puts an annotation on the LogCluster, or takes it away: {@code name=value}, {@code name-}. */
  public void annotate(String annotation) {
    kubectl.run("annotate", "logcluster", NAME, annotation, "--overwrite");
  }

  /** Asks for a restart of one broker. */
  public void markForRestart(BrokerId broker) {
    kubectl.run("annotate", "pod", podName(broker.value()), "millrace.dev/restart=now");
  }

  /** What the operator would do, as the status tells it; empty where it does not. */
  public String plan() {
    return status("plan");
  }

  /** The level of Kafka's metadata format, as the status tells it. */
  public String metadataVersion() {
    return status("metadataVersion");
  }

  private String status(String field) {
    return kubectl.run(
        "get", "logcluster", NAME, "--output=jsonpath={.status.%s}".formatted(field));
  }

  /** What the first operation that there is waits for; empty where there is none. */
  public String waitsFor() {
    return kubectl.get("logcluster", NAME).at("/status/operations/0/blockedBy/predicate").asText();
  }

  /** The image that the operator has for brokers where a spec names no version. */
  public String brokerImage() {
    return kubectl.run(
        "--namespace=millrace",
        "get",
        OPERATOR,
        "--output=jsonpath={..env[?(@.name==\"%s\")].value}".formatted(IMAGE));
  }

  /** Has the operator replaced by one that has another image for brokers. */
  public void replaceOperator(String image) {
    kubectl.run("--namespace=millrace", "set", "env", OPERATOR, IMAGE + "=" + image);
    kubectl.run("--namespace=millrace", "rollout", "status", OPERATOR, "--timeout=4m");
  }

  /** Asks for a restart of all brokers in the way of those who know StatefulSets. */
  public void restartAll() {
    kubectl.run("rollout", "restart", "statefulset/" + NAME);
  }

  /** What the claims of the brokers that there are ask for. */
  public List<String> claims() {
    return pods().stream()
        .map(
            pod ->
                kubectl
                    .get("persistentvolumeclaim", "data-" + pod.name())
                    .at("/spec/resources/requests/storage")
                    .asText())
        .toList();
  }

  /** Ends the operator's process at once; its Deployment starts another. */
  public void killOperator() {
    kubectl.run(
        "--namespace=millrace",
        "delete",
        "pods",
        "--all",
        "--force",
        "--grace-period=0",
        "--wait=false");
  }

  /** Evicts all pods from a node, as one who repairs it does, and lets them come again. */
  public void drain(String node) {
    try {
      kubectl.run(
          "drain",
          node,
          "--ignore-daemonsets",
          "--delete-emptydir-data",
          "--force",
          "--timeout=4m");
    } finally {
      kubectl.run("uncordon", node);
    }
  }

  /** The nodes of the cluster, by name. */
  public List<String> nodes() {
    List<String> nodes = new ArrayList<>();
    kubectl
        .get("nodes")
        .path("items")
        .forEach(node -> nodes.add(node.at("/metadata/name").asText()));
    if (nodes.size() < BROKERS) {
      throw new IllegalStateException("needs " + BROKERS + " nodes, found " + nodes);
    }
    nodes.sort(Comparator.naturalOrder());
    return nodes;
  }

  /** The brokers' pods by id. */
  public List<BrokerPod> pods() {
    List<BrokerPod> pods = new ArrayList<>();
    JsonNode items =
        kubectl
            .get("pods", "--selector=millrace.dev/cluster=" + NAME, "--request-timeout=30s")
            .path("items");
    items.forEach(pod -> pods.add(BrokerPod.of(pod)));
    pods.sort(Comparator.comparingInt(BrokerPod::id));
    return pods;
  }

  /**
   * The pod of a broker.
   *
   * @throws IllegalStateException if there is none
   */
  public BrokerPod pod(BrokerId broker) {
    return pods().stream()
        .filter(pod -> pod.id() == broker.value())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("broker " + broker.value() + " has no pod"));
  }

  /** Whether the same pod has another container by now, which serves. */
  public boolean restartedAndReady(BrokerPod before) {
    JsonNode container = kubectl.get("pod", before.name()).at("/status/containerStatuses/0");
    return container.path("ready").asBoolean()
        && !container.path("containerID").asText().endsWith(before.container());
  }

  /** The process of a broker. */
  public ContainerProcess process(BrokerId broker) {
    return ContainerProcess.of(pod(broker));
  }

  /** Deletes a broker's pod, at once and by force or as one who plans a restart does. */
  public void delete(BrokerId broker, boolean force) {
    List<String> command = new ArrayList<>(List.of("delete", "pod", podName(broker.value())));
    command.addAll(
        force
            ? List.of("--force", "--grace-period=0", "--wait=false", "--request-timeout=10s")
            : List.of("--wait=true"));
    kubectl.run(command.toArray(String[]::new));
  }

  /** The broker whose controller is active, as the first broker that answers sees it. */
  public BrokerId controller() throws InterruptedException {
    for (BrokerPod pod : pods()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + pod.address() + ":8080/v1/cluster"))
              .timeout(Duration.ofSeconds(2))
              .build();
      try {
        JsonNode answer =
            new ObjectMapper()
                .readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        int controller = answer.path("controllerId").asInt(-1);
        if (controller >= 0) {
          return new BrokerId(controller);
        }
      } catch (IOException e) {
        // The next one may know.
      }
    }
    throw new IllegalStateException("no broker knows the controller");
  }

  /** Takes all space of a broker's volume; what is returned gives it back. */
  public Runnable fillDisk(BrokerId broker) {
    return volumes.fill(broker.value());
  }

  /** Throttles a broker's disk; what is returned ends it. */
  public Runnable slowDisk(BrokerId broker, ContainerProcess process, long bytesPerSecond) {
    return volumes.slow(broker.value(), process, bytesPerSecond);
  }

  /**
   * Compares the replicas of every partition; nobody may write meanwhile. Compacted logs are
   * compared only while nothing of them can have been compacted: in their active segment.
   */
  public void compareReplicas(int replicas, Verdict verdict) {
    for (Map.Entry<String, Map<String, Path>> partition : volumes.replicas().entrySet()) {
      if (partition.getKey().startsWith("__")
          && partition.getValue().values().stream().anyMatch(folder -> segments(folder) != 1)) {
        continue;
      }
      if (partition.getValue().size() == replicas) {
        ReplicaComparer.compare(partition.getKey(), partition.getValue(), verdict);
      }
    }
  }

  private static long segments(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".log")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    addresses.close();
  }
}
