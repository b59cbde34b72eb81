package dev.millrace.broker.health;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.image.ClusterImage;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * Judges every partition of a metadata image, in one pass over it. Pure but for its own state: used
 * once, by one thread.
 */
public final class PartitionHealth {
  private static final Comparator<Judged> BEST_FIRST =
      Comparator.comparingInt((Judged judged) -> judged.severity)
          .thenComparing(
              Comparator.comparing((Judged judged) -> judged.topic)
                  .thenComparingInt(judged -> judged.partition)
                  .reversed());

  /** What a broker hosts. */
  private static final class Hosted {
    private int replicas;
    private int leaders;
    private int unspared;
    private @Nullable String topic;
    private int partition;
    private final BitSet neighbours = new BitSet();

    void unspared(String name, int id) {
      unspared++;
      int order = topic == null ? -1 : name.compareTo(topic);
      if (order < 0 || (order == 0 && id < partition)) {
        topic = name;
        partition = id;
      }
    }

    /** A broker is no neighbour of its own. */
    String neighbours() {
      var number = BigInteger.ZERO;
      for (int at = neighbours.nextSetBit(0); at >= 0; at = neighbours.nextSetBit(at + 1)) {
        number = number.setBit(at);
      }
      return number.toString(HEX);
    }

    @Nullable String example() {
      return topic == null ? null : topic + "-" + partition;
    }
  }

  private static final int HEX = 16;

  private record Judged(
      int severity, String topic, int partition, PartitionRegistration registration) {}

  private final ClusterImage cluster;

  /** Of the registered brokers, in order; none where they are too many to tell of neighbours. */
  private final int[] places;

  private final Map<Integer, Hosted> hosted = new HashMap<>();
  private final PriorityQueue<Judged> worst = new PriorityQueue<>(BEST_FIRST);
  private int total;
  private int healthy;
  private int underReplicated;
  private int underMinIsr;
  private int leaderless;
  private int reassigning;

  private PartitionHealth(ClusterImage cluster) {
    this.cluster = cluster;
    places =
        cluster.brokers().size() > ClusterHealth.MAX_NEIGHBOURS
            ? new int[0]
            : cluster.brokers().keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /**
   * The cluster's health as an image has it.
   *
   * @param defaultMinIsr {@code min.insync.replicas} as configured on this broker
   */
  public static ClusterHealth of(MetadataImage image, int controllerId, int defaultMinIsr) {
    var health = new PartitionHealth(image.cluster());
    ToIntFunction<String> minIsr = minIsr(image.configs(), defaultMinIsr);
    for (TopicImage topic : image.topics().topicsByName().values()) {
      int topicMinIsr = minIsr.applyAsInt(topic.name());
      topic
          .partitions()
          .forEach((id, partition) -> health.judge(topic.name(), id, partition, topicMinIsr));
    }
    return new ClusterHealth(
        controllerId,
        image.highestOffsetAndEpoch().offset(),
        image.features().metadataVersion().map(MetadataVersion::version).orElse(null),
        health.partitions(),
        health.brokers());
  }

  /** What {@code min.insync.replicas} is of a topic, by whatever level of configuration. */
  static ToIntFunction<String> minIsr(ConfigurationsImage configs, int configured) {
    int clusterWide =
        minIsr(configs, new ConfigResource(ConfigResource.Type.BROKER, ""), configured);
    return topic ->
        minIsr(configs, new ConfigResource(ConfigResource.Type.TOPIC, topic), clusterWide);
  }

  private static int minIsr(ConfigurationsImage configs, ConfigResource resource, int otherwise) {
    String value =
        configs.configMapForResource(resource).get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    return value == null ? otherwise : Integer.parseInt(value);
  }

  private void judge(String topic, int id, PartitionRegistration partition, int minIsr) {
    total++;
    // While replicas move, those that are on their way in are not missed yet.
    int wanted = partition.replicas.length - partition.addingReplicas.length;
    // A topic of one replica is not broken for a minimum of two: it takes what there is.
    int effectiveMinIsr = Math.min(minIsr, partition.replicas.length);
    count(topic, id, partition, effectiveMinIsr);
    boolean headless = partition.leader < 0;
    boolean tooFew = partition.isr.length < effectiveMinIsr;
    boolean under = partition.isr.length < wanted;
    boolean moving = partition.addingReplicas.length > 0 || partition.removingReplicas.length > 0;
    leaderless += headless ? 1 : 0;
    underMinIsr += tooFew ? 1 : 0;
    underReplicated += under ? 1 : 0;
    reassigning += moving ? 1 : 0;
    int severity = headless ? 3 : tooFew ? 2 : under ? 1 : 0;
    if (severity == 0) {
      healthy++;
      return;
    }
    worst.add(new Judged(severity, topic, id, partition));
    if (worst.size() > ClusterHealth.MAX_WORST) {
      worst.poll();
    }
  }

  private void count(String topic, int id, PartitionRegistration partition, int minIsr) {
    for (int replica : partition.replicas) {
      Hosted host = hosted(replica);
      host.replicas++;
      for (int other : partition.replicas) {
        int place = other == replica ? -1 : Arrays.binarySearch(places, other);
        if (place >= 0) {
          host.neighbours.set(place);
        }
      }
    }
    if (partition.leader >= 0) {
      hosted(partition.leader).leaders++;
    }
    if (partition.isr.length - 1 < Math.max(1, minIsr)) {
      for (int replica : partition.isr) {
        hosted(replica).unspared(topic, id);
      }
    }
  }

  private Hosted hosted(int broker) {
    return hosted.computeIfAbsent(broker, id -> new Hosted());
  }

  private ClusterHealth.Partitions partitions() {
    List<ClusterHealth.Unwell> rows =
        worst.stream()
            .sorted(BEST_FIRST.reversed())
            .map(
                judged ->
                    new ClusterHealth.Unwell(
                        judged.topic,
                        judged.partition,
                        judged.registration.leader,
                        list(judged.registration.isr),
                        list(judged.registration.replicas),
                        reason(judged.registration)))
            .toList();
    return new ClusterHealth.Partitions(
        total, healthy, underReplicated, underMinIsr, leaderless, reassigning, rows);
  }

  private static List<Integer> list(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  /** Names every replica that is missed and why; brokers with the same fate together. */
  private String reason(PartitionRegistration partition) {
    Map<String, List<Integer>> fates = new TreeMap<>();
    for (int replica : partition.replicas) {
      boolean inSync = Arrays.stream(partition.isr).anyMatch(id -> id == replica);
      BrokerRegistration broker = cluster.broker(replica);
      if (broker == null) {
        fates.computeIfAbsent("not registered", f -> new ArrayList<>()).add(replica);
      } else if (broker.fenced()) {
        fates.computeIfAbsent("fenced", f -> new ArrayList<>()).add(replica);
      } else if (broker.inControlledShutdown()) {
        fates.computeIfAbsent("shutting down", f -> new ArrayList<>()).add(replica);
      } else if (!inSync) {
        fates.computeIfAbsent("catching up", f -> new ArrayList<>()).add(replica);
      }
    }
    if (fates.isEmpty()) {
      return partition.leader < 0 ? "no leader elected yet" : "fewer replicas than wanted";
    }
    return fates.entrySet().stream()
        .map(
            fate ->
                (fate.getValue().size() == 1 ? "broker " : "brokers ")
                    + fate.getValue().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "))
                    + (fate.getValue().size() == 1 ? " is " : " are ")
                    + fate.getKey())
        .collect(Collectors.joining("; "));
  }

  private List<ClusterHealth.Broker> brokers() {
    return cluster.brokers().values().stream()
        .sorted(Comparator.comparingInt(BrokerRegistration::id))
        .limit(ClusterHealth.MAX_BROKERS)
        .map(
            broker -> {
              Hosted counts = hosted(broker.id());
              return new ClusterHealth.Broker(
                  broker.id(),
                  broker.fenced(),
                  counts.replicas,
                  counts.leaders,
                  broker.rack().orElse(null),
                  counts.unspared,
                  counts.example(),
                  !broker.hasUncordonedDirs(),
                  places.length == 0 ? null : counts.neighbours());
            })
        .toList();
  }
}
