package dev.millrace.local.api.store;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One watcher's queue of events, in the order of their revisions. The store fills it, one reader
 * empties it. At most {@link #LIMIT} events wait: a reader that falls further behind is cut off,
 * {@link #overflowed} then says so, and it has to list again.
 */
public final class Subscription implements AutoCloseable {
  static final int LIMIT = 10_000;

  private final Predicate<ObjectKey> filter;
  private final Runnable onClose;
  private final BlockingQueue<StoreEvent> queue = new LinkedBlockingQueue<>(LIMIT);
  private volatile boolean overflowed;

  Subscription(Predicate<ObjectKey> filter, Runnable onClose) {
    this.filter = filter;
    this.onClose = onClose;
  }

  void offer(StoreEvent event) {
    if (filter.test(event.key()) && !overflowed && !queue.offer(event)) {
      overflowed = true;
    }
  }

  /** The next event; null where none came within {@code patience}. */
  public @Nullable StoreEvent poll(Duration patience) throws InterruptedException {
    return queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  public boolean overflowed() {
    return overflowed;
  }

  @Override
  public void close() {
    onClose.run();
  }
}
