package dev.millrace.broker.replica;

import dev.millrace.log.EpochEndOffset;
import dev.millrace.log.LogSlice;
import java.util.List;
import org.apache.kafka.common.message.AbortedTxn;
import org.jspecify.annotations.Nullable;

/**
 * What one partition gives a fetch.
 *
 * @param slice the bytes, the caller's to release; null where the reader's log diverges, and where
 *     they are not in memory and the reader does not wait
 * @param highWatermark at the time
 * @param lastStableOffset at the time
 * @param logStartOffset at the time
 * @param aborted transactions whose records in the slice a read-committed reader skips; null for
 *     others
 * @param diverging where the reader's log parts from this one
 * @param settled whether there is nothing more for this reader until the partition has news
 * @param cold whether there is something that is not in memory
 */
public record PartitionRead(
    @Nullable LogSlice slice,
    long highWatermark,
    long lastStableOffset,
    long logStartOffset,
    @Nullable List<AbortedTxn> aborted,
    @Nullable EpochEndOffset diverging,
    boolean settled,
    boolean cold) {
  static PartitionRead diverging(
      long highWatermark, long lastStableOffset, long logStartOffset, EpochEndOffset where) {
    return new PartitionRead(
        null, highWatermark, lastStableOffset, logStartOffset, null, where, false, false);
  }

  /** Bytes found. */
  public int bytes() {
    return slice == null ? 0 : slice.length();
  }

  /** Lets go of the slice. */
  public void release() {
    if (slice != null) {
      slice.release();
    }
  }
}
