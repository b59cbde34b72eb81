package dev.millrace.broker.group;

import com.yammer.metrics.core.MetricsRegistry;
import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.metadata.StoppablePublisher;
import dev.millrace.broker.replica.CoordinatorLogs;
import dev.millrace.broker.replica.LeadershipListener;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/**
 * Kafka's group coordinator (classic and KIP-848 groups) on our log: this broker coordinates the
 * groups whose partition of the offsets topic it leads.
 *
 * <p>Thread-safe. {@link #start} comes after the metadata was caught up, and before the partitions
 * are told of it: the number of the offsets topic's partitions is read once, and elections that
 * come before the start are lost.
 */
public final class GroupService implements AutoCloseable {
  private final GroupCoordinatorConfig config;
  private final int maxMessageBytes;
  private final CoordinatorLogs logs;
  private final ClusterMetadata metadata;
  private final OffsetsLogWriter writer;
  private final OffsetsLogLoader loader;
  private final GroupCoordinatorService coordinator;
  private final GroupMetadataPublisher news;
  private final StoppablePublisher publisher;
  private final Metrics metrics;
  private final MetricsRegistry registry;

  /** Of the offsets topic, however often that is deleted and made anew: groups are told by it. */
  private volatile int partitions;

  private volatile boolean closed;

  public GroupService(
      int nodeId, GroupSettings settings, CoordinatorLogs logs, ClusterMetadata metadata) {
    this.config = settings.coordinator();
    this.maxMessageBytes = settings.maxMessageBytes();
    this.logs = logs;
    this.metadata = metadata;
    this.metrics = new Metrics();
    this.registry = new MetricsRegistry();
    this.partitions = config.offsetsTopicPartitions();
    this.loader =
        new OffsetsLogLoader(
            logs, new GroupCoordinatorRecordSerde(), config.offsetsLoadBufferSize(), Time.SYSTEM);
    this.writer = new OffsetsLogWriter(logs, loader::loads);
    this.coordinator =
        new GroupCoordinatorService.Builder(nodeId, config)
            .withTime(Time.SYSTEM)
            .withTimer(new SystemTimerReaper("group-timer-reaper", new SystemTimer("group-timer")))
            .withLoader(loader)
            .withWriter(writer)
            .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
            .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
            .withGroupConfigManager(new GroupConfigManager(config, settings.shareGroups()))
            .withPersister(new NoOpStatePersister())
            .withAuthorizerPlugin(Optional.empty())
            .withPartitionMetadataClient(new NoShareGroups())
            .build();
    this.news = new GroupMetadataPublisher(coordinator);
    this.publisher = new StoppablePublisher(news);
  }

  /** Begins to coordinate; ends with the registration for elections and metadata. */
  public void start() {
    TopicImage topic = metadata.image().topics().getTopic(Topic.GROUP_METADATA_TOPIC_NAME);
    if (topic != null) {
      partitions = topic.partitions().size();
    }
    coordinator.startup(() -> partitions);
    logs.addLeadershipListener(new Elections());
    metadata.subscribe(publisher);
  }

  /** What requests of the group family are handed to. */
  public GroupCoordinator coordinator() {
    return coordinator;
  }

  /** The partition of the offsets topic that holds a group, as in Kafka. */
  public int partitionFor(String group) {
    return coordinator.partitionFor(group);
  }

  /**
   * The offsets topic as it is to be made on the first use of any group; how many replicas it gets
   * is left to the controller.
   */
  public CreatableTopic offsetsTopic() {
    var topic =
        new CreatableTopic()
            .setName(Topic.GROUP_METADATA_TOPIC_NAME)
            .setNumPartitions(partitions)
            .setReplicationFactor(CreateTopicsRequest.NO_REPLICATION_FACTOR);
    coordinator
        .groupMetadataTopicConfigs()
        .forEach(
            (name, value) ->
                topic.configs().add(new CreatableTopicConfig().setName(name).setValue(value)));
    topic
        .configs()
        .add(
            new CreatableTopicConfig()
                .setName(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                .setValue(Integer.toString(maxMessageBytes)));
    return topic;
  }

  /** Ends what is under way; whoever waits is told to look for another coordinator. */
  @Override
  public void close() {
    publisher.stop();
    closed = true;
    news.close();
    coordinator.shutdown();
    metrics.close();
    registry.shutdown();
  }

  private final class Elections implements LeadershipListener {
    @Override
    public void onElection(TopicPartition partition, int leaderEpoch) {
      if (!closed && partition.topic().equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
        PartitionLoads loads = loader.loads(partition);
        if (loads.succeeded() && writer.listens(partition)) {
          loads.goOn(leaderEpoch);
        } else {
          // A load that this election breaks off would leave the coordinator failed.
          loads.announce(leaderEpoch);
          unload(partition);
        }
        writer.elected(partition);
        coordinator.onElection(partition.partition(), leaderEpoch);
      }
    }

    @Override
    public void onResignation(TopicPartition partition) {
      if (!closed && partition.topic().equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
        loader.loads(partition).abandon();
        unload(partition);
      }
    }

    /**
     * Without an epoch: the coordinator would take one that is not above its own, as where a
     * replica moves away, for old news, and would go on with what it has when the partition comes
     * back.
     */
    private void unload(TopicPartition partition) {
      writer.resigned(partition);
      coordinator.onResignation(partition.partition(), OptionalInt.empty());
    }
  }

  /** Only share groups ask for partitions' ends, and those are not served. */
  private static final class NoShareGroups implements PartitionMetadataClient {
    @Override
    public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(
        Set<TopicPartition> partitions) {
      return partitions.stream()
          .collect(
              Collectors.toMap(
                  Function.identity(),
                  partition ->
                      CompletableFuture.completedFuture(
                          new OffsetResponse(-1, Errors.UNSUPPORTED_VERSION))));
    }

    @Override
    public void close() {}
  }
}
