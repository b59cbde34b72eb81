package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RecoveryTrialTest {

  @Test
  void aCheckpointsOffsetsAreThoseOfTheTopicAskedFor() {
    // Given
    String checkpoint = "0\n3\nfilled 0 17\nfilled 12 40\nother 0 5\n";

    // When, Then
    assertThat(RecoveryTrial.offsets(checkpoint, "filled")).isEqualTo(Map.of(0, 17L, 12, 40L));
    assertThat(RecoveryTrial.offsets("", "filled")).isEmpty();
  }
}
