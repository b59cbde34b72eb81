package dev.millrace.faults.workload;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;

/** The partitions of a workload and their places in its list. Immutable. */
final class Partitions {
  private final List<TopicPartition> all;
  private final Map<TopicPartition, Integer> places = new HashMap<>();

  Partitions(List<TopicPartition> all) {
    this.all = List.copyOf(all);
    for (TopicPartition partition : this.all) {
      places.put(partition, places.size());
    }
  }

  List<TopicPartition> all() {
    return all;
  }

  int count() {
    return all.size();
  }

  TopicPartition at(int place) {
    return all.get(place);
  }

  boolean contain(TopicPartition partition) {
    return places.containsKey(partition);
  }

  /** Where a partition is in the list; it must be there. */
  int place(TopicPartition partition) {
    return Objects.requireNonNull(places.get(partition), partition::toString);
  }
}
