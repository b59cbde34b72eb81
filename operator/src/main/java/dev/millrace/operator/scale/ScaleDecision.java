package dev.millrace.operator.scale;

import java.util.List;
import java.util.SortedMap;

/** How many brokers there should be now, and why not as many as the spec says. */
public sealed interface ScaleDecision {
  /** How many to run. */
  int brokers();

  /** As many as there are. */
  record Keep(int brokers) implements ScaleDecision {}

  /** More than there are: only ever adds pods. */
  record Grow(int from, int brokers) implements ScaleDecision {}

  /** Fewer, and the ones that leave hold nothing. */
  record Shrink(int from, int brokers, List<Integer> leaving) implements ScaleDecision {
    public Shrink {
      leaving = List.copyOf(leaving);
    }
  }

  /**
   * Fewer are wanted, and those that leave are emptied first.
   *
   * @param brokers as many as there are
   * @param wanted what the spec says
   * @param holding partitions by broker that leaves
   */
  record Drain(int brokers, int wanted, SortedMap<Integer, Integer> holding)
      implements ScaleDecision {}

  /**
   * Fewer are wanted, but that would lose data.
   *
   * @param brokers as many as there are
   * @param wanted what the spec says
   * @param predicate why, one word of a closed list
   * @param detail why, by name
   */
  record Refuse(int brokers, int wanted, String predicate, String detail)
      implements ScaleDecision {}

  /** Fewer are wanted, and nobody can say yet what they hold. */
  record Unsure(int brokers, int wanted) implements ScaleDecision {}
}
