package dev.millrace.broker.network;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of what was encrypted waits for its sockets, over all connections. While that is little,
 * a connection may have enough ahead to keep its socket busy; otherwise it has one record, so that
 * many clients who don't read take little memory, and none of them all of it. Thread-safe.
 */
final class UnsentBytes {
  /** What one call may give to a socket at best. */
  private static final int PLENTY = 256 << 10;

  private final AtomicLong total = new AtomicLong();
  private final long enough;

  /**
   * @param enough bytes from which on connections are held short
   */
  UnsentBytes(long enough) {
    this.enough = enough;
  }

  /** How many bytes a connection may have ahead now. */
  int perConnection() {
    return total.get() < enough ? PLENTY : SliceStreamer.RECORD;
  }

  void add(long bytes) {
    total.addAndGet(bytes);
  }

  /** All of them now. */
  long total() {
    return total.get();
  }
}
