package dev.millrace.faults.history;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OffsetLogTest {
  private final OffsetLog log = new OffsetLog();

  @Test
  void keepsWhatIsAtEachOffsetAndKnowsNothingOfOthers() {
    // When
    for (long offset = 0; offset < 200_000; offset += 3) {
      assertThat(log.put(offset, offset * 7)).isEqualTo(RecordId.NONE);
    }

    // Then
    for (long offset = 0; offset < 200_000; offset++) {
      assertThat(log.get(offset)).isEqualTo(offset % 3 == 0 ? offset * 7 : RecordId.NONE);
    }
    assertThat(log.end()).isEqualTo(199_999);
    assertThat(log.get(10_000_000)).isEqualTo(RecordId.NONE);
  }

  @Test
  void tellsWhatItReplaces() {
    // Given
    log.put(5, 1);

    // Then
    assertThat(log.put(5, 2)).isEqualTo(1);
    assertThat(log.get(5)).isEqualTo(2);
  }
}
