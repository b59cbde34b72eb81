package dev.millrace.faults.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AckClockTest {
  private final AckClock clock = new AckClock(2, 10, 100);

  @Test
  void theLongestGapIsCountedWithinTheWindowOnly() {
    // Given
    clock.acknowledged(0, 100, 105);
    clock.acknowledged(0, 105, 200);
    clock.acknowledged(0, 201, 202);
    clock.acknowledged(0, 202, 230);

    // Then
    assertThat(clock.longestGap(0, 0, 240)).isEqualTo(95);
    assertThat(clock.longestGap(0, 150, 240)).isEqualTo(50);
    assertThat(clock.longestGap(0, 200, 240)).isEqualTo(28);
    assertThat(clock.longestGap(0, 200, 202)).isZero();
  }

  @Test
  void aGapThatHasNotEndedCounts() {
    assertThat(clock.longestGap(1, 0, 500)).isEqualTo(400);
  }

  @Test
  void anAcknowledgementOfWhatWasSentBeforeDoesNotEndTheWait() {
    // When
    clock.arm(300);
    clock.acknowledged(0, 299, 310);
    long before = clock.sinceArmed(0);
    clock.acknowledged(0, 300, 320);
    clock.acknowledged(0, 305, 330);

    // Then
    assertThat(before).isEqualTo(-1);
    assertThat(clock.sinceArmed(0)).isEqualTo(20);
    assertThat(clock.sinceArmed(1)).isEqualTo(-1);
  }
}
