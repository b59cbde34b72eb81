package dev.millrace.broker.controller.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.mutable.BoundedListTooLongException;
import org.junit.jupiter.api.Test;

class BatchCodecTest {
  private static final int PLENTY = 1 << 20;

  private final BatchCodec codec = new BatchCodec();

  static ApiMessageAndVersion topic(String name) {
    return new ApiMessageAndVersion(
        new TopicRecord().setName(name).setTopicId(Uuid.randomUuid()), (short) 0);
  }

  @Test
  void recordsComeBackAsTheyWere() {
    // Given
    List<ApiMessageAndVersion> records = List.of(topic("a"), topic("b"), topic("c"));

    // When
    byte[] bytes = codec.encode(40, 7, 1_000, records, PLENTY);

    // Then
    List<ApiMessageAndVersion> read = new ArrayList<>();
    try (var reader = codec.reader(40, ByteBuffer.wrap(bytes))) {
      while (reader.hasNext()) {
        Batch<ApiMessageAndVersion> batch = reader.next();
        assertThat(batch.epoch()).isEqualTo(7);
        assertThat(batch.appendTimestamp()).isEqualTo(1_000);
        read.addAll(batch.records());
      }
    }
    assertThat(read).isEqualTo(records);
    assertThat(codec.inspect(bytes))
        .singleElement()
        .satisfies(
            info -> {
              assertThat(info.baseOffset()).isEqualTo(40);
              assertThat(info.nextOffset()).isEqualTo(43);
              assertThat(info.epoch()).isEqualTo(7);
              assertThat(info.newLeader()).isEmpty();
              assertThat(info.size()).isEqualTo(bytes.length);
            });
  }

  @Test
  void aRecordLargerThanItsCompressedBatchComesBack() {
    // Given
    List<ApiMessageAndVersion> records = List.of(topic("y".repeat(500)));

    // When
    byte[] bytes = codec.encode(40, 7, 1_000, records, PLENTY);

    // Then
    assertThat(bytes).hasSizeLessThan(500);
    try (var reader = codec.reader(40, ByteBuffer.wrap(bytes))) {
      Batch<ApiMessageAndVersion> batch = reader.next();
      assertThat(batch.baseOffset()).isEqualTo(40);
      assertThat(batch.epoch()).isEqualTo(7);
      assertThat(batch.appendTimestamp()).isEqualTo(1_000);
      assertThat(batch.records()).isEqualTo(records);
      assertThat(reader.hasNext()).isFalse();
    }
  }

  @Test
  void anEpochStartNamesItsLeader() {
    // When
    byte[] bytes = codec.epochStart(12, 3, 1_000, 5);

    // Then
    assertThat(codec.inspect(bytes))
        .singleElement()
        .satisfies(
            info -> {
              assertThat(info.newLeader()).hasValue(5);
              assertThat(info.epoch()).isEqualTo(3);
              assertThat(info.nextOffset()).isEqualTo(13);
            });
  }

  @Test
  void similarRecordsAreCompressed() {
    // Given
    List<ApiMessageAndVersion> records = Collections.nCopies(5_000, topic("the-same-name"));

    // When
    byte[] bytes = codec.encode(0, 1, 1_000, records, PLENTY);

    // Then
    assertThat(bytes).hasSizeLessThan(5_000 * 5);
  }

  @Test
  void aBatchAboveTheMediumsLimitIsRefusedInAWayThatKeepsTheController() {
    // Given
    List<ApiMessageAndVersion> records = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      records.add(topic("topic-" + i));
    }

    // When, Then
    assertThatThrownBy(() -> codec.encode(0, 1, 1_000, records, 1_000))
        .isInstanceOf(BoundedListTooLongException.class)
        .hasMessageContaining("1000 metadata records");
  }

  @Test
  void recordsTooLargeBeforeCompressionAreRefusedWithoutEncodingThem() {
    // Given
    List<ApiMessageAndVersion> records = Collections.nCopies(600, topic("x".repeat(30_000)));

    // When, Then
    assertThatThrownBy(() -> codec.encode(0, 1, 1_000, records, PLENTY))
        .isInstanceOf(BoundedListTooLongException.class);
  }

  @Test
  void aFlippedBitIsNoticed() {
    // Given
    byte[] bytes = codec.encode(0, 1, 1_000, List.of(topic("a")), PLENTY);
    bytes[bytes.length - 3] ^= 4;

    // When, Then
    assertThatThrownBy(() -> codec.inspect(bytes)).isInstanceOf(CorruptRecordException.class);
  }
}
