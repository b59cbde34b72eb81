package dev.millrace.faults.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one reader saw, and what it could not explain. Written by the reader's thread alone; read by
 * others only after it ended. Keeps at most {@value #KEPT} anomalies and counts no more.
 */
public final class ReaderHistory {
  private static final int KEPT = 10_000;

  private final String name;
  private final List<OffsetLog> logs = new ArrayList<>();
  private final long[] next;
  private final List<Anomaly> anomalies = new ArrayList<>();

  /** What a reader notices by itself. */
  public enum Oddity {
    /** An offset held another record when it was read again. */
    CHANGED,
    /** A record came that is not the next one. */
    JUMP,
    /** The broker said that the reader's position does not exist, or has been truncated. */
    OUT_OF_RANGE
  }

  /** One thing noticed at one offset. */
  public record Anomaly(Oddity oddity, int partition, long offset, String detail) {}

  /** A reader that has seen nothing of so many partitions. */
  public ReaderHistory(String name, int partitions) {
    this.name = name;
    this.next = new long[partitions];
    Arrays.fill(next, -1);
    for (int partition = 0; partition < partitions; partition++) {
      logs.add(new OffsetLog());
    }
  }

  /** Who read. */
  public String name() {
    return name;
  }

  /** The reader goes to an offset, where its next record must be. */
  public void moved(int partition, long offset) {
    next[partition] = offset;
  }

  /** The reader goes to where it does not know. */
  public void lost(int partition) {
    next[partition] = -1;
  }

  /** The reader was given a record. */
  public void saw(int partition, long offset, long id) {
    if (next[partition] >= 0 && offset != next[partition]) {
      note(Oddity.JUMP, partition, offset, "expected offset " + next[partition]);
    }
    next[partition] = offset + 1;
    long before = logs.get(partition).put(offset, id);
    if (before != RecordId.NONE && before != id) {
      note(
          Oddity.CHANGED,
          partition,
          offset,
          "was " + RecordId.text(before) + ", then " + RecordId.text(id));
    }
  }

  /** The broker refused the reader's position. */
  public void outOfRange(int partition, long position, String message) {
    note(Oddity.OUT_OF_RANGE, partition, position, message);
  }

  private void note(Oddity oddity, int partition, long offset, String detail) {
    if (anomalies.size() < KEPT) {
      anomalies.add(new Anomaly(oddity, partition, offset, detail));
    }
  }

  /** What it last saw at each offset of a partition. */
  public OffsetLog log(int partition) {
    return logs.get(partition);
  }

  /** What it noticed. */
  public List<Anomaly> anomalies() {
    return List.copyOf(anomalies);
  }
}
