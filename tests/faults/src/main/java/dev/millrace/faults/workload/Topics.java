package dev.millrace.faults.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topics of a workload. Immutable.
 *
 * @param names of them
 * @param partitions of each
 * @param replicas of each partition
 * @param minInSync {@code min.insync.replicas}
 */
public record Topics(List<String> names, int partitions, int replicas, int minInSync) {
  /** Small, so that segments roll while faults happen. */
  private static final String SEGMENT_BYTES = Integer.toString(4 * 1024 * 1024);

  /** {@code count} topics named for a prefix. */
  public static Topics of(String prefix, int count, int partitions, int replicas, int minInSync) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(prefix + i);
    }
    return new Topics(List.copyOf(names), partitions, replicas, minInSync);
  }

  /** All partitions; everybody else knows them by their place here. */
  public List<TopicPartition> all() {
    List<TopicPartition> all = new ArrayList<>();
    for (String name : names) {
      for (int partition = 0; partition < partitions; partition++) {
        all.add(new TopicPartition(name, partition));
      }
    }
    return all;
  }

  /** Makes them. */
  public void create(Admin admin) throws InterruptedException {
    Map<String, String> settings =
        Map.of(
            "min.insync.replicas",
            Integer.toString(minInSync),
            "segment.bytes",
            SEGMENT_BYTES,
            "retention.ms",
            "-1");
    for (String name : names) {
      NewTopic topic = new NewTopic(name, partitions, (short) replicas).configs(settings);
      try {
        admin.createTopics(List.of(topic)).all().get();
      } catch (ExecutionException e) {
        // A retry of the client after a lost answer finds what it made.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw new IllegalStateException("cannot make topic " + name + ": " + e.getCause(), e);
        }
      }
    }
  }
}
