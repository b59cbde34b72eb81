package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CacheCountersTest {
  private static final long NOW = ManualTime.START;

  private final CacheCounters counters = new CacheCounters();

  @Test
  void theSlowestReaderIsTheOneThatWasGivenTheOldest() {
    // When
    counters.read(NOW - 10, NOW);
    counters.read(NOW - 5_000, NOW);
    counters.read(NOW - 20, NOW);
    // Then
    assertThat(counters.slowestReaderMillis(NOW)).isEqualTo(5_000);
  }

  @Test
  void whoReadNothingForAMinuteIsForgotten() {
    // Given
    counters.read(NOW - 5_000, NOW);
    // When
    counters.read(NOW + 29_000, NOW + 30_000);
    // Then
    assertThat(counters.slowestReaderMillis(NOW + 30_000)).isEqualTo(5_000);
    assertThat(counters.slowestReaderMillis(NOW + 60_000)).isEqualTo(1_000);
    assertThat(counters.slowestReaderMillis(NOW + 120_000)).isEqualTo(-1);
  }

  @Test
  void recordsWithoutATimeTellNothing() {
    // When
    counters.read(-1, NOW);
    // Then
    assertThat(counters.slowestReaderMillis(NOW)).isEqualTo(-1);
  }
}
