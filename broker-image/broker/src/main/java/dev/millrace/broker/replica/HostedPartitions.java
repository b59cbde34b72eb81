package dev.millrace.broker.replica;

import dev.millrace.log.Log;
import dev.millrace.log.LogManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InconsistentTopicIdException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.image.ClusterDelta;
import org.apache.kafka.image.ClusterImage;
import org.apache.kafka.image.ConfigurationsDelta;
import org.apache.kafka.image.LocalReplicaChanges;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this broker holds a replica of, kept in step with the metadata: it makes and
 * deletes their logs, gives them their settings, tells them whether they lead and has those
 * followed that others lead.
 *
 * <p>Nothing is led or followed before the metadata has this process's own registration. Until then
 * it tells what an earlier process was: whose epochs that one led in, this one must not go on in,
 * for its log may be shorter (lost with the power), and its followers would cut theirs to it. Only
 * where there is no controller to register with is it gone on with, if the logs are known to be
 * whole.
 *
 * <p>Changes come on the metadata thread, which may wait for the disk here; looking up is lock-free
 * and for any thread.
 */
public final class HostedPartitions implements MetadataPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(HostedPartitions.class);

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final boolean goesOn;
  private final ReplicaEnvironment environment;
  private final ReplicaFetchers fetchers;
  private final LogManager logs;
  private final TopicConfigs configs;
  private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Throwable> failed = new ConcurrentHashMap<>();
  private final List<LeadershipListener> leadershipListeners = new CopyOnWriteArrayList<>();
  private volatile MetadataImage image = MetadataImage.EMPTY;
  private boolean hosting;

  /**
   * @param logs loaded
   */
  public HostedPartitions(Replication replication, LogManager logs, TopicConfigs configs) {
    this.brokerId = replication.brokerId();
    this.brokerEpoch = replication.brokerEpoch();
    this.goesOn = replication.goesOn();
    this.environment =
        new ReplicaEnvironment(
            brokerId,
            replication.time(),
            replication.isr(),
            this::mayBeInSync,
            replication.maxLagMs());
    this.fetchers = replication.fetchers();
    this.logs = logs;
    this.configs = configs;
  }

  // ---- the metadata thread

  @Override
  public String name() {
    return "HostedPartitions";
  }

  @Override
  public void onMetadataUpdate(
      MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
    image = newImage;
    if (!hosting) {
      hosting = goesOn || isRegistered(newImage);
      if (hosting) {
        setStrayLogsAside(newImage);
        hostAll(newImage);
      }
      return;
    }
    if (delta.clusterDelta() != null) {
      reachOthers(delta.clusterDelta());
    }
    if (delta.topicsDelta() != null) {
      applyChanges(delta.topicsDelta().localChanges(brokerId), newImage);
    }
    ConfigurationsDelta changedConfigs = delta.configsDelta();
    if (changedConfigs != null) {
      updateConfigs(changedConfigs, newImage);
    }
  }

  /** Leaders come first: clients wait for them, followers only for their leaders. */
  private void applyChanges(LocalReplicaChanges changes, MetadataImage newImage) {
    long started = System.nanoTime();
    Function<String, LogConfig> settings = configs.asOf(newImage.configs());
    changes.deletes().forEach(this::retire);
    logs.delete(changes.deletes());
    host(changes.leaders(), settings);
    host(changes.followers(), settings);
    int elected = changes.electedLeaders().size();
    if (elected > 0) {
      LOG.atInfo()
          .addKeyValue("partitions", elected)
          .addKeyValue("metadataOffset", newImage.offset())
          .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started))
          .log("Leading");
    }
  }

  /**
   * Producers wait for the first fetch from a new leader. That it has to look up the leader's name,
   * which has another address since its restart, and to connect, is better done before.
   */
  private void reachOthers(ClusterDelta changes) {
    changes
        .changedBrokers()
        .forEach(
            (id, registration) -> {
              if (id != brokerId && registration.filter(broker -> !broker.fenced()).isPresent()) {
                fetchers.reach(id);
              }
            });
  }

  /** The registration may be in the image before this broker is told: then the next one counts. */
  private boolean isRegistered(MetadataImage newImage) {
    BrokerRegistration self = newImage.cluster().broker(brokerId);
    return self != null && self.epoch() == brokerEpoch.getAsLong();
  }

  /** The logs that are missing are made together: one by one each would wait for the disk. */
  private void host(
      Map<TopicPartition, LocalReplicaChanges.PartitionInfo> changed,
      Function<String, LogConfig> settings) {
    List<LogManager.NewLog> missing = new ArrayList<>();
    changed.forEach(
        (id, info) -> {
          if (logs.get(id).isEmpty()) {
            missing.add(new LogManager.NewLog(id, info.topicId(), settings.apply(id.topic())));
          }
        });
    try {
      logs.create(missing);
    } catch (KafkaStorageException e) {
      LOG.atError().setCause(e).log("Logs can't be made together; each is tried by itself");
    }
    changed.forEach((id, info) -> apply(id, info, settings));
  }

  private void hostAll(MetadataImage newImage) {
    Map<TopicPartition, LocalReplicaChanges.PartitionInfo> here = new LinkedHashMap<>();
    for (TopicImage topic : newImage.topics().topicsById().values()) {
      topic
          .partitions()
          .forEach(
              (index, registration) -> {
                if (Replicas.contains(registration.replicas, brokerId)) {
                  here.put(
                      new TopicPartition(topic.name(), index),
                      new LocalReplicaChanges.PartitionInfo(topic.id(), registration));
                }
              });
    }
    host(here, configs.asOf(newImage.configs()));
  }

  /** Topics deleted, or replicas moved away, while this broker was down. */
  private void setStrayLogsAside(MetadataImage newImage) {
    Collection<TopicPartition> strays =
        logs.setAside(log -> !hosts(newImage, log.topicPartition(), log.topicId()));
    if (!strays.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("partitions", strays)
          .log("Set aside the logs of partitions that the cluster does not place here");
    }
  }

  private boolean hosts(MetadataImage in, TopicPartition id, Optional<Uuid> topicId) {
    TopicImage topic = in.topics().getTopic(id.topic());
    PartitionRegistration registration =
        topic == null ? null : topic.partitions().get(id.partition());
    return topic != null
        && registration != null
        && topicId.map(topic.id()::equals).orElse(true)
        && Replicas.contains(registration.replicas, brokerId);
  }

  private void apply(
      TopicPartition id,
      LocalReplicaChanges.PartitionInfo info,
      Function<String, LogConfig> settings) {
    try {
      Partition partition = partitions.get(id);
      if (partition != null && !partition.id().topicId().equals(info.topicId())) {
        // The topic was deleted and made anew, and the delta tells the outcome only.
        remove(id);
        partition = null;
      }
      if (partition == null) {
        partition = open(new TopicIdPartition(info.topicId(), id), settings);
        partitions.put(id, partition);
      }
      // Those who are told of it use it at once.
      failed.remove(id);
      become(partition, info.partition());
      fetchers.update(partition);
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("partition", id)
          .setCause(e)
          .log("A partition could not be opened or elected; it is offline on this broker");
      failed.put(id, e);
    }
  }

  /** Whatever comes of it, a partition that fails to be elected included, is told. */
  private void become(Partition partition, PartitionRegistration registration) {
    PartitionState before = partition.state();
    try {
      partition.apply(registration);
    } finally {
      tell(partition.topicPartition(), before, partition.state());
    }
  }

  private Partition open(TopicIdPartition id, Function<String, LogConfig> settings) {
    LogConfig config = settings.apply(id.topic());
    Log log = logs.getOrCreate(id.topicPartition(), id.topicId(), config);
    // A log that was there was opened with the settings of the file.
    log.updateConfig(config);
    return new Partition(
        environment,
        id,
        log,
        logs.takeCheckpointedHighWatermark(id.topicPartition()).orElse(log.logStartOffset()));
  }

  private void remove(TopicPartition id) {
    retire(id);
    logs.delete(id);
  }

  private void retire(TopicPartition id) {
    failed.remove(id);
    Partition partition = partitions.remove(id);
    if (partition != null) {
      PartitionState before = partition.state();
      partition.retire("deleted or moved away");
      fetchers.update(partition);
      tell(id, before, partition.state());
    }
  }

  private void tell(TopicPartition id, PartitionState before, PartitionState after) {
    boolean led = before instanceof PartitionState.Leader;
    boolean leads = after instanceof PartitionState.Leader;
    boolean elected = leads && !(led && before.leaderEpoch() == after.leaderEpoch());
    // One delta may tell of several elections: those left out were others'.
    boolean others = !leads || after.leaderEpoch() > before.leaderEpoch() + 1;
    for (LeadershipListener listener : leadershipListeners) {
      if (led && others) {
        listener.onResignation(id);
      }
      if (elected) {
        listener.onElection(id, after.leaderEpoch());
      }
    }
  }

  /** Looks at the topics that changed only, unless what all of them go by did. */
  private void updateConfigs(ConfigurationsDelta changed, MetadataImage newImage) {
    Function<String, LogConfig> settings = configs.asOf(newImage.configs());
    for (ConfigResource resource : changed.changes().keySet()) {
      if (resource.type() == ConfigResource.Type.BROKER) {
        partitions.values().forEach(partition -> update(partition, settings));
        return;
      }
    }
    for (ConfigResource resource : changed.changes().keySet()) {
      TopicImage topic =
          resource.type() == ConfigResource.Type.TOPIC
              ? newImage.topics().getTopic(resource.name())
              : null;
      if (topic != null) {
        for (int index : topic.partitions().keySet()) {
          find(new TopicPartition(topic.name(), index))
              .ifPresent(partition -> update(partition, settings));
        }
      }
    }
  }

  private static void update(Partition partition, Function<String, LogConfig> settings) {
    partition.log().updateConfig(settings.apply(partition.topicPartition().topic()));
  }

  // ---- any thread

  private boolean mayBeInSync(int replica, long brokerEpoch) {
    BrokerRegistration broker = image.cluster().broker(replica);
    return broker != null
        && !broker.fenced()
        && !broker.inControlledShutdown()
        && broker.epoch() == brokerEpoch;
  }

  /**
   * The in-sync follower of a partition led here that a consumer in a rack had better read from
   * (KIP-392): one in the same rack, where this broker is in another.
   *
   * @param offset that the follower has to have
   */
  public OptionalInt nearerReplica(Partition partition, String rack, long offset) {
    ClusterImage cluster = image.cluster();
    return isIn(cluster, brokerId, rack)
        ? OptionalInt.empty()
        : partition.inSyncFollower(id -> isIn(cluster, id, rack), offset);
  }

  /**
   * The first offset that some live replica of a partition led here may still have: -1 while one
   * has not yet told.
   *
   * @throws NotLeaderOrFollowerException this broker does not lead
   */
  public long lowWatermark(Partition partition) {
    PartitionState.Leader leader = partition.requireLeader(OptionalInt.empty());
    ClusterImage cluster = image.cluster();
    long least = partition.log().logStartOffset();
    for (int replica : leader.replicas()) {
      BrokerRegistration broker = cluster.broker(replica);
      if (replica != brokerId && broker != null && !broker.fenced()) {
        least = Math.min(least, leader.followers().get(replica).logStartOffset());
      }
    }
    return least;
  }

  private static boolean isIn(ClusterImage cluster, int brokerId, String rack) {
    BrokerRegistration broker = cluster.broker(brokerId);
    return broker != null && !broker.fenced() && broker.rack().filter(rack::equals).isPresent();
  }

  /** Whether consumers may be sent to followers, which then have to know what is committed. */
  public boolean hasRack() {
    BrokerRegistration self = image.cluster().broker(brokerId);
    return self != null && self.rack().isPresent();
  }

  /**
   * Has every partition let go of followers that have not kept up, and notice what it is not told;
   * to be called several times within {@code replica.lag.time.max.ms}, by one thread.
   */
  public void review() {
    partitions.values().forEach(Partition::review);
  }

  /**
   * Has the listener told of elections. To be called before the first metadata arrives: what was
   * before is not told.
   */
  public void addLeadershipListener(LeadershipListener listener) {
    leadershipListeners.add(listener);
  }

  /** Everything hosted, in whatever state. */
  public Collection<Partition> all() {
    return List.copyOf(partitions.values());
  }

  /** The partition, if it is hosted and its log is open. */
  public Optional<Partition> find(TopicPartition id) {
    return Optional.ofNullable(partitions.get(id));
  }

  /**
   * The partition.
   *
   * @throws UnknownTopicOrPartitionException there is none in the cluster
   * @throws NotLeaderOrFollowerException others have it
   * @throws KafkaStorageException it could not be opened, or its log has failed
   */
  public Partition get(TopicPartition id) {
    Partition partition = partitions.get(id);
    Throwable failure = failed.get(id);
    if (failure == null && partition != null) {
      failure = partition.log().failure().orElse(null);
    }
    if (failure != null) {
      throw new KafkaStorageException(id + " is offline on this broker", failure);
    }
    if (partition == null) {
      TopicImage topic = image.topics().getTopic(id.topic());
      if (topic == null || !topic.partitions().containsKey(id.partition())) {
        throw new UnknownTopicOrPartitionException(id + " does not exist");
      }
      throw new NotLeaderOrFollowerException(id + " is not on this broker");
    }
    return partition;
  }

  /**
   * The partition of that topic id.
   *
   * @throws UnknownTopicIdException no topic has the id
   * @throws InconsistentTopicIdException the name is another topic's now
   */
  public Partition get(TopicIdPartition id) {
    Partition partition = get(id.topicPartition());
    if (!id.topicId().equals(Uuid.ZERO_UUID) && !partition.id().topicId().equals(id.topicId())) {
      throw new InconsistentTopicIdException(
          "%s has the topic id %s here".formatted(id, partition.id().topicId()));
    }
    return partition;
  }

  /** The epoch in which this broker leads a partition; empty where it does not. */
  public OptionalInt leaderEpoch(TopicPartition id) {
    Partition partition = partitions.get(id);
    return partition != null && partition.state() instanceof PartitionState.Leader leader
        ? OptionalInt.of(leader.leaderEpoch())
        : OptionalInt.empty();
  }

  /** The metadata that the partitions are in step with, or about to be. */
  public MetadataImage image() {
    return image;
  }

  /** All logs of this broker. */
  public LogManager logs() {
    return logs;
  }
}
