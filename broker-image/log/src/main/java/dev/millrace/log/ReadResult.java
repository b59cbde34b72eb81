package dev.millrace.log;

/**
 * Where a read found its bytes.
 *
 * @param slice from the batch that holds the asked offset on, to be released by the caller; may end
 *     within a batch, and its first batch may start below the asked offset
 * @param offset the offset that was asked for
 * @param logStartOffset the log's start at the time, for the fetch response
 * @param firstBatchIncomplete whether the first batch is larger than the slice, so that it holds no
 *     whole record
 */
public record ReadResult(
    LogSlice slice, long offset, long logStartOffset, boolean firstBatchIncomplete) {
  /** Lets go of the slice's file. */
  public void release() {
    slice.release();
  }
}
