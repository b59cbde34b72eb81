package dev.millrace.bench.wire;

import java.util.Arrays;

/** Every single latency of a run, in nanoseconds. Filled by one thread, then read by another. */
public final class Latencies {
  private long[] values;
  private int count;

  public Latencies(int expected) {
    this.values = new long[Math.max(1, expected)];
  }

  void add(long nanos) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = nanos;
  }

  public int count() {
    return count;
  }

  /**
   * The least latency that this share of all does not exceed, in milliseconds.
   *
   * @param share above 0, at most 1
   * @throws IllegalStateException if there is none
   */
  public double millis(double share) {
    if (count == 0) {
      throw new IllegalStateException("nothing was measured");
    }
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * count);
    return sorted[Math.max(1, rank) - 1] / 1e6;
  }
}
