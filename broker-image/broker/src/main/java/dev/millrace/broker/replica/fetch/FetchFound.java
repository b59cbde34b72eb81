package dev.millrace.broker.replica.fetch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.apache.kafka.common.TopicPartition;

/** What one look at a session found, in order. Owns records. One thread. */
public final class FetchFound {
  private final Map<SessionPartition, PartitionAnswer> answers = new LinkedHashMap<>();
  private int bytes;
  private boolean urgent;

  void add(SessionPartition partition, PartitionAnswer answer) {
    answers.put(partition, answer);
    bytes += answer.bytes();
    urgent |= answer.urgent();
  }

  /** Bytes of records. */
  public int bytes() {
    return bytes;
  }

  /** Whether something is to be told at once. */
  public boolean urgent() {
    return urgent;
  }

  Map<SessionPartition, PartitionAnswer> answers() {
    return answers;
  }

  /** Tells how many bytes of records there are of each partition. */
  public void forEach(ObjIntConsumer<TopicPartition> each) {
    answers.forEach((one, answer) -> each.accept(one.id().topicPartition(), answer.bytes()));
  }

  /** Lets go of all records. */
  public void release() {
    answers.values().forEach(answer -> answer.release().run());
  }
}
