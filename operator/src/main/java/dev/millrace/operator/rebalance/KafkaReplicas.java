package dev.millrace.operator.rebalance;

import dev.millrace.operator.kafka.Admins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/** By Kafka's own admin protocol, as {@code kafka-reassign-partitions} does it. */
public final class KafkaReplicas implements ReplicaAdmin {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Topics whose settings are asked for in one request. */
  private static final int TOPICS = 500;

  private static final String LEADER_RATE = "leader.replication.throttled.rate";
  private static final String FOLLOWER_RATE = "follower.replication.throttled.rate";
  private static final String LEADER_REPLICAS = "leader.replication.throttled.replicas";
  private static final String FOLLOWER_REPLICAS = "follower.replication.throttled.replicas";
  private static final String CORDONED = "cordoned.log.dirs";
  private static final String ALL = "*";

  private final Admin admin;

  /** One for the cluster that listens there. */
  public KafkaReplicas(String bootstrap) {
    admin = Admins.open(bootstrap, TIMEOUT);
  }

  @Override
  public Layout layout(Collection<Integer> serving) {
    var names = get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
    var moves = get(admin.listPartitionReassignments().reassignments());
    Map<TopicPartition, Map<Integer, Long>> sizes = new HashMap<>();
    Map<Integer, Disk> disks = new HashMap<>();
    admin
        .describeLogDirs(serving)
        .descriptions()
        .forEach((id, answer) -> answered(answer).ifPresent(dirs -> add(id, dirs, sizes, disks)));
    var partitions = new ArrayList<Hosted>();
    for (var topic : existing(admin.describeTopics(names).topicNameValues())) {
      for (var partition : topic.partitions()) {
        var id = new TopicPartition(topic.name(), partition.partition());
        partitions.add(hosted(id, partition, moves.get(id), sizes.getOrDefault(id, Map.of())));
      }
    }
    return new Layout(partitions, disks);
  }

  private static void add(
      int broker,
      Map<String, LogDirDescription> dirs,
      Map<TopicPartition, Map<Integer, Long>> sizes,
      Map<Integer, Disk> disks) {
    for (var dir : dirs.values()) {
      disks.put(broker, new Disk(dir.totalBytes().orElse(-1), dir.usableBytes().orElse(-1)));
      dir.replicaInfos()
          .forEach(
              (id, replica) ->
                  sizes.computeIfAbsent(id, any -> new HashMap<>()).put(broker, replica.size()));
    }
  }

  private static Hosted hosted(
      TopicPartition id,
      TopicPartitionInfo partition,
      @Nullable PartitionReassignment move,
      Map<Integer, Long> sizes) {
    var replicas =
        partition.replicas().stream()
            .map(Node::id)
            .filter(replica -> move == null || !move.removingReplicas().contains(replica))
            .toList();
    var leader = partition.leader();
    return new Hosted(
        id,
        replicas,
        leader == null ? OptionalInt.empty() : OptionalInt.of(leader.id()),
        move != null,
        move == null ? List.of() : move.addingReplicas(),
        sizes);
  }

  @Override
  public Map<TopicPartition, Span> spans(Collection<TopicPartition> partitions) {
    var starts = offsets(partitions, OffsetSpec.earliest());
    var ends = offsets(partitions, OffsetSpec.latest());
    Map<TopicPartition, Span> spans = new HashMap<>();
    starts.forEach(
        (id, start) -> {
          var end = ends.get(id);
          if (end != null) {
            spans.put(id, new Span(start, end));
          }
        });
    return spans;
  }

  private Map<TopicPartition, Long> offsets(
      Collection<TopicPartition> partitions, OffsetSpec which) {
    var result =
        admin.listOffsets(
            partitions.stream().collect(Collectors.toMap(Function.identity(), id -> which)));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (var id : partitions) {
      answered(result.partitionResult(id)).ifPresent(info -> offsets.put(id, info.offset()));
    }
    return offsets;
  }

  @Override
  public Set<TopicPartition> moving() {
    return get(admin.listPartitionReassignments().reassignments()).keySet();
  }

  @Override
  public void cordon(Set<Integer> cordoned, Set<Integer> others) {
    var all = new TreeSet<>(cordoned);
    all.addAll(others);
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    dynamic(all.stream().map(KafkaReplicas::broker).toList())
        .forEach(
            (resource, settings) -> {
              boolean wanted = cordoned.contains(Integer.parseInt(resource.name()));
              if (wanted && !ALL.equals(settings.get(CORDONED))) {
                changes.put(resource, List.of(set(CORDONED, ALL)));
              } else if (!wanted && settings.containsKey(CORDONED)) {
                changes.put(resource, List.of(delete(CORDONED)));
              }
            });
    change(changes);
  }

  @Override
  public void throttle(Set<Integer> brokers, long bytesPerSecond, List<Move> moves) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    var rate = Long.toString(bytesPerSecond);
    for (int id : brokers) {
      changes.put(broker(id), List.of(set(LEADER_RATE, rate), set(FOLLOWER_RATE, rate)));
    }
    var byTopic =
        moves.stream()
            .filter(move -> !move.added().isEmpty())
            .collect(Collectors.groupingBy(Move::topic, TreeMap::new, Collectors.toList()));
    byTopic.forEach(
        (topic, some) ->
            changes.put(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    set(LEADER_REPLICAS, replicas(some, Move::from)),
                    set(FOLLOWER_REPLICAS, replicas(some, Move::added)))));
    change(changes);
  }

  private static String replicas(List<Move> moves, Function<Move, List<Integer>> which) {
    return moves.stream()
        .flatMap(move -> which.apply(move).stream().map(id -> move.partition() + ":" + id))
        .collect(Collectors.joining(","));
  }

  @Override
  public void release(Set<Integer> brokers) {
    var names =
        List.copyOf(get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names()));
    deleteAll(
        brokers.stream().map(KafkaReplicas::broker).toList(), List.of(LEADER_RATE, FOLLOWER_RATE));
    for (int start = 0; start < names.size(); start += TOPICS) {
      deleteAll(
          names.subList(start, Math.min(names.size(), start + TOPICS)).stream()
              .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
              .toList(),
          List.of(LEADER_REPLICAS, FOLLOWER_REPLICAS));
    }
  }

  private void deleteAll(Collection<ConfigResource> resources, List<String> settings) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    dynamic(resources)
        .forEach(
            (resource, there) -> {
              var gone = new HashSet<>(settings);
              gone.retainAll(there.keySet());
              if (!gone.isEmpty()) {
                changes.put(resource, gone.stream().map(KafkaReplicas::delete).toList());
              }
            });
    change(changes);
  }

  /** What has been set while they ran, by resource; without those that are gone. */
  private Map<ConfigResource, Map<String, String>> dynamic(Collection<ConfigResource> resources) {
    Map<ConfigResource, Map<String, String>> all = new HashMap<>();
    admin
        .describeConfigs(resources)
        .values()
        .forEach(
            (resource, answer) ->
                answered(answer).ifPresent(config -> all.put(resource, dynamic(config))));
    return all;
  }

  private static Map<String, String> dynamic(Config config) {
    return config.entries().stream()
        .filter(
            entry ->
                entry.source() == ConfigSource.DYNAMIC_BROKER_CONFIG
                    || entry.source() == ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .filter(entry -> entry.value() != null)
        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }

  /** A topic that is gone meanwhile has nothing to be changed. */
  private void change(Map<ConfigResource, Collection<AlterConfigOp>> changes) {
    if (changes.isEmpty()) {
      return;
    }
    admin
        .incrementalAlterConfigs(changes)
        .values()
        .forEach(
            (resource, answer) -> {
              if (resource.type() == ConfigResource.Type.TOPIC) {
                answered(answer);
              } else {
                get(answer);
              }
            });
  }

  @Override
  public Map<TopicPartition, String> begin(List<Move> moves) {
    Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new HashMap<>();
    for (var move : moves) {
      wanted.put(
          new TopicPartition(move.topic(), move.partition()),
          Optional.of(new NewPartitionReassignment(move.to())));
    }
    Map<TopicPartition, String> refused = new HashMap<>();
    admin
        .alterPartitionReassignments(wanted)
        .values()
        .forEach((id, answer) -> failure(answer).ifPresent(why -> refused.put(id, why)));
    return refused;
  }

  @Override
  public void lead(Set<TopicPartition> partitions) {
    if (!partitions.isEmpty()) {
      // Each has an answer of its own; where the preferred one is not in sync, another time will
      // do.
      get(admin.electLeaders(ElectionType.PREFERRED, partitions).partitions());
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }

  private static ConfigResource broker(int id) {
    return new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id));
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), OpType.SET);
  }

  private static AlterConfigOp delete(String name) {
    return new AlterConfigOp(new ConfigEntry(name, ""), OpType.DELETE);
  }

  private static List<TopicDescription> existing(
      Map<String, KafkaFuture<TopicDescription>> answers) {
    return answers.values().stream().flatMap(answer -> answered(answer).stream()).toList();
  }

  /** The answer; empty where there is none for this one, as for a topic that was deleted. */
  private static <T> Optional<T> answered(KafkaFuture<T> future) {
    try {
      return Optional.ofNullable(future.get());
    } catch (ExecutionException refused) {
      return Optional.empty();
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  private static Optional<String> failure(KafkaFuture<Void> future) {
    try {
      future.get();
      return Optional.empty();
    } catch (ExecutionException refused) {
      return Optional.of(String.valueOf(refused.getCause()));
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AdminException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  private static AdminException interrupted(InterruptedException stopped) {
    Thread.currentThread().interrupt();
    return new AdminException("interrupted", stopped);
  }
}
