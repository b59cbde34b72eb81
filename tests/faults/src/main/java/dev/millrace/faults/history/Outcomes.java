package dev.millrace.faults.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What became of the records of one producer: eight bytes a record. Thread-safe.
 *
 * <p>A record's outcome is the offset that acknowledged it, or one of the negative constants.
 */
public final class Outcomes {
  /** Sent, and nothing heard of yet. To the judge the same as {@link #UNKNOWN}. */
  public static final long INVOKED = -1;

  /** Failed in a way that leaves open whether it was appended. */
  public static final long UNKNOWN = -2;

  /** Failed before it was sent to any broker: it must never be seen. */
  public static final long FAILED = -3;

  /** Acknowledged without an offset, as a retry of a batch long appended is. */
  public static final long ACKNOWLEDGED_SOMEWHERE = -4;

  private final List<long[]> outcomes = new ArrayList<>();
  private final int[] counts;

  /** A producer that has sent nothing to any of so many partitions. */
  public Outcomes(int partitions) {
    counts = new int[partitions];
    for (int partition = 0; partition < partitions; partition++) {
      outcomes.add(new long[1024]);
    }
  }

  /** Notes that the next record for a partition is about to be sent; returns its sequence. */
  public synchronized int invoke(int partition) {
    int sequence = counts[partition]++;
    if (sequence == outcomes.get(partition).length) {
      outcomes.set(partition, Arrays.copyOf(outcomes.get(partition), sequence * 2));
    }
    outcomes.get(partition)[sequence] = INVOKED;
    return sequence;
  }

  /** Notes the outcome of a record. */
  public synchronized void complete(int partition, int sequence, long outcome) {
    if (sequence >= counts[partition]) {
      throw new IllegalArgumentException("record " + sequence + " was not sent");
    }
    outcomes.get(partition)[sequence] = outcome;
  }

  /** How many records were sent to a partition. */
  public synchronized int count(int partition) {
    return counts[partition];
  }

  /** The outcome of a record. */
  public synchronized long outcome(int partition, int sequence) {
    return outcomes.get(partition)[sequence];
  }

  /** How many partitions there are. */
  public int partitions() {
    return counts.length;
  }

  /**
   * How many records of all partitions have an outcome; acknowledged ones with an offset count as
   * 0.
   */
  public synchronized long count(long outcome, int partition) {
    long count = 0;
    for (int sequence = 0; sequence < counts[partition]; sequence++) {
      count += Math.min(outcomes.get(partition)[sequence], 0) == outcome ? 1 : 0;
    }
    return count;
  }
}
