package dev.millrace.operator.memory;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What a broker says of its page cache, as it says it; -1 where it doesn't know. It moves all the
 * time.
 *
 * @param ingestRate bytes a second that come in
 * @param hitRatio part of the bytes that readers got that was in memory
 * @param coldRate bytes a second that came from the disk
 * @param refaultRate pages a second that had been dropped and were read again
 * @param capacity bytes of page cache that logs may have
 * @param hotWindowSeconds how long what comes in stays in memory; -1, too, where nothing comes in
 * @param slowestReaderMillis how far behind the slowest reader of the last minute was
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CacheReading(
    long ingestRate,
    double hitRatio,
    long coldRate,
    double refaultRate,
    long capacity,
    long hotWindowSeconds,
    long slowestReaderMillis) {
  /** What brokers cap the window at. */
  static final long LONGEST_WINDOW_SECONDS = 86_400;

  /** With nothing coming in, what is in memory stays there. */
  double window() {
    return hotWindowSeconds < 0 && ingestRate >= 0 && capacity >= 0
        ? LONGEST_WINDOW_SECONDS
        : hotWindowSeconds;
  }

  double lagSeconds() {
    return slowestReaderMillis < 0 ? -1 : slowestReaderMillis / 1000.0;
  }

  double missRatio() {
    return hitRatio < 0 ? -1 : 1 - hitRatio;
  }

  /** As it is at this moment. */
  CacheFigures figures() {
    return new CacheFigures(
        Steady.twoDigits(ingestRate),
        Steady.twoDigits(missRatio()),
        Steady.twoDigits(coldRate),
        Steady.twoDigits(refaultRate),
        Steady.twoDigits(capacity),
        Steady.twoDigits(window()),
        Steady.twoDigits(lagSeconds()));
  }
}
