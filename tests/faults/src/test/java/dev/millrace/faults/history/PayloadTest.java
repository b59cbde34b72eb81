package dev.millrace.faults.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PayloadTest {
  private final Payload payload = new Payload(100);

  @Test
  void aValueTellsWhichRecordItIs() {
    // Given
    RecordId id = new RecordId(Short.MAX_VALUE, 0xffff, Integer.MAX_VALUE);

    // When
    byte[] value = payload.encode(id.packed());

    // Then
    assertThat(value).hasSize(100);
    assertThat(RecordId.of(payload.decode(value))).isEqualTo(id);
  }

  @Test
  void anyAlteredByteIsNoticed() {
    // Given
    byte[] value = payload.encode(new RecordId(1, 2, 3).packed());

    for (int i = 0; i < value.length; i++) {
      // When
      byte[] altered = value.clone();
      altered[i] ^= 0x10;

      // Then
      assertThat(payload.decode(altered)).as("byte %d", i).isEqualTo(RecordId.DAMAGED);
    }
    assertThat(payload.decode(Arrays.copyOf(value, 99))).isEqualTo(RecordId.DAMAGED);
  }
}
