package dev.millrace.operator.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.memory.CachePressure.Cause;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CacheTrackerTest {
  private static final long MI = 1 << 20;

  /** 12 s of writes, and nobody lags. */
  private static final CacheReading WELL = reading(80 * MI, 1.0, 0, 0, 50);

  private static final CacheReading OUTRUN = reading(80 * MI, 0.6, 30 * MI, 0, 40_000);

  private final CacheTracker tracker = new CacheTracker();
  private long second;

  @Test
  void consumersThatLagFartherThanTheCacheHoldsArePressureAfterAMinute() {
    // Given
    lasting(WELL, 400);

    // Then
    assertThat(lasting(OUTRUN, 60).pressure()).isEmpty();
    assertThat(lasting(OUTRUN, 1).pressure())
        .hasValueSatisfying(
            pressure -> {
              assertThat(pressure.cause()).isEqualTo(Cause.CONSUMERS_OUTRUN_CACHE);
              assertThat(pressure.figures().lagSeconds()).isEqualTo(40);
              assertThat(pressure.figures().windowSeconds()).isEqualTo(12);
            });
  }

  @Test
  void whatIsOverInLessThanAMinuteIsNoPressure() {
    for (int i = 0; i < 20; i++) {
      assertThat(lasting(OUTRUN, 50).pressure()).isEmpty();
      assertThat(lasting(WELL, 1).pressure()).isEmpty();
    }
  }

  @Test
  void pressureThatComesAndGoesIsOnePressure() {
    // Given
    lasting(OUTRUN, 70);

    // Then
    for (int i = 0; i < 10; i++) {
      assertThat(lasting(WELL, 290).pressure()).isPresent();
      assertThat(lasting(OUTRUN, 5).pressure()).isPresent();
    }
    assertThat(lasting(WELL, 299).pressure()).isPresent();
    assertThat(lasting(WELL, 2).pressure()).isEmpty();
  }

  @Test
  void aTrackerThatHasSeenLittleDoesNotDecide() {
    assertThat(lasting(WELL, 299).decided()).isFalse();
    assertThat(lasting(WELL, 2).decided()).isTrue();
  }

  @Test
  void readersThatLagAndAreServedFromMemoryAreNoPressure() {
    assertThat(lasting(reading(80 * MI, 1.0, 0, 0, 40_000), 600).pressure()).isEmpty();
  }

  @Test
  void whoReadsHistoryIsNoPressureButWhatItThrowsOutOfTheCacheIs() {
    // Given: three days behind
    var history = reading(80 * MI, 0.5, 30 * MI, 0, 259_200_000);
    assertThat(lasting(history, 600).pressure()).isEmpty();

    // When
    var refaults = lasting(reading(80 * MI, 0.5, 30 * MI, 3_000, 259_200_000), 61);

    // Then
    assertThat(refaults.pressure()).map(CachePressure::cause).hasValue(Cause.REFAULTS);
  }

  @Test
  void manyColdReadsArePressureAndAFewAreNot() {
    assertThat(lasting(reading(MI, 0.99, 5 * MI, 0, -1), 100).pressure()).isEmpty();
    assertThat(lasting(reading(MI, 0.90, MI / 2, 0, -1), 100).pressure()).isEmpty();
    assertThat(lasting(reading(MI, 0.90, 5 * MI, 0, -1), 61).pressure())
        .map(CachePressure::cause)
        .hasValue(Cause.COLD_READS);
  }

  @Test
  void aCauseThatSaysMoreReplacesOneThatSaysLessAndNeverTheOtherWay() {
    // Given
    var refaults = reading(80 * MI, 1.0, 0, 3_000, 50);
    assertThat(cause(lasting(refaults, 61))).hasValue(Cause.REFAULTS);

    // Then
    assertThat(cause(lasting(OUTRUN, 1))).hasValue(Cause.CONSUMERS_OUTRUN_CACHE);
    assertThat(cause(lasting(refaults, 100))).hasValue(Cause.CONSUMERS_OUTRUN_CACHE);
  }

  @Test
  void aSteadyLoadLooksTheSameAllDayUnderPressureOrNot() {
    var noise = new Random(1);
    for (long lag : new long[] {50, 40_000}) {
      var first = lasting(noisy(noise, lag), 400);
      for (int i = 0; i < 86_400; i++) {
        assertThat(lasting(noisy(noise, lag), 1)).isEqualTo(first);
      }
    }
  }

  @Test
  void whatIsUnknownIsNoPressure() {
    // Given
    var unknown = new CacheReading(-1, -1, -1, -1, -1, -1, -1);

    // When
    var state = lasting(unknown, 400);

    // Then
    assertThat(state)
        .isEqualTo(
            new CacheState(
                new CacheFigures(-1, -1, -1, -1, -1, -1, -1), Optional.empty(), true, false));
  }

  @Test
  void whereNothingComesInTheCacheHoldsAll() {
    assertThat(lasting(reading(0, -1, 0, 0, -1), 1).figures().holdsAll()).isTrue();
  }

  private static Optional<Cause> cause(CacheState state) {
    return state.pressure().map(CachePressure::cause);
  }

  private static CacheReading noisy(Random noise, long lag) {
    double factor = 0.9 + 0.2 * noise.nextDouble();
    return reading(
        (long) (80 * MI * factor),
        lag > 1_000 ? 0.6 * factor : 1.0,
        lag > 1_000 ? (long) (30 * MI * factor) : 0,
        3 * factor,
        (long) (lag * factor));
  }

  /** Of a broker whose logs may have 960 MiB of page cache. */
  private static CacheReading reading(
      long ingest, double hits, long cold, double refaults, long lagMillis) {
    long capacity = 960 * MI;
    return new CacheReading(
        ingest, hits, cold, refaults, capacity, ingest == 0 ? -1 : capacity / ingest, lagMillis);
  }

  /** Says the same once a second. */
  private CacheState lasting(CacheReading reading, int seconds) {
    CacheState state = null;
    for (int i = 0; i < seconds; i++) {
      state = tracker.note(reading, TimeUnit.SECONDS.toNanos(second++));
    }
    return java.util.Objects.requireNonNull(state);
  }
}
