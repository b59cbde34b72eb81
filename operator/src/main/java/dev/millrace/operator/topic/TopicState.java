package dev.millrace.operator.topic;

import java.util.Map;

/**
 * A topic as Kafka has it.
 *
 * @param id by which it differs from others that had, or will have, its name
 * @param replicas of each partition, of the one with the fewest; what is on its way in while
 *     replicas move does not count
 * @param underReplicated partitions that lack a replica, those that are worse off included
 * @param config what is set on the topic itself, and not what it has from the cluster
 */
public record TopicState(
    String id,
    int partitions,
    int replicas,
    int underReplicated,
    int underMinIsr,
    int leaderless,
    Map<String, String> config) {
  public TopicState {
    config = Map.copyOf(config);
  }

  /** Whether nothing but partitions' health differs. */
  boolean hasShapeOf(TopicState other) {
    return id.equals(other.id)
        && partitions == other.partitions
        && replicas == other.replicas
        && config.equals(other.config);
  }
}
