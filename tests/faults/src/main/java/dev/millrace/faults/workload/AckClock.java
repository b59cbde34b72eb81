package dev.millrace.faults.workload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * When produces of each partition were acknowledged: the gaps between acknowledgements, and the
 * first acknowledgement after a moment. Times are {@link System#nanoTime}. Thread-safe.
 *
 * <p>Limits: only gaps of at least the given length are kept.
 */
public final class AckClock {
  private final long shortest;
  private final long[] last;
  private final long[] firstSinceArmed;
  private final List<List<Gap>> gaps = new ArrayList<>();
  private long armedAt = Long.MAX_VALUE;

  /** A time without acknowledgements. */
  public record Gap(long from, long to) {
    long within(long start, long end) {
      return Math.min(to, end) - Math.max(from, start);
    }

    public long length() {
      return to - from;
    }
  }

  /** Nothing acknowledged yet; the first gap begins at {@code start}. */
  public AckClock(int partitions, long shortest, long start) {
    this.shortest = shortest;
    this.last = new long[partitions];
    this.firstSinceArmed = new long[partitions];
    Arrays.fill(last, start);
    for (int partition = 0; partition < partitions; partition++) {
      gaps.add(new ArrayList<>());
    }
  }

  /** A record sent at {@code sent} is acknowledged at {@code now}. */
  public synchronized void acknowledged(int partition, long sent, long now) {
    if (now - last[partition] >= shortest) {
      gaps.get(partition).add(new Gap(last[partition], now));
    }
    last[partition] = now;
    if (firstSinceArmed[partition] == 0 && sent - armedAt >= 0) {
      firstSinceArmed[partition] = now;
    }
  }

  /** Waits from now on for the first acknowledgement of a record sent from {@code now} on. */
  public synchronized void arm(long now) {
    armedAt = now;
    Arrays.fill(firstSinceArmed, 0);
  }

  /**
   * Time from {@link #arm} to the first acknowledgement of a record sent after it; -1 if none came
   * yet.
   */
  public synchronized long sinceArmed(int partition) {
    return firstSinceArmed[partition] == 0 ? -1 : firstSinceArmed[partition] - armedAt;
  }

  /** The gaps that ended after a moment, in their order. */
  public synchronized List<Gap> gapsSince(int partition, long start) {
    return gaps.get(partition).stream().filter(gap -> gap.to() - start > 0).toList();
  }

  /** Of each partition, {@link #longestGap}. */
  public List<Long> longestGaps(long start, long end) {
    return IntStream.range(0, last.length)
        .mapToObj(partition -> longestGap(partition, start, end))
        .toList();
  }

  /** The longest time without an acknowledgement between two moments; 0 if all were short. */
  public synchronized long longestGap(int partition, long start, long end) {
    long longest = new Gap(last[partition], end).within(start, end);
    longest = longest >= shortest ? longest : 0;
    for (Gap gap : gaps.get(partition)) {
      longest = Math.max(longest, gap.within(start, end));
    }
    return longest;
  }
}
