package dev.millrace.operator.topic;

import dev.millrace.operator.kafka.Admins;
import dev.millrace.operator.topic.ClusterDirectory.Address;
import dev.millrace.operator.topic.TopicAction.Change;
import dev.millrace.operator.topic.TopicAction.Create;
import dev.millrace.operator.topic.TopicAction.Delete;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** By Kafka's own admin protocol, as {@code kafka-topics} and {@code kafka-configs} do it. */
public final class KafkaTopics implements TopicAdmin {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Topics whose settings are asked for in one request. */
  private static final int TOPICS = 500;

  /** That there is none of its name, or of its id. */
  private static final Set<Class<? extends ApiException>> GONE =
      Set.of(
          UnknownTopicOrPartitionException.class,
          UnknownTopicIdException.class,
          InvalidTopicException.class);

  private final Address address;
  private final Admin admin;

  /** One for the cluster that listens there. */
  public KafkaTopics(Address address) {
    this.address = address;
    admin = Admins.open(address.bootstrap(), TIMEOUT);
  }

  @Override
  public Map<String, TopicState> look(Collection<String> topics) {
    verify();
    if (topics.isEmpty()) {
      // Asked for none, Kafka would tell of all.
      return Map.of();
    }
    Map<String, TopicDescription> there = new HashMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach((name, answer) -> existing(answer).ifPresent(found -> there.put(name, found)));
    if (there.isEmpty()) {
      return Map.of();
    }
    var configs = configs(List.copyOf(there.keySet()));
    var moves = get(admin.listPartitionReassignments().reassignments());
    Map<String, TopicState> states = new HashMap<>();
    // One that is gone between two questions has no settings any more.
    configs.forEach(
        (name, config) ->
            Optional.ofNullable(there.get(name))
                .ifPresent(found -> states.put(name, state(found, config, moves))));
    return states;
  }

  /** Addresses may have been given to another cluster's brokers since they were noted. */
  private void verify() {
    var answering = get(admin.describeCluster().clusterId());
    if (!address.clusterId().equals(answering)) {
      throw new AdminException(
          "at %s answers cluster %s and not %s"
              .formatted(address.bootstrap(), answering, address.clusterId()),
          new IllegalStateException(answering));
    }
  }

  private Map<String, Config> configs(List<String> topics) {
    Map<String, Config> configs = new HashMap<>();
    for (int start = 0; start < topics.size(); start += TOPICS) {
      var some =
          topics.subList(start, Math.min(topics.size(), start + TOPICS)).stream()
              .map(KafkaTopics::resource)
              .toList();
      admin
          .describeConfigs(some)
          .values()
          .forEach(
              (resource, answer) ->
                  existing(answer).ifPresent(config -> configs.put(resource.name(), config)));
    }
    return configs;
  }

  private static TopicState state(
      TopicDescription topic, Config config, Map<TopicPartition, PartitionReassignment> moves) {
    int minIsr =
        Optional.ofNullable(config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG))
            .map(ConfigEntry::value)
            .map(Integer::parseInt)
            .orElse(1);
    int fewest = Integer.MAX_VALUE;
    int underReplicated = 0;
    int underMinIsr = 0;
    int leaderless = 0;
    for (TopicPartitionInfo partition : topic.partitions()) {
      var move = moves.get(new TopicPartition(topic.name(), partition.partition()));
      // While replicas move, those that are on their way in are not missed yet.
      int adding = move == null ? 0 : move.addingReplicas().size();
      int replicas = partition.replicas().size() - adding;
      int inSync = partition.isr().size();
      fewest = Math.min(fewest, replicas);
      underReplicated += inSync < replicas ? 1 : 0;
      // A topic of one replica is not broken for a minimum of two: it takes what there is.
      underMinIsr += inSync < Math.min(minIsr, partition.replicas().size()) ? 1 : 0;
      leaderless += partition.leader() == null || partition.leader().isEmpty() ? 1 : 0;
    }
    return new TopicState(
        topic.topicId().toString(),
        topic.partitions().size(),
        fewest,
        underReplicated,
        underMinIsr,
        leaderless,
        config.entries().stream()
            .filter(entry -> entry.source() == ConfigSource.DYNAMIC_TOPIC_CONFIG)
            .filter(entry -> entry.value() != null)
            .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)));
  }

  @Override
  public Optional<String> perform(TopicAction action) {
    verify();
    return switch (action) {
      case Create create -> create(create);
      case Change change ->
          change
              .partitions()
              .flatMap(to -> grow(change.topic(), to))
              .or(() -> alter(change.topic(), change.set(), change.reset()));
      case Delete delete ->
          refusal(
              admin
                  .deleteTopics(TopicCollection.ofTopicIds(List.of(Uuid.fromString(delete.id()))))
                  .all(),
              GONE);
    };
  }

  private Optional<String> create(Create create) {
    var topic =
        new NewTopic(
                create.topic(), create.partitions(), create.replicas().map(Integer::shortValue))
            .configs(create.config());
    return refusal(admin.createTopics(List.of(topic)).all(), Set.of(TopicExistsException.class));
  }

  private Optional<String> grow(String topic, int partitions) {
    var asked = admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all();
    return refusal(asked, Set.of())
        // It may have grown already, by one who did not live to tell.
        .filter(refused -> partitions(topic) < partitions);
  }

  private int partitions(String topic) {
    return admin.describeTopics(List.of(topic)).topicNameValues().values().stream()
        .flatMap(answer -> existing(answer).stream())
        .mapToInt(found -> found.partitions().size())
        .sum();
  }

  private Optional<String> alter(String topic, Map<String, String> set, Set<String> reset) {
    Collection<AlterConfigOp> changes = new ArrayList<>();
    set.forEach(
        (name, value) -> changes.add(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET)));
    reset.forEach(name -> changes.add(new AlterConfigOp(new ConfigEntry(name, ""), OpType.DELETE)));
    return changes.isEmpty()
        ? Optional.empty()
        : refusal(admin.incrementalAlterConfigs(Map.of(resource(topic), changes)).all(), Set.of());
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }

  /** The answer; empty where there is no such topic. */
  private static <T> Optional<T> existing(KafkaFuture<T> future) {
    try {
      return Optional.of(future.get());
    } catch (ExecutionException e) {
      if (is(e, GONE)) {
        return Optional.empty();
      }
      throw failure(e);
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  /**
   * What the cluster has against it.
   *
   * @param fine errors that say that it has been done already
   */
  private static Optional<String> refusal(
      KafkaFuture<?> future, Set<Class<? extends ApiException>> fine) {
    try {
      future.get();
      return Optional.empty();
    } catch (ExecutionException e) {
      if (is(e, fine)) {
        return Optional.empty();
      }
      var cause = e.getCause();
      if (cause instanceof ApiException && !(cause instanceof RetriableException)) {
        return Optional.of(
            Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName()));
      }
      throw failure(e);
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  private static boolean is(ExecutionException e, Set<Class<? extends ApiException>> errors) {
    return errors.stream().anyMatch(error -> error.isInstance(e.getCause()));
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  private static AdminException failure(ExecutionException e) {
    var cause = e.getCause();
    var text = cause == null ? e.getMessage() : cause.getMessage();
    return new AdminException(String.valueOf(text), e);
  }

  private static AdminException interrupted(InterruptedException stopped) {
    Thread.currentThread().interrupt();
    return new AdminException("interrupted", stopped);
  }
}
