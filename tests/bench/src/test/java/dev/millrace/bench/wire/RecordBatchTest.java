package dev.millrace.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBatchTest {

  @ParameterizedTest
  @ValueSource(ints = {16 << 10, 64 << 10, 900 << 10})
  void batchFillsItsSizeAndIsNotGreater(int bytes) {
    // When
    RecordBatch batch = RecordBatch.of(bytes, new SplittableRandom(1));

    // Then
    assertThat(batch.records().sizeInBytes()).isBetween(bytes - bytes / 100 - 1040, bytes);
    assertThat(batch.records().batches().iterator().next().isValid()).isTrue();
  }

  @Test
  void scanCountsWholeBatchesAndLeavesOutTheOneCutOff() {
    // Given
    RecordBatch batch = RecordBatch.of(4096, new SplittableRandom(1));
    int size = batch.records().sizeInBytes();
    ByteBuffer response = ByteBuffer.allocate(3 * size);
    for (int i = 0; i < 3; i++) {
      response.put(batch.records().buffer().duplicate());
      response.putLong(i * size, 100 + i * 3L);
    }
    response.flip().limit(3 * size - 1);

    // When
    RecordBatch.Scan scan = RecordBatch.Scan.of(response, 100);

    // Then
    assertThat(scan).isEqualTo(new RecordBatch.Scan(2 * batch.payloadBytes(), 106));
  }

  @Test
  void scanOfNothingStaysWhereItIs() {
    // When
    RecordBatch.Scan scan = RecordBatch.Scan.of(ByteBuffer.allocate(0), 7);

    // Then
    assertThat(scan).isEqualTo(new RecordBatch.Scan(0, 7));
  }
}
