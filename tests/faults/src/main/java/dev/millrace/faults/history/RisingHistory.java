package dev.millrace.faults.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Observations of a number per partition that must never fall: an end offset, a group's committed
 * offset. Thread-safe.
 */
public final class RisingHistory {
  private final List<Observation> observations = new ArrayList<>();

  /**
   * One observation. The value was true at some moment between the two.
   *
   * @param from when it was asked, on any clock that is the same for all
   * @param to when the answer came
   */
  public record Observation(int partition, long value, long from, long to, String who) {}

  /** A value that fell. */
  public record Fall(Observation before, Observation after) {}

  /** Adds an observation. */
  public synchronized void observed(Observation observation) {
    observations.add(observation);
  }

  /** How many observations there are. */
  public synchronized int size() {
    return observations.size();
  }

  /** The highest value of a partition; -1 if there is none. */
  public synchronized long highest(int partition) {
    return observations.stream()
        .filter(each -> each.partition() == partition)
        .mapToLong(Observation::value)
        .max()
        .orElse(-1);
  }

  /** Observations that began after one with a higher value of the same partition had ended. */
  public synchronized List<Fall> falls() {
    List<Fall> falls = new ArrayList<>();
    observations.stream()
        .map(Observation::partition)
        .distinct()
        .sorted()
        .forEach(partition -> falls(partition, falls));
    return falls;
  }

  private void falls(int partition, List<Fall> falls) {
    List<Observation> all =
        observations.stream().filter(each -> each.partition() == partition).toList();
    List<Observation> ended =
        all.stream().sorted(Comparator.comparingLong(Observation::to)).toList();
    List<Observation> begun =
        all.stream().sorted(Comparator.comparingLong(Observation::from)).toList();
    Observation highest = null;
    int known = 0;
    for (Observation each : begun) {
      for (; known < ended.size() && ended.get(known).to() < each.from(); known++) {
        if (highest == null || ended.get(known).value() > highest.value()) {
          highest = ended.get(known);
        }
      }
      if (highest != null && each.value() < highest.value()) {
        falls.add(new Fall(highest, each));
      }
    }
  }
}
