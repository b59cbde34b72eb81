package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CacheWatchTest {
  private static final long MI = 1 << 20;

  private long seconds;
  private final CacheWatch watch = new CacheWatch(() -> TimeUnit.SECONDS.toNanos(seconds));

  @Test
  void aFirstLookKnowsNoRate() {
    // When
    CacheFigures figures = watch.look(use(100 * MI, MI, 0), reading(960 * MI, 5));

    // Then
    assertThat(figures)
        .isEqualTo(new CacheFigures(use(100 * MI, MI, 0), -1, -1, -1, -1, 960 * MI, -1));
  }

  @Test
  void theHotWindowIsTheCacheOverTheRateOfWhatComesIn() {
    // When: 80 MiB/s into 960 MiB
    CacheFigures figures = steady(120, 80 * MI, 0, 0, 0);

    // Then
    assertThat(figures.ingestRate()).isEqualTo(80 * MI);
    assertThat(figures.hotWindowSeconds()).isEqualTo(12);
  }

  @Test
  void theWindowIsCappedAndIsNoneWhereNothingComesIn() {
    assertThat(steady(120, 100, 0, 0, 0).hotWindowSeconds())
        .isEqualTo(CacheWatch.LONGEST_WINDOW_SECONDS);
    assertThat(steady(120, 0, 0, 0, 0).hotWindowSeconds()).isEqualTo(-1);
  }

  @Test
  void aRateTellsOfTheLastMinuteOnly() {
    // Given
    steady(300, 80 * MI, 0, 10 * MI, 1000);

    // When
    CacheFigures figures = steady(60, 0, 0, 0, 0);

    // Then
    assertThat(figures.ingestRate()).isZero();
    assertThat(figures.coldRate()).isZero();
    assertThat(figures.refaultRate()).isZero();
  }

  @Test
  void theHitRatioTellsOfTheLastFiveMinutes() {
    // Given
    steady(600, 0, 10 * MI, 10 * MI, 0);
    assertThat(watched().hitRatio()).isEqualTo(0.5);

    // When
    CacheFigures half = steady(150, 0, 20 * MI, 0, 0);
    CacheFigures all = steady(150, 0, 20 * MI, 0, 0);

    // Then
    assertThat(half.hitRatio()).isCloseTo(0.75, within(0.01));
    assertThat(all.hitRatio()).isEqualTo(1.0);
  }

  @Test
  void theHitRatioIsUnknownWhereNobodyReads() {
    assertThat(steady(60, MI, 0, 0, 0).hitRatio()).isEqualTo(-1);
  }

  @Test
  void refaultsAndColdReadsAreRatesToo() {
    // When
    CacheFigures figures = steady(60, MI, 0, 3 * MI, 250);

    // Then
    assertThat(figures.coldRate()).isEqualTo(3 * MI);
    assertThat(figures.refaultRate()).isEqualTo(250);
  }

  @Test
  void whoAsksSeldomHearsOfTheTimeSinceTheLastQuestion() {
    // Given
    watched();
    seconds += 3600;
    appended += 3600 * MI;

    // When
    CacheFigures figures = watched();

    // Then
    assertThat(figures.ingestRate()).isEqualTo(MI);
  }

  @Test
  void whatNobodyCountsIsUnknownAndRefaultsAreKnownAllTheSame() {
    // Given
    watch.look(CacheUse.UNKNOWN, reading(MI, 0));
    seconds += 10;

    // When
    CacheFigures figures = watch.look(CacheUse.UNKNOWN, reading(MI, 50));

    // Then
    assertThat(figures).isEqualTo(new CacheFigures(CacheUse.UNKNOWN, -1, -1, -1, 5, MI, -1));
  }

  private long appended;
  private long warm;
  private long cold;
  private long refaults;

  /** Looks once a second while counters grow by so much a second. */
  private CacheFigures steady(int duration, long in, long fromMemory, long fromDisk, long again) {
    CacheFigures figures = watched();
    for (int i = 0; i < duration; i++) {
      seconds++;
      appended += in;
      warm += fromMemory;
      cold += fromDisk;
      refaults += again;
      figures = watched();
    }
    return figures;
  }

  private CacheFigures watched() {
    return watch.look(use(appended, warm, cold), reading(960 * MI, refaults));
  }

  private static CacheUse use(long appended, long warm, long cold) {
    return new CacheUse(appended, warm, cold, 0, -1, 0);
  }

  /** Of a container whose logs may have so much page cache. */
  private static MemoryReading reading(long capacity, long refaults) {
    return new MemoryReading(capacity + 100, 100, 100, 0, 0, 0, 0, 0, 0, refaults, 0, 0, 0);
  }
}
