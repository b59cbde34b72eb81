package dev.millrace.broker.controller.raft;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * How soon this node may claim leadership again. A controller that fails on activation would
 * otherwise claim and resign in a tight loop, each time with a write; here the pause doubles until
 * a term lasted a while. I/O thread only.
 */
final class ClaimPace {
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 1_000;
  private static final long GOOD_TERM_MS = 10_000;

  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private long claimedAtNs;
  private long notBeforeNs;
  private long pauseMs = FIRST_PAUSE_MS;

  ClaimPace(LongSupplier nanoTime, RandomGenerator random) {
    this.nanoTime = nanoTime;
    this.random = random;
    this.notBeforeNs = nanoTime.getAsLong();
  }

  boolean mayClaim() {
    return nanoTime.getAsLong() - notBeforeNs >= 0;
  }

  void claimed() {
    claimedAtNs = nanoTime.getAsLong();
  }

  /** A term of this node, or an attempt at one, is over. */
  void ended() {
    long now = nanoTime.getAsLong();
    if (TimeUnit.NANOSECONDS.toMillis(now - claimedAtNs) >= GOOD_TERM_MS) {
      pauseMs = FIRST_PAUSE_MS;
    }
    // The random part lets another node go first when several would claim at once.
    notBeforeNs = now + TimeUnit.MILLISECONDS.toNanos(pauseMs + random.nextLong(pauseMs));
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}
