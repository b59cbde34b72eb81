package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LiveHeapTest {

  @Test
  void bytesAreTheSecondSumOfTheHistogram() {
    // Given
    String histogram =
        """
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:         33012        3021536  [B (java.base@25)
           2:         10000         240000  java.lang.String (java.base@25)
        Total         43012        3261536
        """;

    // When, Then
    assertThat(LiveHeap.total(histogram)).isEqualTo(3_261_536);
  }
}
