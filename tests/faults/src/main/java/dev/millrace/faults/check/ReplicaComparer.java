package dev.millrace.faults.check;

import dev.millrace.faults.check.BatchCursor.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares the files of a partition's replicas batch by batch: same offsets, epochs, bytes, and
 * right checksums, from the highest log start to the lowest log end. Stateless but for the verdict.
 *
 * <p>To be called when traffic has stopped and all replicas are in sync; a replica that still ends
 * earlier than another is a finding, too.
 */
public final class ReplicaComparer {

  private ReplicaComparer() {}

  /**
   * Adds what differs to a verdict, at most once for each partition.
   *
   * @param replicas the partition's folder by the replica's name
   */
  public static void compare(String partition, Map<String, Path> replicas, Verdict verdict) {
    Map<String, BatchCursor> cursors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Path> replica : replicas.entrySet()) {
        cursors.put(replica.getKey(), new BatchCursor(replica.getValue()));
      }
      compareAll(partition, cursors, verdict);
    } catch (IOException e) {
      verdict.violated(Rule.REPLICAS_DIFFER, "%s: cannot be read: %s", partition, e);
    } finally {
      cursors.values().forEach(ReplicaComparer::close);
    }
  }

  private static void compareAll(
      String partition, Map<String, BatchCursor> cursors, Verdict verdict) throws IOException {
    List<@Nullable Batch> current = new ArrayList<>();
    for (BatchCursor cursor : cursors.values()) {
      current.add(cursor.next());
    }
    skipToCommonStart(new ArrayList<>(cursors.values()), current);
    List<String> names = new ArrayList<>(cursors.keySet());
    while (true) {
      Batch first = current.getFirst();
      for (int i = 0; i < current.size(); i++) {
        Batch other = current.get(i);
        String difference = difference(first, other);
        if (difference != null) {
          verdict.violated(
              Rule.REPLICAS_DIFFER,
              "%s: %s: %s has %s, %s has %s",
              partition,
              difference,
              names.getFirst(),
              text(first),
              names.get(i),
              text(other));
          return;
        }
      }
      if (first == null) {
        return;
      }
      verdict.examined(Rule.REPLICAS_DIFFER, 1);
      int i = 0;
      for (BatchCursor cursor : cursors.values()) {
        current.set(i++, cursor.next());
      }
    }
  }

  /** Retention takes whole segments away, on each replica at its own time. */
  private static void skipToCommonStart(List<BatchCursor> cursors, List<@Nullable Batch> current)
      throws IOException {
    long start = 0;
    for (Batch batch : current) {
      start = Math.max(start, batch == null ? 0 : batch.baseOffset());
    }
    for (int i = 0; i < cursors.size(); i++) {
      Batch batch = current.get(i);
      while (batch != null && batch.lastOffset() < start) {
        batch = cursors.get(i).next();
        current.set(i, batch);
      }
    }
  }

  private static @Nullable String difference(@Nullable Batch one, @Nullable Batch other) {
    if (one == null || other == null) {
      return one == other ? null : "one ends before the other";
    }
    if (!other.intact()) {
      return "wrong checksum";
    }
    if (one.baseOffset() != other.baseOffset() || one.lastOffset() != other.lastOffset()) {
      return "other offsets";
    }
    if (one.epoch() != other.epoch()) {
      return "other epochs";
    }
    return one.bytes().equals(other.bytes()) ? null : "other bytes";
  }

  private static String text(@Nullable Batch batch) {
    return batch == null ? "nothing more" : batch.toString();
  }

  private static void close(BatchCursor cursor) {
    try {
      cursor.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
