package dev.millrace.broker.replica;

import org.apache.kafka.common.TopicPartition;

/**
 * Told when a partition's high watermark advances, on the thread that advanced it (an event loop or
 * a coordinator's thread), with no lock held. Must be quick and must not throw.
 */
@FunctionalInterface
public interface HighWatermarkListener {
  /** Comes in any order when threads race: what counts is the largest offset seen. */
  void onHighWatermark(TopicPartition partition, long highWatermark);

  /**
   * This broker's tenure as the partition's leader is over; only what raced with it comes after.
   */
  default void onTenureEnded(TopicPartition partition) {}
}
