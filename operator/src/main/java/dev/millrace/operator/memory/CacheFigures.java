package dev.millrace.operator.memory;

/**
 * A broker's page cache in figures that seldom change: two digits, near enough to decide by. -1
 * where nothing is known.
 *
 * @param ingestRate bytes a second that come in
 * @param missRatio part of the bytes that readers got that was not in memory
 * @param coldRate bytes a second that came from the disk
 * @param refaultRate pages a second that had been dropped and were read again
 * @param capacity bytes of page cache that logs may have
 * @param windowSeconds how far behind a reader may fall and still be served from memory
 * @param lagSeconds how far behind readers fall
 */
public record CacheFigures(
    double ingestRate,
    double missRatio,
    double coldRate,
    double refaultRate,
    double capacity,
    double windowSeconds,
    double lagSeconds) {
  /** Whether so little comes in that all of it stays in memory for a day or longer. */
  public boolean holdsAll() {
    return windowSeconds >= Steady.twoDigits(CacheReading.LONGEST_WINDOW_SECONDS);
  }

  /** Whether readers fall farther behind than the cache holds. */
  public boolean outrun() {
    return windowSeconds >= 0 && !holdsAll() && lagSeconds > windowSeconds;
  }

  /** Bytes of page cache that would keep those who lag so far in memory. */
  public double wantedCache() {
    return Math.max(0, ingestRate) * Math.max(0, lagSeconds);
  }
}
