package dev.millrace.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacerTest {

  @Test
  void requestsAreDueAtTheRateWhateverWasLate() {
    // Given
    Pacer pacer = new Pacer(1_000, 1e9 / 3);

    // Then
    assertThat(pacer.due(0)).isEqualTo(1_000);
    assertThat(pacer.due(3)).isEqualTo(1_000_001_000L);
    assertThat(pacer.lateness(3, 1_000_001_500L)).isEqualTo(500);
  }

  @Test
  void whatIsOverdueIsNotWaitedFor() {
    // Given
    Pacer pacer = new Pacer(System.nanoTime() - 10_000_000_000L, 1e9);

    // When
    pacer.await(3);

    // Then
    assertThat(pacer.lateness(3, System.nanoTime())).isPositive();
  }
}
