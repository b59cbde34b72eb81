package dev.millrace.operator.topic;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Something to be done about a topic. Each may be done twice and then is as if done once. */
public sealed interface TopicAction {
  /** What Kafka calls the topic. */
  String topic();

  /**
   * Makes it.
   *
   * @param partitions the cluster's default where empty
   * @param replicas the cluster's default where empty
   */
  record Create(
      String topic,
      Optional<Integer> partitions,
      Optional<Integer> replicas,
      Map<String, String> config)
      implements TopicAction {}

  /**
   * Changes what is given, and nothing else.
   *
   * @param partitions to grow to; empty: as many as there are
   * @param set settings with their new values
   * @param reset settings that go back to the cluster's default
   */
  record Change(
      String topic, Optional<Integer> partitions, Map<String, String> set, Set<String> reset)
      implements TopicAction {}

  /** Deletes the one with this id; another one that has come to its name is left alone. */
  record Delete(String topic, String id) implements TopicAction {}
}
