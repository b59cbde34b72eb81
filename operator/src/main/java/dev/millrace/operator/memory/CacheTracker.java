package dev.millrace.operator.memory;

import dev.millrace.operator.memory.CachePressure.Cause;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows the page cache of one broker and decides, slowly, whether it is too small: only after it
 * has been so all the time for {@link #ENTER}, and not any more after it has not been so at all for
 * {@link #LEAVE}. Pure but for what it remembers; used by one thread.
 */
public final class CacheTracker {
  static final Duration ENTER = Duration.ofMinutes(1);
  static final Duration LEAVE = Duration.ofMinutes(5);

  /** How long what a broker reads from the disk may be put down to its having just come up. */
  static final Duration YOUNG = Duration.ofMinutes(2);

  /** Below this the odd page is read again somewhere: 1 MiB a second. */
  private static final double REFAULTS_A_SECOND = 256;

  private static final long COLD_BYTES_A_SECOND = 1 << 20;
  private static final double MISSES = 0.05;

  /**
   * Who is farther behind and would need so many times the cache reads history; more memory is not
   * what helps.
   */
  private static final double HISTORY_SECONDS = 3_600;

  private static final double HISTORY_CACHES = 8;
  private static final double LITTLE_BYTES = 64 << 10;

  private final Steady ingest = new Steady(LITTLE_BYTES, true);
  private final Steady misses = new Steady(0.002, true);
  private final Steady cold = new Steady(LITTLE_BYTES, true);
  private final Steady refaults = new Steady(10, true);
  private final Steady capacity = new Steady(16 << 20, false);
  private final Steady window = new Steady(2, false);
  private final Steady lag = new Steady(10, true);

  private @Nullable Boolean looks;
  private long since;
  private long first;
  private boolean decided;
  private @Nullable CachePressure pressure;
  private @Nullable CacheState last;

  /** What is known now that a broker has said so. */
  public CacheState note(CacheReading now, long nanos) {
    var figures =
        new CacheFigures(
            ingest.note(now.ingestRate(), nanos),
            misses.note(now.missRatio(), nanos),
            cold.note(now.coldRate(), nanos),
            refaults.note(now.refaultRate(), nanos),
            capacity.note(now.capacity(), nanos),
            window.note(now.window(), nanos),
            lag.note(now.lagSeconds(), nanos));
    decide(cause(now).map(cause -> new CachePressure(cause, now.figures())), nanos);
    if (last == null) {
      first = nanos;
    }
    boolean warming =
        Boolean.TRUE.equals(looks) && Duration.ofNanos(nanos - first).compareTo(YOUNG) < 0;
    var state = new CacheState(figures, Optional.ofNullable(pressure), decided, warming);
    last = state;
    return state;
  }

  /** What was known last. */
  public Optional<CacheState> last() {
    return Optional.ofNullable(last);
  }

  private void decide(Optional<CachePressure> seen, long nanos) {
    if (looks == null || looks != seen.isPresent()) {
      looks = seen.isPresent();
      since = nanos;
    }
    var lasted = Duration.ofNanos(nanos - since);
    if (seen.isEmpty()) {
      if (lasted.compareTo(LEAVE) >= 0) {
        decided = true;
        pressure = null;
      }
      return;
    }
    if (pressure == null ? lasted.compareTo(ENTER) >= 0 : seen.get().outdoes(pressure)) {
      decided = true;
      pressure = seen.get();
    }
  }

  private static Optional<Cause> cause(CacheReading now) {
    boolean history = readsHistory(now);
    // Who lags and is served from memory all the same is no trouble.
    boolean behind = now.lagSeconds() > now.window() && now.window() >= 0 && now.coldRate() != 0;
    if (behind && !history) {
      return Optional.of(Cause.CONSUMERS_OUTRUN_CACHE);
    }
    if (now.coldRate() >= COLD_BYTES_A_SECOND && now.missRatio() > MISSES && !history) {
      return Optional.of(Cause.COLD_READS);
    }
    return now.refaultRate() >= REFAULTS_A_SECOND ? Optional.of(Cause.REFAULTS) : Optional.empty();
  }

  private static boolean readsHistory(CacheReading now) {
    return now.lagSeconds() > HISTORY_SECONDS
        && now.capacity() >= 0
        && now.lagSeconds() * Math.max(0, now.ingestRate()) > HISTORY_CACHES * now.capacity();
  }
}
