package dev.millrace.broker.replica;

import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What a coordinator needs of the partitions that this broker leads: it writes its state there and
 * reads it back whole. Thread-safe and synchronous; never to be called on an event loop.
 *
 * <p>Every method throws {@link org.apache.kafka.common.errors.NotLeaderOrFollowerException} where
 * this broker does not lead the partition, and {@link
 * org.apache.kafka.common.errors.UnknownTopicOrPartitionException} where it does not host it.
 */
public interface CoordinatorLogs {
  /** Has the listener told of the elections of every partition that this broker hosts from now. */
  void addLeadershipListener(LeadershipListener listener);

  /** The epoch in which this broker leads the partition; empty where it does not. Never throws. */
  OptionalInt leaderEpoch(TopicPartition partition);

  /**
   * Appends whole batches that this broker made itself; offsets and the leader epoch are filled in.
   * Does not wait for replicas.
   *
   * @param leaderEpoch the epoch in which the caller believes to lead
   * @return the log end offset behind the append
   * @throws org.apache.kafka.common.errors.FencedLeaderEpochException if the epoch is over
   */
  long appendAsLeader(TopicPartition partition, MemoryRecords records, int leaderEpoch);

  /**
   * Has the listener told of the high watermark until it is removed or this tenure as leader ends;
   * a later tenure wants a new registration.
   */
  void addHighWatermarkListener(TopicPartition partition, HighWatermarkListener listener);

  /** Does nothing where it is not registered; never throws. */
  void removeHighWatermarkListener(TopicPartition partition, HighWatermarkListener listener);

  /** What is committed: readers see the records below. */
  long highWatermark(TopicPartition partition);

  long logStartOffset(TopicPartition partition);

  /** The offset that the next record gets. */
  long logEndOffset(TopicPartition partition);

  /** The topic's settings as they are now. */
  LogConfig config(TopicPartition partition);

  /**
   * Reads into a new heap buffer, the uncommitted end included.
   *
   * @param offset the batch that holds it, or the next one behind a gap, is the first in the result
   * @param maxBytes a bound, but at least one whole batch is read however large
   * @return whole batches; empty at the log's end
   * @throws org.apache.kafka.common.errors.OffsetOutOfRangeException outside of the log
   */
  MemoryRecords read(TopicPartition partition, long offset, int maxBytes);
}
