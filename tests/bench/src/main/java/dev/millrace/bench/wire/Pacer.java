package dev.millrace.bench.wire;

import java.util.concurrent.locks.LockSupport;

/**
 * When each of many requests is due, however late those before it are answered: latency counts from
 * then, so that a broker which stalls also answers for all that would have come meanwhile.
 * Immutable; times are those of {@link System#nanoTime}.
 *
 * @param start when the first is due
 * @param intervalNanos between two of them
 */
public record Pacer(long start, double intervalNanos) {
  private static final double NANOS = 1e9;
  private static final long LEAD_NANOS = 20_000_000;

  /** From soon on, so many each second. */
  public static Pacer perSecond(double rate) {
    return new Pacer(System.nanoTime() + LEAD_NANOS, NANOS / rate);
  }

  /** When the request of this number is due, from 0 on. */
  public long due(long number) {
    return start + (long) (number * intervalNanos);
  }

  /** How long after it was due something happened. */
  public long lateness(long number, long now) {
    return now - due(number);
  }

  /** Waits until the request of this number is due; returns at once if that is past. */
  public void await(long number) {
    long left = due(number) - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = due(number) - System.nanoTime();
    }
  }
}
