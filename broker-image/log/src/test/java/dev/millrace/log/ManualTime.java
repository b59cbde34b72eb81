package dev.millrace.log;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** A clock that stands until it is moved. Thread-safe. */
final class ManualTime implements Time {
  static final long START = 1_790_000_000_000L;

  private final AtomicLong now = new AtomicLong(START);

  void advance(long ms) {
    now.addAndGet(ms);
  }

  @Override
  public long milliseconds() {
    return now.get();
  }

  @Override
  public long nanoseconds() {
    return now.get() * 1_000_000;
  }

  @Override
  public void sleep(long ms) {
    advance(ms);
  }

  @Override
  public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {
    throw new UnsupportedOperationException("Nothing here waits");
  }
}
