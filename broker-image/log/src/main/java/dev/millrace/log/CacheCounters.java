package dev.millrace.log;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the logs of a directory did with the page cache since they were opened. Thread-safe; reading
 * is not a snapshot.
 */
public final class CacheCounters {
  /** The slowest reader of the current such time and of the one before is told. */
  private static final long SLOWEST_OVER_MS = 30_000;

  private static final long NOBODY = -1;

  private final LongAdder appendedBytes = new LongAdder();
  private final LongAdder coldBytes = new LongAdder();
  private final LongAdder droppedBytes = new LongAdder();
  private final AtomicInteger coldReaders = new AtomicInteger();
  private volatile long turn;
  private volatile long slowest = NOBODY;
  private volatile long slowestBefore = NOBODY;

  void appended(int bytes) {
    appendedBytes.add(bytes);
  }

  void readFromDisk(long bytes) {
    coldBytes.add(bytes);
  }

  void dropped(long bytes) {
    droppedBytes.add(bytes);
  }

  void coldReaders(int change) {
    coldReaders.addAndGet(change);
  }

  /** Somebody was given records of a time. Two at once may lose one; there are more to come. */
  void read(long timestamp, long now) {
    if (timestamp < 0) {
      return;
    }
    turn(now);
    long age = Math.max(0, now - timestamp);
    if (age > slowest) {
      slowest = age;
    }
  }

  private void turn(long now) {
    long current = now / SLOWEST_OVER_MS;
    if (current == turn) {
      return;
    }
    synchronized (this) {
      if (current != turn) {
        slowestBefore = current == turn + 1 ? slowest : NOBODY;
        slowest = NOBODY;
        turn = current;
      }
    }
  }

  /** Bytes appended. */
  public long appendedBytes() {
    return appendedBytes.sum();
  }

  /** Bytes that the disk was read for because somebody read them, or was about to. */
  public long coldBytes() {
    return coldBytes.sum();
  }

  /** Of those, bytes that were dropped when the reader had passed. */
  public long droppedBytes() {
    return droppedBytes.sum();
  }

  /** Who reads from the disk now; each counts once for every file. */
  public int coldReaders() {
    return coldReaders.get();
  }

  /**
   * The age, in milliseconds and by their own time, of the oldest records that were given to
   * somebody in the last half minute to minute; -1 if none were.
   *
   * @param now by the same clock as the records' time
   */
  public long slowestReaderMillis(long now) {
    turn(now);
    return Math.max(slowest, slowestBefore);
  }
}
