package dev.millrace.operator.rebalance;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What there is to know and to do about the replicas of one cluster. Calls block; an {@link
 * AdminException} tells that the cluster did not answer or would not. Used by one thread.
 */
public interface ReplicaAdmin extends AutoCloseable {
  /** Opens one for the cluster that listens there. */
  @FunctionalInterface
  interface Factory {
    ReplicaAdmin open(String bootstrap);
  }

  /** The cluster did not answer, or refused. */
  final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public AdminException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * What is where.
   *
   * @param disks by broker, of those that answered
   */
  record Layout(List<Hosted> partitions, Map<Integer, Disk> disks) {}

  /**
   * A partition.
   *
   * @param replicas that it has; where it moves, those that it will have
   * @param adding those of them that are not complete yet
   * @param bytes by broker
   */
  record Hosted(
      TopicPartition id,
      List<Integer> replicas,
      OptionalInt leader,
      boolean moving,
      List<Integer> adding,
      Map<Integer, Long> bytes) {}

  /** A broker's disk, in bytes; -1 where a broker does not tell. */
  record Disk(long total, long usable) {}

  /** The offsets of a partition. */
  record Span(long start, long end) {}

  /** Looks at everything; the sizes are those that these brokers tell. */
  Layout layout(Collection<Integer> serving);

  /** The offsets of partitions that have a leader. */
  Map<TopicPartition, Span> spans(Collection<TopicPartition> partitions);

  /** Partitions that move now, whoever began it. */
  Set<TopicPartition> moving();

  /** Keeps new replicas from the first, and from no other. */
  void cordon(Set<Integer> cordoned, Set<Integer> others);

  /** Bounds the copying of these moves, on these brokers. */
  void throttle(Set<Integer> brokers, long bytesPerSecond, List<Move> moves);

  /** Takes every bound of copying away. */
  void release(Set<Integer> brokers);

  /**
   * Begins to move.
   *
   * @return those that were refused, and why
   */
  Map<TopicPartition, String> begin(List<Move> moves);

  /** Has these led by their preferred leaders, where those are in sync. */
  void lead(Set<TopicPartition> partitions);

  @Override
  void close();
}
