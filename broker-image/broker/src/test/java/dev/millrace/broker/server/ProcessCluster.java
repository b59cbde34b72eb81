package dev.millrace.broker.server;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.broker.apiserver.ApiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * Three brokers as processes, whose metadata log is on a real API server. Sessions are longer than
 * any wait in a test: what happens to a broker, happens because of its closed connections.
 */
final class ProcessCluster implements AutoCloseable {
  private static final String SETTINGS =
      """
      metadata.log=kubernetes
      metadata.log.name=%s
      metadata.log.namespace=%s
      kubernetes.url=%s
      kubernetes.credentials.dir=%s
      broker.session.timeout.ms=600000
      """;
  private static final int SIZE = 3;

  private final ObjectMapper mapper = new ObjectMapper();
  private final Path directory;
  private final Map<Integer, BrokerProcess> brokers = new HashMap<>();

  private ProcessCluster(Path directory) {
    this.directory = directory;
  }

  /** Starts all and waits until they serve. */
  static ProcessCluster start(ApiServer server, Path directory) throws Exception {
    String name = "processes-" + UUID.randomUUID();
    ObjectNode log = JsonNodeFactory.instance.objectNode();
    log.put("apiVersion", "millrace.dev/v1beta1").put("kind", "MetadataLog");
    log.putObject("metadata").put("name", name).put("namespace", ApiServer.NAMESPACE);
    log.putObject("spec").put("clusterId", "cluster-of-" + name).put("slots", 64);
    server.post(
        "/apis/millrace.dev/v1beta1/namespaces/" + ApiServer.NAMESPACE + "/metadatalogs", log);
    String settings =
        SETTINGS.formatted(name, ApiServer.NAMESPACE, server.url(), server.brokerCredentials());
    var cluster = new ProcessCluster(directory);
    try {
      for (int id = 0; id < SIZE; id++) {
        Path own = Files.createDirectory(cluster.directoryOf(id));
        cluster.brokers.put(id, new BrokerProcess(own, id, settings));
      }
      cluster.brokers.values().forEach(BrokerProcess::awaitReady);
      await().atMost(BrokerHarness.DEADLINE).until(() -> cluster.allUnfenced(0));
      return cluster;
    } catch (Exception | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  BrokerProcess broker(int id) {
    return requireNonNull(brokers.get(id));
  }

  Iterable<BrokerProcess> brokers() {
    return brokers.values();
  }

  /** Holds the broker's settings, its log and its data. */
  Path directoryOf(int id) {
    return directory.resolve("broker-" + id);
  }

  /** The cluster as one of its brokers sees it. */
  JsonNode seenBy(int id) throws Exception {
    return mapper.readTree(broker(id).get("/v1/cluster"));
  }

  boolean allUnfenced(int seenBy) throws Exception {
    JsonNode seen = seenBy(seenBy).path("brokers");
    return seen.size() == SIZE
        && StreamSupport.stream(seen.spliterator(), false)
            .noneMatch(broker -> broker.path("fenced").asBoolean());
  }

  @Override
  public void close() throws InterruptedException {
    for (BrokerProcess broker : brokers.values()) {
      broker.close();
    }
  }
}
