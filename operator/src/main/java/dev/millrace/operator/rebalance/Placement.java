package dev.millrace.operator.rebalance;

import java.util.List;
import java.util.Optional;

/**
 * Where the replicas of a cluster are, as far as a plan needs it. Immutable.
 *
 * @param brokers every registered broker
 * @param partitions every partition
 */
public record Placement(List<Node> brokers, List<Replicated> partitions) {
  public Placement {
    brokers = List.copyOf(brokers);
    partitions = List.copyOf(partitions);
  }

  /**
   * A registered broker.
   *
   * @param zone where it runs, if that is known
   * @param role what a plan may do with it
   * @param room bytes that may be added to its disk
   */
  public record Node(int id, Optional<String> zone, Role role, long room) {}

  /** What a plan may do with a broker. */
  public enum Role {
    /** It serves and stays: it may get replicas and give them away. */
    SERVES,
    /** It is to hold nothing in the end. */
    LEAVES,
    /** It stays but does not serve now: what it holds stays where it is. */
    AWAY
  }

  /**
   * A partition.
   *
   * @param replicas the brokers that hold it, the preferred leader first; where it is moving those
   *     that will
   * @param bytes of one replica
   * @param rate bytes a second that are written to it; 0 where that is not known
   * @param moving whether it is on its way already, and is left alone
   */
  public record Replicated(
      String topic,
      int partition,
      List<Integer> replicas,
      long bytes,
      double rate,
      boolean moving) {
    public Replicated {
      replicas = List.copyOf(replicas);
    }

    /** As logs and tools write it. */
    public String name() {
      return topic + "-" + partition;
    }
  }
}
