package dev.millrace.operator.rebalance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * A cluster's replicas, played: what moves has arrived when it has been asked after a few times. It
 * outlives whoever works on it, as a cluster does, and may be told to fail at a call. Thread-safe.
 */
public final class PlayedReplicas {
  private static final int LOOKS = 2;

  /** The state of a partition. */
  private static final class Part {
    private final long bytes;
    private List<Integer> replicas;
    private List<Integer> target = List.of();
    private int looks;
    private int leader;

    Part(long bytes, List<Integer> replicas) {
      this.bytes = bytes;
      this.replicas = replicas;
      this.leader = replicas.getFirst();
    }

    boolean moving() {
      return !target.isEmpty();
    }
  }

  private final Map<TopicPartition, Part> parts = new HashMap<>();
  private final Set<Integer> cordoned = new TreeSet<>();
  private final Map<Integer, Long> rates = new TreeMap<>();
  private final Map<String, Set<String>> throttled = new TreeMap<>();
  private int calls;
  private int failAt = -1;
  private int most;
  private boolean unbounded;
  private int open;
  private int mostOpen;

  /** One partition more. */
  public synchronized void add(String topic, int partition, long bytes, Integer... replicas) {
    parts.put(new TopicPartition(topic, partition), new Part(bytes, List.of(replicas)));
  }

  /** From now on the nth call, counted from one, fails, before it did anything. */
  synchronized void failAt(int call) {
    failAt = call;
    calls = 0;
  }

  /** Calls since the last {@link #failAt}. */
  synchronized int calls() {
    return calls;
  }

  /** How many partitions a broker holds. */
  public synchronized int held(int broker) {
    return (int)
        parts.values().stream()
            .filter(part -> part.replicas.contains(broker) || part.target.contains(broker))
            .count();
  }

  /** Where everything is. */
  synchronized Map<TopicPartition, List<Integer>> replicas() {
    return parts.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> entry.getValue().replicas,
                (one, other) -> one,
                () -> new TreeMap<>(Comparator.comparing(TopicPartition::toString))));
  }

  synchronized Map<TopicPartition, Integer> leaders() {
    return parts.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().leader));
  }

  /** The brokers that get no new replicas. */
  public synchronized Set<Integer> cordoned() {
    return Set.copyOf(cordoned);
  }

  /** What still bounds copies. */
  synchronized boolean isThrottled() {
    return !rates.isEmpty() || !throttled.isEmpty();
  }

  /** The most partitions that ever moved at once. */
  synchronized int mostAtOnce() {
    return most;
  }

  /** Whether something began to move without a bound, or without one for just this. */
  synchronized boolean movedUnbounded() {
    return unbounded;
  }

  /** Those who work on it now. */
  synchronized int working() {
    return open;
  }

  /** As many as ever worked on it at once. */
  synchronized int mostWorking() {
    return mostOpen;
  }

  /** One who works on it. */
  public synchronized ReplicaAdmin open() {
    open++;
    mostOpen = Math.max(mostOpen, open);
    return new Admin();
  }

  private void call() {
    calls++;
    if (calls == failAt) {
      throw new ReplicaAdmin.AdminException("call " + calls + " fails", new IOException("played"));
    }
  }

  private final class Admin implements ReplicaAdmin {
    @Override
    public Layout layout(Collection<Integer> serving) {
      synchronized (PlayedReplicas.this) {
        call();
        var hosted = new ArrayList<Hosted>();
        parts.forEach(
            (id, part) -> {
              var sizes = new HashMap<Integer, Long>();
              part.replicas.forEach(broker -> sizes.put(broker, part.bytes));
              var adding =
                  part.target.stream().filter(broker -> !part.replicas.contains(broker)).toList();
              adding.forEach(broker -> sizes.put(broker, part.bytes / 2));
              hosted.add(
                  new Hosted(
                      id,
                      part.moving() ? part.target : part.replicas,
                      OptionalInt.of(part.leader),
                      part.moving(),
                      adding,
                      sizes));
            });
        return new Layout(hosted, Map.of());
      }
    }

    @Override
    public Map<TopicPartition, Span> spans(Collection<TopicPartition> partitions) {
      synchronized (PlayedReplicas.this) {
        call();
        return partitions.stream().collect(Collectors.toMap(id -> id, id -> new Span(0, 10)));
      }
    }

    @Override
    public Set<TopicPartition> moving() {
      synchronized (PlayedReplicas.this) {
        call();
        var moving = new HashSet<TopicPartition>();
        parts.forEach(
            (id, part) -> {
              if (part.moving() && ++part.looks > LOOKS) {
                part.replicas = part.target;
                part.target = List.of();
                part.looks = 0;
                if (!part.replicas.contains(part.leader)) {
                  part.leader = part.replicas.getLast();
                }
              }
              if (part.moving()) {
                moving.add(id);
              }
            });
        most = Math.max(most, moving.size());
        return moving;
      }
    }

    @Override
    public void cordon(Set<Integer> some, Set<Integer> others) {
      synchronized (PlayedReplicas.this) {
        call();
        cordoned.removeAll(others);
        cordoned.addAll(some);
      }
    }

    @Override
    public void throttle(Set<Integer> brokers, long bytesPerSecond, List<Move> moves) {
      synchronized (PlayedReplicas.this) {
        call();
        brokers.forEach(id -> rates.put(id, bytesPerSecond));
        moves.forEach(
            move ->
                throttled.computeIfAbsent(move.topic(), any -> new HashSet<>()).add(move.name()));
      }
    }

    @Override
    public void release(Set<Integer> brokers) {
      synchronized (PlayedReplicas.this) {
        call();
        rates.keySet().removeAll(brokers);
        throttled.clear();
      }
    }

    @Override
    public Map<TopicPartition, String> begin(List<Move> moves) {
      synchronized (PlayedReplicas.this) {
        call();
        var refused = new HashMap<TopicPartition, String>();
        for (var move : moves) {
          var id = new TopicPartition(move.topic(), move.partition());
          var part = parts.get(id);
          if (part == null) {
            refused.put(id, "unknown");
          } else if (new HashSet<>(part.replicas).equals(new HashSet<>(move.to()))) {
            part.replicas = move.to();
          } else {
            unbounded |=
                rates.isEmpty()
                    || !throttled.getOrDefault(move.topic(), Set.of()).contains(move.name());
            part.target = move.to();
          }
        }
        return refused;
      }
    }

    @Override
    public void lead(Set<TopicPartition> partitions) {
      synchronized (PlayedReplicas.this) {
        call();
        parts.forEach(
            (id, part) -> {
              if (partitions.contains(id)) {
                part.leader = part.replicas.getFirst();
              }
            });
      }
    }

    @Override
    public void close() {
      synchronized (PlayedReplicas.this) {
        open--;
      }
    }
  }
}
