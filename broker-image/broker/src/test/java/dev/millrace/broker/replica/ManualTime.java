package dev.millrace.broker.replica;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Time;

/** A clock that stands until it is told to go on. */
public final class ManualTime implements Time {
  private long nowMs = 1_000_000;

  public void advance(long ms) {
    nowMs += ms;
  }

  @Override
  public long milliseconds() {
    return nowMs;
  }

  @Override
  public long nanoseconds() {
    return TimeUnit.MILLISECONDS.toNanos(nowMs);
  }

  @Override
  public void sleep(long ms) {
    advance(ms);
  }
}
