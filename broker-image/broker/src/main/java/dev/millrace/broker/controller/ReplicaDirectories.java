package dev.millrace.broker.controller;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AssignReplicasToDirsRequest;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the active controller that replicas lie in this broker's directory, where the metadata has
 * them in another (KIP-858): in that of a volume that was replaced. The controller elects nobody
 * whose directory it takes for offline.
 *
 * <p>That is what keeps an empty volume from leading, even where its broker was the last in sync.
 * So it is told only of replicas that cannot lose anything by being elected: those that another
 * leader has let into the in-sync replicas, which this process's registration had taken them out
 * of, and, where the topic prefers any leader to none, those without a leader.
 *
 * <p>The metadata is what decides, what was told is not remembered: until the metadata has it, it
 * is told again. Thread-safe, never blocks.
 */
public final class ReplicaDirectories implements MetadataPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaDirectories.class);

  /** The metadata arrives within it, and more replicas come to be told of together. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final Uuid directory;
  private final Predicate<String> uncleanElection;
  private final ControllerChannel channel;
  private final Executor afterPause =
      CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  private final Set<TopicIdPartition> waiting = new LinkedHashSet<>();
  private MetadataImage image = MetadataImage.EMPTY;
  private boolean registered;
  private boolean inFlight;
  private boolean closed;
  private @Nullable String lastTrouble;

  /**
   * @param brokerEpoch of this broker's registration, or -1 before it
   * @param directory the id of the only one that this broker has
   * @param uncleanElection of a topic: whether {@code unclean.leader.election.enable} is set
   */
  public ReplicaDirectories(
      int brokerId,
      LongSupplier brokerEpoch,
      Uuid directory,
      Predicate<String> uncleanElection,
      ControllerChannel channel) {
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.directory = directory;
    this.uncleanElection = uncleanElection;
    this.channel = channel;
  }

  @Override
  public String name() {
    return "ReplicaDirectories";
  }

  @Override
  public void onMetadataUpdate(
      MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
    synchronized (this) {
      image = newImage;
      if (!registered) {
        // What is in sync before that, an earlier process was.
        registered = isRegistered();
        if (registered) {
          lookAtAll();
        }
      } else if (delta.configsDelta() != null) {
        lookAtAll();
      } else if (delta.topicsDelta() != null) {
        delta.topicsDelta().changedTopics().values().forEach(this::lookAtChanges);
      }
    }
    tell();
  }

  private boolean isRegistered() {
    BrokerRegistration self = image.cluster().broker(brokerId);
    return self != null && self.epoch() == brokerEpoch.getAsLong();
  }

  private void lookAtAll() {
    for (TopicImage topic : image.topics().topicsById().values()) {
      topic.partitions().keySet().forEach(index -> look(topic.id(), index, topic.name()));
    }
  }

  private void lookAtChanges(TopicDelta topic) {
    topic.partitionChanges().keySet().forEach(index -> look(topic.id(), index, topic.name()));
  }

  private void look(Uuid topicId, int partition, String topic) {
    TopicIdPartition id = new TopicIdPartition(topicId, partition, topic);
    if (isToBeTold(id)) {
      waiting.add(id);
    }
  }

  private boolean isToBeTold(TopicIdPartition id) {
    TopicImage topic = image.topics().getTopic(id.topicId());
    PartitionRegistration partition = topic == null ? null : topic.partitions().get(id.partition());
    if (partition == null
        || !Replicas.contains(partition.replicas, brokerId)
        || partition.directory(brokerId).equals(directory)) {
      return false;
    }
    return partition.hasLeader()
        ? Replicas.contains(partition.isr, brokerId)
        : uncleanElection.test(id.topic());
  }

  private void tell() {
    List<TopicIdPartition> batch;
    synchronized (this) {
      if (closed || inFlight || waiting.isEmpty() || brokerEpoch.getAsLong() < 0) {
        return;
      }
      waiting.removeIf(id -> !isToBeTold(id));
      if (waiting.isEmpty()) {
        return;
      }
      inFlight = true;
      batch =
          waiting.stream().limit(AssignReplicasToDirsRequest.MAX_ASSIGNMENTS_PER_REQUEST).toList();
    }
    channel
        .<AssignReplicasToDirsResponseData>send(request(batch))
        .whenComplete(
            (response, failure) -> {
              note(batch.size(), trouble(response, failure));
              afterPause.execute(this::again);
            });
  }

  private void again() {
    synchronized (this) {
      inFlight = false;
    }
    tell();
  }

  private AssignReplicasToDirsRequestData request(List<TopicIdPartition> batch) {
    Map<Uuid, AssignReplicasToDirsRequestData.TopicData> topics = new HashMap<>();
    for (TopicIdPartition id : batch) {
      topics
          .computeIfAbsent(
              id.topicId(),
              topicId -> new AssignReplicasToDirsRequestData.TopicData().setTopicId(topicId))
          .partitions()
          .add(
              new AssignReplicasToDirsRequestData.PartitionData()
                  .setPartitionIndex(id.partition()));
    }
    return new AssignReplicasToDirsRequestData()
        .setBrokerId(brokerId)
        .setBrokerEpoch(brokerEpoch.getAsLong())
        .setDirectories(
            List.of(
                new AssignReplicasToDirsRequestData.DirectoryData()
                    .setId(directory)
                    .setTopics(new ArrayList<>(topics.values()))));
  }

  private static @Nullable String trouble(
      @Nullable AssignReplicasToDirsResponseData response, @Nullable Throwable failure) {
    if (response == null) {
      return failure == null ? "no answer" : failure.toString();
    }
    return Stream.concat(
            Stream.of(response.errorCode()),
            response.directories().stream()
                .flatMap(told -> told.topics().stream())
                .flatMap(topic -> topic.partitions().stream())
                .map(AssignReplicasToDirsResponseData.PartitionData::errorCode))
        .filter(code -> code != Errors.NONE.code())
        .findFirst()
        .map(code -> Errors.forCode(code).toString())
        .orElse(null);
  }

  private synchronized void note(int replicas, @Nullable String trouble) {
    if (trouble == null) {
      LOG.atInfo()
          .addKeyValue("replicas", replicas)
          .addKeyValue("directory", directory)
          .log("The controller knows where these replicas lie now");
    } else if (!trouble.equals(lastTrouble)) {
      LOG.atWarn()
          .addKeyValue("replicas", replicas)
          .addKeyValue("reason", trouble)
          .log("The controller cannot be told where these replicas lie; trying again");
    }
    lastTrouble = trouble;
  }

  /** Tells nothing any more. */
  @Override
  public synchronized void close() {
    closed = true;
  }
}
