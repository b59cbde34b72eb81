package dev.millrace.operator.rebalance;

import java.util.List;

/**
 * A partition that gets other replicas, or the same in another order.
 *
 * @param from its replicas now, the preferred leader first
 * @param to those that it is to have
 * @param bytes of one replica
 */
public record Move(String topic, int partition, List<Integer> from, List<Integer> to, long bytes) {
  public Move {
    from = List.copyOf(from);
    to = List.copyOf(to);
  }

  /** Brokers that get a copy. */
  public List<Integer> added() {
    return to.stream().filter(id -> !from.contains(id)).toList();
  }

  /** Bytes that are copied. */
  public long cost() {
    return bytes * added().size();
  }

  /** As logs and tools write the partition. */
  public String name() {
    return topic + "-" + partition;
  }
}
