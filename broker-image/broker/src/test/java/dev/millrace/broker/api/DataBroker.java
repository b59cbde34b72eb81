package dev.millrace.broker.api;

import dev.millrace.broker.network.NetworkConfig;
import dev.millrace.broker.network.NetworkServer;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.Transport;
import dev.millrace.broker.replica.FetcherSettings;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.LeaderChannel;
import dev.millrace.broker.replica.ReplicaFetchers;
import dev.millrace.broker.replica.Replication;
import dev.millrace.broker.replica.ReplicationThrottles;
import dev.millrace.broker.replica.TaskLoop;
import dev.millrace.broker.replica.TopicConfigs;
import dev.millrace.log.LogManager;
import dev.millrace.log.LogManagerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.metadata.BrokerRegistrationChangeRecord;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpointCollection;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistrationFencingChange;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/**
 * Broker 0 of a made-up cluster, with a real network, log and data handlers, and just enough of
 * Metadata and InitProducerId for clients to find it.
 */
public final class DataBroker implements AutoCloseable {
  public static final int ID = 0;
  public static final int OTHER = 1;

  private final AtomicLong producerIds = new AtomicLong(1000);
  private final KafkaScheduler scheduler = new KafkaScheduler(1);
  private final ExecutorService io = Executors.newFixedThreadPool(2);
  private final EditableMetadata metadata = new EditableMetadata();
  private final List<Integer> reached = new CopyOnWriteArrayList<>();
  private final LogManager logs;
  private final HostedPartitions partitions;
  private final Transport transport;
  private final NetworkServer server;
  private final int port;
  private volatile @Nullable String refusal;

  public DataBroker(Path directory) throws IOException {
    this(directory, NetworkConfig.defaults(64 << 20));
  }

  DataBroker(Path directory, NetworkConfig config) throws IOException {
    this(directory, config, List.of());
  }

  /** A broker whose first image has these topics, as an earlier life of it knew them. */
  DataBroker(Path directory, NetworkConfig config, List<TopicImage> topics) throws IOException {
    this(directory, config, topics, 2, options -> options);
  }

  /** A broker with so many event loops, and logs of another kind. */
  DataBroker(
      Path directory,
      NetworkConfig config,
      List<TopicImage> topics,
      int loops,
      UnaryOperator<LogManagerOptions> logOptions)
      throws IOException {
    scheduler.startup();
    logs =
        LogManager.open(
            logOptions.apply(
                LogManagerOptions.of(
                    directory, topic -> new LogConfig(Map.of()), Time.SYSTEM, scheduler)));
    logs.load();
    partitions = new HostedPartitions(alone(), logs, new TopicConfigs(Map.of()));
    metadata.subscribe(partitions);
    transport = Transport.open(loops);
    server = new NetworkServer(transport, config);
    port = server.bind("CLIENT", false, new InetSocketAddress("127.0.0.1", 0), table()).getPort();
    List<ApiMessage> records = new ArrayList<>();
    records.add(
        new FeatureLevelRecord()
            .setName(MetadataVersion.FEATURE_NAME)
            .setFeatureLevel(MetadataVersion.latestProduction().featureLevel()));
    records.add(broker(ID, port));
    records.add(broker(OTHER, 1));
    topics.forEach(topic -> records.addAll(adopt(topic)));
    metadata.apply(records.toArray(ApiMessage[]::new));
  }

  /** The others of the made-up cluster are never fetched from, and the controller never answers. */
  private Replication alone() {
    LeaderChannel nobody =
        new LeaderChannel() {
          @Override
          public CompletableFuture<Fetched> fetch(int leaderId, FetchRequestData request) {
            return new CompletableFuture<>();
          }

          @Override
          public void reach(int brokerId) {
            reached.add(brokerId);
          }

          @Override
          public void hurry(int leaderId) {}
        };
    TaskLoop loop =
        new TaskLoop() {
          @Override
          public void execute(Runnable task) {}

          @Override
          public void schedule(Runnable task, Duration delay) {}
        };
    FetcherSettings settings = new FetcherSettings(Duration.ZERO, 1, 1, 1, Duration.ZERO);
    ReplicaFetchers fetchers =
        new ReplicaFetchers(
            ID, () -> ID + 1, nobody, settings, throttles().follower(), List.of(loop));
    return new Replication(
        ID,
        () -> ID + 1,
        Time.SYSTEM,
        (id, change) -> new CompletableFuture<>(),
        fetchers,
        10_000,
        false);
  }

  /** They are not told of any settings. */
  private static ReplicationThrottles throttles() {
    return new ReplicationThrottles(ID, 11, 1, Time.SYSTEM);
  }

  private static RegisterBrokerRecord broker(int id, int port) {
    BrokerEndpointCollection endpoints = new BrokerEndpointCollection();
    endpoints.add(
        new BrokerEndpoint()
            .setName("CLIENT")
            .setHost("127.0.0.1")
            .setPort(port)
            .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
    return new RegisterBrokerRecord()
        .setBrokerId(id)
        .setIncarnationId(Uuid.randomUuid())
        .setBrokerEpoch(id + 1)
        .setFenced(false)
        .setEndPoints(endpoints);
  }

  private ApiTable table() {
    ApiTable.Builder table =
        ApiTable.builder()
            .serve(ApiKeys.METADATA, MetadataRequestData.class, this::metadata)
            .serve(
                ApiKeys.INIT_PRODUCER_ID,
                InitProducerIdRequestData.class,
                (context, request) ->
                    context.respond(
                        new InitProducerIdResponseData()
                            .setProducerId(producerIds.incrementAndGet())));
    return new DataHandlers(
            partitions,
            metadata,
            io,
            () -> refusal,
            throttles().leader(),
            Time.SYSTEM,
            DataHandlers.Settings.defaults())
        .registerIn(table)
        .build(metadata);
  }

  private void metadata(RequestContext context, MetadataRequestData request) {
    MetadataResponseData response =
        new MetadataResponseData().setClusterId("test").setControllerId(ID);
    response
        .brokers()
        .add(new MetadataResponseBroker().setNodeId(ID).setHost("127.0.0.1").setPort(port));
    for (TopicImage topic : metadata.image().topics().topicsById().values()) {
      MetadataResponseTopic told =
          new MetadataResponseTopic().setName(topic.name()).setTopicId(topic.id());
      topic
          .partitions()
          .forEach((index, partition) -> told.partitions().add(told(index, partition)));
      response.topics().add(told);
    }
    context.respond(response);
  }

  private static MetadataResponsePartition told(int index, PartitionRegistration partition) {
    return new MetadataResponsePartition()
        .setPartitionIndex(index)
        .setLeaderId(partition.leader)
        .setLeaderEpoch(partition.leaderEpoch)
        .setReplicaNodes(List.of(ID))
        .setIsrNodes(List.of(ID));
  }

  /** Makes a topic whose partitions this broker leads, alone. */
  Uuid createTopic(String name, int count, Map<String, String> config) {
    return createTopic(name, count, config, List.of(ID));
  }

  /** Makes a topic whose partitions this broker leads. */
  public Uuid createTopic(
      String name, int count, Map<String, String> config, List<Integer> replicas) {
    return createTopic(Uuid.randomUuid(), name, count, config, replicas);
  }

  /** The same with an id that is known before. */
  Uuid createTopic(
      Uuid id, String name, int count, Map<String, String> config, List<Integer> replicas) {
    List<ApiMessage> records = new ArrayList<>();
    records.add(new TopicRecord().setName(name).setTopicId(id));
    config.forEach(
        (key, value) ->
            records.add(
                new ConfigRecord()
                    .setResourceType(ConfigResource.Type.TOPIC.id())
                    .setResourceName(name)
                    .setName(key)
                    .setValue(value)));
    for (int partition = 0; partition < count; partition++) {
      records.add(
          new PartitionRecord()
              .setTopicId(id)
              .setPartitionId(partition)
              .setReplicas(replicas)
              .setIsr(replicas)
              .setLeader(ID)
              .setLeaderEpoch(1)
              .setPartitionEpoch(1));
    }
    metadata.apply(records.toArray(ApiMessage[]::new));
    return id;
  }

  /** Changes a setting of a topic, or of all brokers if the name is empty. */
  void configure(ConfigResource.Type type, String name, String key, String value) {
    metadata.apply(
        new ConfigRecord()
            .setResourceType(type.id())
            .setResourceName(name)
            .setName(key)
            .setValue(value));
  }

  private static List<ApiMessage> adopt(TopicImage topic) {
    List<ApiMessage> records = new ArrayList<>();
    records.add(new TopicRecord().setName(topic.name()).setTopicId(topic.id()));
    topic
        .partitions()
        .forEach(
            (index, partition) ->
                records.add(
                    new PartitionRecord()
                        .setTopicId(topic.id())
                        .setPartitionId(index)
                        .setReplicas(List.of(ID))
                        .setIsr(List.of(ID))
                        .setLeader(ID)
                        .setLeaderEpoch(partition.leaderEpoch + 1)
                        .setPartitionEpoch(partition.partitionEpoch + 1)));
    return records;
  }

  /** Has brokers lead a partition one after the other, of which one delta tells. */
  public void moveLeader(Uuid topic, int partition, int... leaders) {
    metadata.apply(
        IntStream.of(leaders)
            .mapToObj(
                leader ->
                    new PartitionChangeRecord()
                        .setTopicId(topic)
                        .setPartitionId(partition)
                        .setLeader(leader))
            .toArray(ApiMessage[]::new));
  }

  /** Has others hold a partition, of whom the first leads. */
  public void moveReplicas(Uuid topic, int partition, List<Integer> replicas) {
    metadata.apply(
        new PartitionChangeRecord()
            .setTopicId(topic)
            .setPartitionId(partition)
            .setReplicas(replicas)
            .setIsr(replicas)
            .setLeader(replicas.getFirst()));
  }

  /** Changes which replicas are in sync. */
  public void changeIsr(Uuid topic, int partition, List<Integer> isr) {
    metadata.apply(
        new PartitionChangeRecord().setTopicId(topic).setPartitionId(partition).setIsr(isr));
  }

  /** Takes another broker for dead. */
  void fence(int id) {
    change(id, BrokerRegistrationFencingChange.FENCE);
  }

  void unfence(int id) {
    change(id, BrokerRegistrationFencingChange.UNFENCE);
  }

  private void change(int id, BrokerRegistrationFencingChange fencing) {
    metadata.apply(
        new BrokerRegistrationChangeRecord()
            .setBrokerId(id)
            .setBrokerEpoch(id + 1)
            .setFenced(fencing.value()));
  }

  /** The brokers that this one connected to ahead of following them, in order. */
  List<Integer> reached() {
    return reached;
  }

  /** Takes no records from clients from now on, or again if null. */
  void refuse(@Nullable String reason) {
    refusal = reason;
  }

  EditableMetadata metadata() {
    return metadata;
  }

  public HostedPartitions partitions() {
    return partitions;
  }

  NetworkServer server() {
    return server;
  }

  int port() {
    return port;
  }

  String bootstrap() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() throws InterruptedException {
    server.close();
    transport.close();
    io.shutdownNow();
    logs.close();
    scheduler.shutdown();
  }
}
