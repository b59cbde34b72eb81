package dev.millrace.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LatenciesTest {

  @Test
  void percentileIsTheLeastValueThatTheShareDoesNotExceed() {
    // Given
    Latencies latencies = new Latencies(1);
    for (int i = 1000; i > 0; i--) {
      latencies.add(i * 1_000_000L);
    }

    // Then
    assertThat(latencies.count()).isEqualTo(1000);
    assertThat(latencies.millis(0.5)).isEqualTo(500);
    assertThat(latencies.millis(0.99)).isEqualTo(990);
    assertThat(latencies.millis(0.999)).isEqualTo(999);
    assertThat(latencies.millis(1)).isEqualTo(1000);
  }

  @Test
  void singleValueIsEveryPercentile() {
    // Given
    Latencies latencies = new Latencies(0);
    latencies.add(2_500_000);

    // Then
    assertThat(latencies.millis(0.001)).isEqualTo(2.5);
    assertThat(latencies.millis(0.999)).isEqualTo(2.5);
  }

  @Test
  void nothingMeasuredHasNoPercentile() {
    assertThatThrownBy(() -> new Latencies(10).millis(0.5)).hasMessageContaining("nothing");
  }
}
