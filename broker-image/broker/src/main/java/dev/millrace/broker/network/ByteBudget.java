package dev.millrace.broker.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of bytes that all connections share. First come, first served: who has to wait
 * is not overtaken by smaller wishes, so that a large request gets its turn. Thread-safe; its lock
 * is held for arithmetic only.
 */
final class ByteBudget {
  /** A connection's wish for bytes. At most one at a time per connection. */
  final class Wish {
    private final long bytes;
    private final Executor executor;
    private final Runnable granted;

    private Wish(long bytes, Executor executor, Runnable granted) {
      this.bytes = bytes;
      this.executor = executor;
      this.granted = granted;
    }

    /**
     * No longer wants the bytes.
     *
     * @return false if they had been granted: then they are the caller's to {@link #release}
     */
    boolean withdraw() {
      synchronized (waiting) {
        if (!waiting.remove(this)) {
          return false;
        }
      }
      release(0);
      return true;
    }
  }

  private final Deque<Wish> waiting = new ArrayDeque<>();
  private final long total;
  private long free;

  ByteBudget(long total) {
    this.total = total;
    this.free = total;
  }

  /** Takes the bytes if there are enough and nobody waits. */
  boolean tryReserve(long bytes) {
    synchronized (waiting) {
      if (!waiting.isEmpty() || bytes > free) {
        return false;
      }
      free -= bytes;
      return true;
    }
  }

  /** Queues for the bytes; they are taken when {@code granted} runs. */
  Wish await(long bytes, Executor executor, Runnable granted) {
    if (bytes > total) {
      throw new IllegalArgumentException(bytes + " bytes can never be had of " + total);
    }
    Wish wish = new Wish(bytes, executor, granted);
    synchronized (waiting) {
      waiting.add(wish);
    }
    release(0);
    return wish;
  }

  /** Gives bytes back, and with them whoever waits its turn. */
  void release(long bytes) {
    giveBack(bytes);
    for (Wish wish = next(); wish != null; wish = next()) {
      try {
        wish.executor.execute(wish.granted);
      } catch (RejectedExecutionException e) {
        // Its event loop has ended, and so has the connection that would have used them.
        giveBack(wish.bytes);
      }
    }
  }

  private void giveBack(long bytes) {
    synchronized (waiting) {
      free += bytes;
    }
  }

  private @Nullable Wish next() {
    synchronized (waiting) {
      Wish first = waiting.peek();
      if (first == null || first.bytes > free) {
        return null;
      }
      free -= first.bytes;
      return waiting.remove();
    }
  }

  /** Bytes reserved now. */
  long used() {
    synchronized (waiting) {
      return total - free;
    }
  }
}
