package dev.millrace.broker.health;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes rates of counters, and of the rates the hot window. Nothing runs here: who asks for figures
 * brings the counters, which are kept as a sample now and then, so that figures tell of the time
 * from one of the samples to now. Bounded: a sample per {@link #STEP} of {@link #LONG}.
 * Thread-safe.
 */
public final class CacheWatch {
  /** So far samples are apart, at the least; nothing is known before the first one is so old. */
  static final Duration STEP = Duration.ofSeconds(5);

  /** What rates tell of, where somebody asks so often: long enough for bursts to even out. */
  static final Duration SHORT = Duration.ofMinutes(1);

  /** What the hit ratio tells of. */
  static final Duration LONG = Duration.ofMinutes(5);

  /** A window beyond a day helps nobody to decide anything. */
  public static final long LONGEST_WINDOW_SECONDS = 86_400;

  private record Sample(long nanos, CacheUse use, long refaults) {}

  private final LongSupplier nanos;
  private final Deque<Sample> samples = new ArrayDeque<>();

  /**
   * A watch that has seen nothing.
   *
   * @param nanos a clock that only goes forward, such as {@link System#nanoTime}
   */
  public CacheWatch(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** The figures, by what the counters are now. */
  public synchronized CacheFigures look(CacheUse use, MemoryReading kernel) {
    var now = new Sample(nanos.getAsLong(), use, kernel.refaults());
    forget(now);
    Sample minuteAgo = before(now, SHORT);
    double ingest = rate(minuteAgo, now, sample -> sample.use().appendedBytes());
    long capacity = kernel.cacheCapacity();
    var figures =
        new CacheFigures(
            use,
            Math.round(ingest),
            hitRatio(before(now, LONG), now),
            Math.round(rate(minuteAgo, now, sample -> sample.use().coldBytes())),
            rate(minuteAgo, now, Sample::refaults),
            capacity,
            hotWindow(capacity, ingest));
    Sample last = samples.peekLast();
    if (last == null || age(last, now) >= STEP.toNanos()) {
      samples.addLast(now);
    }
    return figures;
  }

  /** Keeps one sample that is older than all that is told of. */
  private void forget(Sample now) {
    while (samples.size() > 1 && age(second(), now) >= LONG.toNanos()) {
      samples.removeFirst();
    }
  }

  private Sample second() {
    var all = samples.iterator();
    all.next();
    return all.next();
  }

  /** The youngest sample that is so old, or else the oldest, if it tells of anything. */
  private @Nullable Sample before(Sample now, Duration window) {
    Sample found = samples.peekFirst();
    for (Sample sample : samples) {
      if (age(sample, now) < window.toNanos()) {
        break;
      }
      found = sample;
    }
    return found == null || age(found, now) < STEP.toNanos() ? null : found;
  }

  private static long age(Sample sample, Sample now) {
    return now.nanos() - sample.nanos();
  }

  private static double rate(@Nullable Sample from, Sample to, ToLongFunction<Sample> counter) {
    long gained = gained(from, to, counter);
    if (gained < 0) {
      return -1;
    }
    return gained * 1e9 / age(Objects.requireNonNull(from), to);
  }

  private static long gained(@Nullable Sample from, Sample to, ToLongFunction<Sample> counter) {
    if (from == null || counter.applyAsLong(from) < 0 || counter.applyAsLong(to) < 0) {
      return -1;
    }
    return Math.max(0, counter.applyAsLong(to) - counter.applyAsLong(from));
  }

  private static double hitRatio(@Nullable Sample from, Sample to) {
    long warm = gained(from, to, sample -> sample.use().warmBytes());
    long cold = gained(from, to, sample -> sample.use().coldBytes());
    return warm < 0 || cold < 0 || warm + cold == 0 ? -1 : warm / (double) (warm + cold);
  }

  /** Every byte that comes in takes a byte of the cache, and the oldest are dropped first. */
  private static long hotWindow(long capacity, double ingest) {
    if (capacity < 0 || ingest < 1) {
      return -1;
    }
    return (long) Math.min(LONGEST_WINDOW_SECONDS, capacity / ingest);
  }
}
