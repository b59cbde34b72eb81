package dev.millrace.plugin.model;

import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Every partition of a cluster and where its replicas are, as one broker knows it.
 *
 * @param topics by name
 */
public record PartitionMap(List<Topic> topics) {
  public PartitionMap {
    topics = List.copyOf(topics);
  }

  /** How many there are. */
  public int size() {
    return topics.stream().mapToInt(topic -> topic.partitions().size()).sum();
  }

  /** All brokers that replicas are placed on. */
  public SortedSet<Integer> brokers() {
    SortedSet<Integer> brokers = new TreeSet<>();
    topics.forEach(
        topic ->
            topic
                .partitions()
                .forEach(partition -> Arrays.stream(partition.replicas()).forEach(brokers::add)));
    return brokers;
  }

  /**
   * A topic.
   *
   * @param minIsr its {@code min.insync.replicas}
   * @param partitions by number
   */
  public record Topic(String name, int minIsr, List<Partition> partitions) {
    public Topic {
      partitions = List.copyOf(partitions);
    }

    /** Partitions that miss a replica in sync. */
    public int underReplicated() {
      return (int) partitions.stream().filter(Partition::underReplicated).count();
    }

    /** Partitions that refuse {@code acks=all}. */
    public int belowMinIsr() {
      return (int) partitions.stream().filter(partition -> partition.below(minIsr)).count();
    }

    /** Partitions without a leader. */
    public int leaderless() {
      return (int) partitions.stream().filter(Partition::leaderless).count();
    }

    /** Partitions with a replica on its way in. */
    public int moving() {
      return (int) partitions.stream().filter(partition -> partition.adding().length > 0).count();
    }

    /** The fewest replicas that one of them has and the most: {@code 3}, or {@code 1-3}. */
    public String replicationFactor() {
      int least = partitions.stream().mapToInt(Partition::wanted).min().orElse(0);
      int most = partitions.stream().mapToInt(Partition::wanted).max().orElse(0);
      return least == most ? Integer.toString(least) : least + "-" + most;
    }
  }

  /**
   * A partition.
   *
   * @param leader -1 where there is none
   * @param adding replicas that are on their way in, which are among the replicas and are not
   *     missed yet
   */
  public record Partition(int id, int leader, int[] replicas, int[] isr, int[] adding) {
    public boolean leaderless() {
      return leader < 0;
    }

    /** How many replicas it is to have, but for those on their way in. */
    public int wanted() {
      return replicas.length - adding.length;
    }

    public boolean underReplicated() {
      return isr.length < wanted();
    }

    /** A partition of one replica is not broken for a minimum of two: it takes what there is. */
    public boolean below(int minIsr) {
      return isr.length < Math.min(minIsr, replicas.length);
    }

    /** What a broker has of it. */
    public Place place(int broker) {
      if (!contains(replicas, broker)) {
        return Place.NOWHERE;
      }
      if (leaderless()) {
        return Place.LEADERLESS;
      }
      if (leader == broker) {
        return Place.LEADER;
      }
      if (contains(isr, broker)) {
        return Place.IN_SYNC;
      }
      return contains(adding, broker) ? Place.ARRIVING : Place.BEHIND;
    }

    private static boolean contains(int[] ids, int id) {
      return Arrays.stream(ids).anyMatch(one -> one == id);
    }
  }

  /** What a broker has of a partition, the better first. */
  public enum Place {
    NOWHERE,
    LEADER,
    IN_SYNC,
    /** A replica on its way in. */
    ARRIVING,
    /** A replica that is not in sync. */
    BEHIND,
    /** A replica of a partition that nobody leads. */
    LEADERLESS;

    /** The one that is worse off. */
    public Place worse(Place other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }
}
