package dev.millrace.log;

import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * How logs treat the page cache.
 *
 * @param reads runs what waits for the disk in place of readers who must not; each task reads at
 *     most what one fetch asks for. It must not drop tasks
 * @param readAheadBytes how far ahead of somebody who reads from the disk the kernel is told to
 *     read: more hides a slow disk better, and takes as much of the cache for each such reader
 * @param dropsPassed whether what was read for such a reader alone is dropped behind it, so that it
 *     takes the place of nothing that others read
 * @param memoryIsScarce whether the cache is full now; nothing is dropped while it is not. Asked
 *     often, answers at once
 */
public record CachePolicy(
    Executor reads, int readAheadBytes, boolean dropsPassed, BooleanSupplier memoryIsScarce) {
  /** 2 MiB ahead; drops what has passed, always; reads on the thread that asks. */
  public static final CachePolicy DEFAULT =
      new CachePolicy(Runnable::run, 2 << 20, true, () -> true);

  /** Checks what would only show much later. */
  public CachePolicy {
    if (readAheadBytes < 0) {
      throw new IllegalArgumentException("readAheadBytes must not be negative: " + readAheadBytes);
    }
  }

  /** The same with other threads. */
  public CachePolicy withReads(Executor executor) {
    return new CachePolicy(executor, readAheadBytes, dropsPassed, memoryIsScarce);
  }
}
