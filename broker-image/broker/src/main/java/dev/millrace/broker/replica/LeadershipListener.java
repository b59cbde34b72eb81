package dev.millrace.broker.replica;

import org.apache.kafka.common.TopicPartition;

/**
 * Told when this broker begins or ceases to lead a partition, on the metadata thread, in order,
 * after the partition has changed its state. Must not block.
 */
public interface LeadershipListener {
  /** This broker leads the partition in this epoch and accepts appends. Also for a new epoch. */
  void onElection(TopicPartition partition, int leaderEpoch);

  /** It led until this epoch; the partition is now another's, offline or deleted. */
  void onResignation(TopicPartition partition, int leaderEpoch);
}
