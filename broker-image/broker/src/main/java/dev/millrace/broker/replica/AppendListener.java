package dev.millrace.broker.replica;

import org.apache.kafka.common.TopicPartition;

/** Is told that a leader's log has grown. Called by whoever appended; must not block. */
public interface AppendListener {
  void onAppend(TopicPartition partition);

  /** This broker leads no longer, or in another epoch; nothing is told after this. */
  void onTenureEnded(TopicPartition partition);
}
