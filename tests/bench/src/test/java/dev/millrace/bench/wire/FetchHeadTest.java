package dev.millrace.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchHeadTest {
  private final RecordBatch batch = RecordBatch.of(4096, new SplittableRandom(1));

  @ParameterizedTest
  @ValueSource(shorts = {13, 16, 17})
  void headTellsHighWatermarkAndSizeWithoutTheRecords(short version) throws IOException {
    // Given
    ByteBuffer response = response(version, Errors.NONE).limit(FetchHead.MAX_BYTES);

    // When
    FetchHead head = FetchHead.parse(response);

    // Then
    assertThat(head).isEqualTo(new FetchHead(42, batch.records().sizeInBytes()));
  }

  @Test
  void partitionsErrorIsAFailure() {
    // Given
    ByteBuffer response = response((short) 17, Errors.OFFSET_OUT_OF_RANGE);

    // Then
    assertThatThrownBy(() -> FetchHead.parse(response)).hasMessageContaining("OFFSET_OUT_OF_RANGE");
  }

  private ByteBuffer response(short version, Errors error) {
    PartitionData partition =
        new PartitionData()
            .setErrorCode(error.code())
            .setHighWatermark(42)
            .setRecords(batch.records());
    FetchResponseData data =
        new FetchResponseData()
            .setResponses(
                List.of(
                    new FetchableTopicResponse()
                        .setTopicId(Uuid.randomUuid())
                        .setPartitions(List.of(partition))));
    ByteBuffer bytes = ByteBuffer.allocate(8192);
    ByteBufferAccessor out = new ByteBufferAccessor(bytes);
    new ResponseHeaderData()
        .setCorrelationId(7)
        .write(out, new ObjectSerializationCache(), (short) 1);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    data.size(cache, version);
    data.write(out, cache, version);
    return bytes.flip();
  }
}
