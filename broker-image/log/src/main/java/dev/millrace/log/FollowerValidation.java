package dev.millrace.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.storage.internals.log.OffsetsOutOfOrderException;

/**
 * Checks what a leader sent to its follower: whole, undamaged batches in rising offsets.
 * Thread-safe.
 */
final class FollowerValidation {
  private final TopicPartition partition;

  FollowerValidation(TopicPartition partition) {
    this.partition = partition;
  }

  /**
   * The batches that may be appended: up to one that is cut or is of a higher epoch than the
   * follower's.
   */
  ValidBatches validate(ByteBuffer batches, int leaderEpoch) {
    ByteBuffer buffer = batches.slice();
    long lastOffset = -1;
    int at = 0;
    while (buffer.limit() - at >= BatchHeader.UP_TO_MAGIC) {
      int size = BatchHeader.size(buffer, at);
      byte magic = BatchHeader.magic(buffer, at);
      if (magic != BatchHeader.MAGIC || size < BatchHeader.BYTES) {
        throw new CorruptRecordException(
            "Record batch of format %d and size %d from the leader of %s"
                .formatted(magic, size, partition));
      }
      if (size > buffer.limit() - at) {
        break;
      }
      if (BatchHeader.crc(buffer, at) != BatchHeader.computeCrc(buffer, at, size)) {
        throw new CorruptRecordException(
            "Record batch with a wrong checksum from the leader of " + partition);
      }
      if (BatchHeader.leaderEpoch(buffer, at) > leaderEpoch) {
        break;
      }
      long base = BatchHeader.baseOffset(buffer, at);
      if (base <= lastOffset || BatchHeader.lastOffsetDelta(buffer, at) < 0) {
        throw new OffsetsOutOfOrderException(
            "Record batch at offset %d after offset %d from the leader of %s"
                .formatted(base, lastOffset, partition));
      }
      lastOffset = BatchHeader.lastOffset(buffer, at);
      at += size;
    }
    return new ValidBatches(buffer.slice(0, at), ValidBatches.NO_TIME);
  }
}
