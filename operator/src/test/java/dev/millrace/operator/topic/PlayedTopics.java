package dev.millrace.operator.topic;

import dev.millrace.operator.topic.ClusterDirectory.Address;
import dev.millrace.operator.topic.TopicAction.Change;
import dev.millrace.operator.topic.TopicAction.Create;
import dev.millrace.operator.topic.TopicAction.Delete;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's topics, played: three brokers, one partition and two replicas by default, and a value
 * that it refuses. The first look after something was done shows what was there before, as a broker
 * does that is a moment behind. It outlives whoever works on it, as a cluster does. Thread-safe.
 */
public final class PlayedTopics {
  /** A value of which the cluster says that it is none. */
  public static final String NONSENSE = "nonsense";

  private static final int BROKERS = 3;

  private final Map<String, TopicState> topics = new TreeMap<>();
  private final List<TopicAction> done = new ArrayList<>();
  private Optional<Map<String, TopicState>> stale = Optional.empty();
  private int looks;
  private int made;
  private boolean silent;

  /** Somebody makes a topic by Kafka's API. */
  public synchronized void make(
      String name, int partitions, int replicas, Map<String, String> config) {
    made++;
    topics.put(name, new TopicState("id-" + made, partitions, replicas, 0, 0, 0, config));
  }

  /** Somebody deletes one. */
  public synchronized void delete(String name) {
    topics.remove(name);
  }

  /** Somebody changes a setting; null takes it back to the default. */
  public synchronized void alter(String name, String setting, @Nullable String value) {
    change(
        name,
        is -> {
          var config = new HashMap<>(is.config());
          if (value == null) {
            config.remove(setting);
          } else {
            config.put(setting, value);
          }
          return with(is, is.partitions(), config);
        });
  }

  /** Somebody adds partitions. */
  public synchronized void grow(String name, int partitions) {
    change(name, is -> with(is, partitions, is.config()));
  }

  /** So many of its partitions are not well from now on. */
  public synchronized void unwell(String name, int underReplicated, int leaderless) {
    change(
        name,
        is ->
            new TopicState(
                is.id(),
                is.partitions(),
                is.replicas(),
                underReplicated,
                leaderless,
                leaderless,
                is.config()));
  }

  /** Whether nobody answers from now on. */
  public synchronized void silent(boolean now) {
    silent = now;
  }

  /** What is there. */
  public synchronized Optional<TopicState> find(String name) {
    return Optional.ofNullable(topics.get(name));
  }

  /** What was done through {@link #open}, in order. */
  public synchronized List<TopicAction> done() {
    return List.copyOf(done);
  }

  /** Looks so far. */
  public synchronized int looks() {
    return looks;
  }

  /** One who works on it. */
  public TopicAdmin open(Address address) {
    if (address.bootstrap().isEmpty()) {
      throw new IllegalArgumentException("nobody listens nowhere");
    }
    return new Admin();
  }

  private void change(String name, UnaryOperator<TopicState> how) {
    topics.computeIfPresent(name, (any, is) -> how.apply(is));
  }

  private static TopicState with(TopicState is, int partitions, Map<String, String> config) {
    return new TopicState(
        is.id(),
        partitions,
        is.replicas(),
        is.underReplicated(),
        is.underMinIsr(),
        is.leaderless(),
        config);
  }

  private void answer() {
    if (silent) {
      throw new TopicAdmin.AdminException("played silence", new IOException("played"));
    }
  }

  /** Does it as Kafka does. */
  synchronized Optional<String> perform(TopicAction action) {
    answer();
    done.add(action);
    stale = Optional.of(Map.copyOf(topics));
    return switch (action) {
      case Create create -> create(create);
      case Change change -> change(change);
      case Delete delete -> {
        topics.values().removeIf(is -> is.id().equals(delete.id()));
        yield Optional.empty();
      }
    };
  }

  private Optional<String> create(Create create) {
    int replicas = create.replicas().orElse(2);
    if (topics.containsKey(create.topic())) {
      return Optional.empty();
    }
    if (replicas > BROKERS) {
      return Optional.of(
          "Unable to replicate the partition %d time(s): there are %d brokers"
              .formatted(replicas, BROKERS));
    }
    if (create.config().containsValue(NONSENSE)) {
      return Optional.of("Invalid value " + NONSENSE);
    }
    make(create.topic(), create.partitions().orElse(1), replicas, create.config());
    return Optional.empty();
  }

  private Optional<String> change(Change change) {
    var is = topics.get(change.topic());
    if (is == null) {
      return Optional.of("there is none");
    }
    change.partitions().ifPresent(to -> grow(change.topic(), Math.max(to, is.partitions())));
    if (change.set().containsValue(NONSENSE)) {
      return Optional.of("Invalid value " + NONSENSE);
    }
    change.set().forEach((name, value) -> alter(change.topic(), name, value));
    change.reset().forEach(name -> alter(change.topic(), name, null));
    return Optional.empty();
  }

  private final class Admin implements TopicAdmin {
    @Override
    public Map<String, TopicState> look(Collection<String> names) {
      synchronized (PlayedTopics.this) {
        answer();
        looks++;
        var seen = new HashMap<>(stale.orElse(topics));
        stale = Optional.empty();
        seen.keySet().retainAll(Set.copyOf(names));
        return seen;
      }
    }

    @Override
    public Optional<String> perform(TopicAction action) {
      return PlayedTopics.this.perform(action);
    }

    @Override
    public void close() {}
  }
}
