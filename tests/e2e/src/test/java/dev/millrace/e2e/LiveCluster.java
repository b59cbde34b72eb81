package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.e2e.RecordFlood.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * A LogCluster that is changed while records come in, and all of whose records must be there in the
 * end. Used by one thread.
 */
final class LiveCluster {
  static final Duration DEADLINE = Duration.ofMinutes(5);

  private final Scene scene;
  private final Kubectl kubectl;
  private final String name;

  /** That come in at a time. */
  private final long records = Long.getLong("e2e.records", 200_000) / 4;

  private final Map<RecordFlood, Tally> produced = new HashMap<>();

  /** One that is not there yet. */
  LiveCluster(Scene scene, String name) {
    this.scene = scene;
    this.kubectl = scene.kubectl();
    this.name = name;
  }

  /**
   * Makes it, and waits until it is as it should be.
   *
   * @param spec its lines, as YAML
   */
  void make(String spec) {
    kubectl
        .apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogCluster
            metadata: {name: %s}
            spec:
            %s
            """
                .formatted(name, spec.indent(2)))
        .orThrow("applying a LogCluster");
    awaitStable();
  }

  /** Takes away all that there may be of it, its volumes too. */
  void remove() {
    kubectl.attempt("delete", "logcluster", name, "--ignore-not-found", "--wait");
    kubectl.attempt("delete", "metadatalog", name, "--ignore-not-found", "--wait");
    String cluster = "millrace.dev/cluster=" + name;
    kubectl.attempt("wait", "--for=delete", "pod", "-l", cluster, "--timeout=2m");
    kubectl.attempt("delete", "persistentvolumeclaims", "-l", cluster, "--wait");
  }

  /** Changes parts of the spec, as JSON. */
  void patch(String spec) {
    kubectl.run("patch", "logcluster", name, "--type=merge", "-p", "{\"spec\": " + spec + "}");
  }

  void awaitStable() {
    kubectl.run("wait", "--for=condition=Stable", "logcluster/" + name, "--timeout=5m");
  }

  JsonNode status() {
    return scene.logCluster(name).path("status");
  }

  /** Its pods, and what tells each from a successor. */
  Map<String, String> incarnations() {
    return scene.incarnations(name);
  }

  /** Where its brokers listen; this JVM finds their names from then on. */
  List<String> hosts() {
    return scene.hosts().write(kubectl, name);
  }

  void createTopic(NewTopic topic) throws InterruptedException, ExecutionException {
    try (var admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, hosts()))) {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      // A retry of the client after a lost answer finds what it made.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  /** Records begin to come into a topic that nobody else writes to. */
  CompletableFuture<Void> flood(String topic, int partitions) {
    var flood = new RecordFlood(hosts(), topic, partitions, records);
    return CompletableFuture.supplyAsync(flood::produce)
        .orTimeout(DEADLINE.toMinutes(), TimeUnit.MINUTES)
        .thenAccept(tally -> produced.put(flood, tally));
  }

  /** Until they all are in, while pods come and go and clients learn where they are. */
  void awaitAll(CompletableFuture<Void> flooding) {
    scene.await(name, flooding);
  }

  /** Whatever was acknowledged is there, once, whole and in order. */
  void allIsThere() {
    assertThat(produced).isNotEmpty();
    produced.forEach(
        (flood, tally) ->
            assertThat(
                    new RecordFlood(hosts(), flood.topic(), flood.partitions(), records).consume())
                .as(flood.topic())
                .isEqualTo(tally));
  }

  Admin admin() {
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

  /** Until this holds of what hosts all partitions; a client that asks in vain asks again. */
  void awaitHosting(Predicate<List<List<Integer>>> wanted) {
    await()
        .atMost(DEADLINE)
        .ignoreExceptionsInstanceOf(ExecutionException.class)
        .until(() -> wanted.test(hosting()));
  }

  /** The brokers that host each partition that there is, internal ones too, and are in sync. */
  List<List<Integer>> hosting() throws InterruptedException, ExecutionException {
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
}
