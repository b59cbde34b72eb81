package dev.millrace.operator.scale;

import dev.millrace.operator.resources.Roster;
import java.util.SortedMap;

/** Which brokers there should be now, and why not those that the spec says. */
public sealed interface ScaleDecision {
  /** Those to run. */
  Roster brokers();

  /** Those that there are. */
  record Keep(Roster brokers) implements ScaleDecision {}

  /** More than there are: only ever adds pods. */
  record Grow(Roster from, Roster brokers) implements ScaleDecision {}

  /** Fewer, and the ones that leave hold nothing. */
  record Shrink(Roster from, Roster brokers) implements ScaleDecision {
    /** The ones that leave. */
    public Roster leaving() {
      return from.without(brokers);
    }
  }

  /**
   * Fewer are wanted, and those that leave are emptied first.
   *
   * @param brokers those that there are
   * @param wanted what the spec says
   * @param holding partitions by broker that leaves
   */
  record Drain(Roster brokers, Roster wanted, SortedMap<Integer, Integer> holding)
      implements ScaleDecision {
    /** The ones that leave. */
    public Roster leaving() {
      return brokers.without(wanted);
    }
  }

  /**
   * Fewer are wanted, but that would lose data.
   *
   * @param brokers those that there are
   * @param wanted what the spec says
   * @param predicate why, one word of a closed list
   * @param detail why, by name
   */
  record Refuse(Roster brokers, Roster wanted, String predicate, String detail)
      implements ScaleDecision {}

  /** Fewer are wanted, and nobody can say yet what they hold. */
  record Unsure(Roster brokers, Roster wanted) implements ScaleDecision {}
}
