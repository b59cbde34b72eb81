package dev.millrace.broker.controller;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.metadata.PartitionRegistration;

/** Some nodes on one medium, and one broker that is kept alive by heartbeats. */
final class ControlPlane implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Opens a node's cursor on the shared medium. */
  interface Opener {
    MetadataLog open(Endpoint self) throws Exception;
  }

  final List<ControllerNode> nodes = new ArrayList<>();
  final List<String> fatalFaults = new CopyOnWriteArrayList<>();
  final LocalControllerChannel channel =
      new LocalControllerChannel(() -> active().map(ControllerNode::controller).orElse(null));
  private final List<BrokerLifecycle> brokers = new ArrayList<>();

  /** A broker that comes back finds its disk again. */
  private final Map<Integer, Uuid> directories = new HashMap<>();

  private final String clusterId;
  private final Duration sessionTimeout;

  ControlPlane(String clusterId, int count, Opener opener) throws Exception {
    // Who is away for a while is not lost, however slow the machine is.
    this(clusterId, count, opener, Duration.ofHours(1));
  }

  ControlPlane(String clusterId, int count, Opener opener, Duration sessionTimeout)
      throws Exception {
    this.clusterId = clusterId;
    this.sessionTimeout = sessionTimeout;
    for (int id = 0; id < count; id++) {
      nodes.add(node(id, opener));
    }
    nodes.forEach(ControllerNode::start);
  }

  private ControllerNode node(int id, Opener opener) throws Exception {
    var self = new Endpoint(id, "node-" + id, 9091);
    var settings =
        new ControllerSettings(
            self, sessionTimeout, Duration.ZERO, 1, 1, Map.of("min.insync.replicas", "2"));
    return new ControllerNode(
        settings,
        opener.open(self),
        (message, cause) -> fatalFaults.add("node " + id + ": " + message + ": " + cause));
  }

  /** The one with the highest epoch of those that believe to be active. */
  Optional<ControllerNode> active() {
    return nodes.stream()
        .filter(ControllerNode::isActive)
        .max((a, b) -> Integer.compare(epoch(a), epoch(b)));
  }

  static int epoch(ControllerNode node) {
    return node.controller().curClaimEpoch();
  }

  ControllerNode awaitActive() {
    await().atMost(PATIENCE).until(() -> active().isPresent());
    return active().orElseThrow();
  }

  /** Any node but this one. */
  ControllerNode awaitActiveOtherThan(ControllerNode old) {
    await()
        .atMost(PATIENCE)
        .until(() -> nodes.stream().anyMatch(node -> node != old && node.isActive()));
    return nodes.stream().filter(node -> node != old && node.isActive()).findFirst().orElseThrow();
  }

  /** The directory that a broker registers with. */
  Uuid directory(int id) {
    return directories.computeIfAbsent(id, key -> Uuid.randomUuid());
  }

  /** Has a broker find another, new disk when it comes back. */
  void replaceDirectory(int id) {
    directories.put(id, Uuid.randomUuid());
  }

  BrokerLifecycle broker(int id) {
    return broker(id, OptionalLong.empty());
  }

  BrokerLifecycle broker(int id, OptionalLong previousEpoch) {
    var identity =
        new BrokerIdentity(
            id,
            clusterId,
            Uuid.randomUuid(),
            List.of(
                new BrokerIdentity.AdvertisedListener(
                    "CLIENT", "broker-" + id, 9092, SecurityProtocol.PLAINTEXT)),
            Optional.empty(),
            List.of(directory(id)),
            previousEpoch);
    var broker =
        new BrokerLifecycle(
            identity,
            channel,
            () -> nodes.stream().mapToLong(ControllerNode::metadataOffset).max().orElse(-1),
            Duration.ofMillis(200),
            state -> {},
            fatalFaults::add);
    brokers.add(broker);
    broker.start();
    return broker;
  }

  BrokerLifecycle awaitRunningBroker(int id) {
    return awaitRunningBroker(id, OptionalLong.empty());
  }

  BrokerLifecycle awaitRunningBroker(int id, OptionalLong previousEpoch) {
    BrokerLifecycle broker = broker(id, previousEpoch);
    broker.readyToServe();
    await().atMost(PATIENCE).until(() -> broker.unfenced().isDone());
    return broker;
  }

  /**
   * A broker dies. Its session is ended as if it had been silent for the whole of it, and this
   * returns when the controller has fenced it.
   */
  void kill(int id, BrokerLifecycle broker) {
    broker.close();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              // Repeated: a last heartbeat may have been on its way.
              ControllerNode node = awaitActive();
              return node.endSession(id, broker.brokerEpoch())
                  && node.metadata().image().cluster().broker(id).fenced();
            });
  }

  static CompletableFuture<CreateTopicsResponseData> createTopic(
      Controller controller, String name, int partitions) {
    return createTopic(controller, name, partitions, 1);
  }

  static CompletableFuture<CreateTopicsResponseData> createTopic(
      Controller controller, String name, int partitions, int replicas) {
    var topics = new CreatableTopicCollection();
    topics.add(
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) replicas));
    return controller.createTopics(
        LocalControllerChannel.context(),
        new CreateTopicsRequestData().setTopics(topics),
        Set.of(),
        false);
  }

  static CompletableFuture<CreateTopicsResponseData> createTopics(
      Controller controller, int count, Map<String, String> configs) {
    var topics = new CreatableTopicCollection();
    for (int i = 0; i < count; i++) {
      var topic =
          new CreatableTopic()
              .setName("many-" + i)
              .setNumPartitions(1)
              .setReplicationFactor((short) 1);
      configs.forEach(
          (name, value) ->
              topic.configs().add(new CreatableTopicConfig().setName(name).setValue(value)));
      topics.add(topic);
    }
    return controller.createTopics(
        LocalControllerChannel.context(),
        new CreateTopicsRequestData().setTopics(topics),
        Set.of(),
        false);
  }

  static PartitionRegistration partition(ControllerNode node, String topic, int id) {
    return requireNonNull(
        node.metadata().image().topics().getTopic(topic).partitions().get(id), topic);
  }

  static boolean hasTopic(ControllerNode node, String name) {
    return node.metadata().image().topics().getTopic(name) != null;
  }

  void awaitEqualImages() {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                active().isPresent()
                    && nodes.stream().map(ControllerNode::metadataOffset).distinct().count() == 1
                    && nodes.stream()
                            .map(node -> node.metadata().image())
                            .map(image -> Objects.hash(image.topics(), image.cluster()))
                            .distinct()
                            .count()
                        == 1);
  }

  List<Integer> ids() {
    return IntStream.range(0, nodes.size()).boxed().toList();
  }

  @Override
  public void close() throws Exception {
    brokers.forEach(BrokerLifecycle::close);
    for (ControllerNode node : nodes) {
      node.close();
    }
  }
}
