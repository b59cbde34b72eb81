package dev.millrace.broker.replica;

import org.apache.kafka.common.TopicPartition;

/**
 * Told when this broker begins or ceases to lead a partition, on the metadata thread, in order,
 * after the partition has changed its state. Must not block.
 */
public interface LeadershipListener {
  /**
   * This broker leads the partition in this epoch and accepts appends. Also for a new epoch:
   * without a resignation before it nobody else has led in between.
   */
  void onElection(TopicPartition partition, int leaderEpoch);

  /**
   * It led, and others may write from now on: the partition is another's, offline, deleted or moved
   * away, or was so for a time that this broker did not see.
   */
  void onResignation(TopicPartition partition);
}
