package dev.millrace.faults.run;

import java.util.Collection;
import java.util.concurrent.TimeUnit;

/**
 * Median and worst of some times, in milliseconds.
 *
 * @param median 0 if there were none
 * @param worst 0 if there were none
 */
record Spread(long median, long worst) {

  static Spread ofNanos(Collection<Long> nanos) {
    long[] sorted = nanos.stream().mapToLong(TimeUnit.NANOSECONDS::toMillis).sorted().toArray();
    return sorted.length == 0
        ? new Spread(0, 0)
        : new Spread(sorted[(sorted.length - 1) / 2], sorted[sorted.length - 1]);
  }

  @Override
  public String toString() {
    return median + " / " + worst;
  }
}
