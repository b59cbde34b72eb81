package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PerfToolTest {

  @Test
  void rateIsThatOfAllRecordsAndNotOfAnInterval() throws IOException {
    // Given
    String output =
        """
        300001 records sent, 60000.2 records/sec (58.59 MB/sec), 1 ms avg latency
        400000 records sent, 71428.571429 records/sec (69.75 MB/sec), 2 ms avg latency
        """;

    // When
    double rate = PerfTool.producedPerSecond(output, 400_000);

    // Then
    assertThat(rate).isEqualTo(71428.571429);
  }

  @Test
  void missingRecordsAreAnError() {
    // Given
    String output = "399999 records sent, 71428.571429 records/sec";

    // Then
    assertThatThrownBy(() -> PerfTool.producedPerSecond(output, 400_000))
        .hasMessageContaining("not all records");
  }
}
