package dev.millrace.bench;

import java.io.IOException;
import org.apache.kafka.common.Uuid;

/** A workload that has a fresh topic for every turn. Used by one thread. */
abstract class TopicWorkload implements Workload {
  private final int partitions;
  private String topic = "";
  private Uuid topicId = Uuid.ZERO_UUID;

  TopicWorkload(int partitions) {
    this.partitions = partitions;
  }

  final String topic() {
    return topic;
  }

  final Uuid topicId() {
    return topicId;
  }

  @Override
  public void prepare(Contender contender) throws IOException {
    topic = contender.freshName();
    topicId = contender.create(topic, partitions);
  }

  @Override
  public final void cleanUp(Contender contender) throws IOException {
    contender.delete(topic);
  }
}
