package dev.millrace.broker.replica.sim;

import dev.millrace.log.Log;
import dev.millrace.log.LogSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * A batch in a log; what two logs have in common is told by these.
 *
 * @param first offset
 * @param last offset
 * @param epoch of the leader that appended it
 * @param checksum of all that is not given by the leader
 */
record Batch(long first, long last, int epoch, long checksum) {
  static List<Batch> of(MemoryRecords records) {
    List<Batch> batches = new ArrayList<>();
    for (MutableRecordBatch batch : records.batches()) {
      batches.add(
          new Batch(
              batch.baseOffset(),
              batch.lastOffset(),
              batch.partitionLeaderEpoch(),
              batch.checksum()));
    }
    return batches;
  }

  /** What a log has between two offsets. */
  static List<Batch> of(Log log, long from, long to) {
    List<Batch> batches = new ArrayList<>();
    long next = from;
    while (next < to) {
      List<Batch> some = of(copy(log.read(next, 1 << 20, to, true).slice()));
      if (some.isEmpty()) {
        break;
      }
      batches.addAll(some);
      next = some.getLast().last() + 1;
    }
    return batches;
  }

  /** Takes a slice's bytes out of it, and releases it. */
  static MemoryRecords copy(LogSlice slice) {
    try {
      ByteBuffer bytes = ByteBuffer.allocate(slice.length());
      while (bytes.hasRemaining()) {
        if (slice.channel().read(bytes, slice.position() + bytes.position()) < 0) {
          throw new AssertionError("a slice beyond its file's end");
        }
      }
      return MemoryRecords.readableRecords(bytes.flip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      slice.release();
    }
  }
}
