package dev.millrace.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.record.BrokerCompressionType;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Decides whether a leader may append what a producer or coordinator sent. Kafka's rules, but no
 * record becomes an object: the checksum is computed over the buffer as it is, uncompressed batches
 * are walked, compressed ones are judged by their header. Where that doesn't do, or finds something
 * odd, {@link SlowValidation} (Kafka's own validator) takes over.
 *
 * <p>Stricter than Kafka in one thing: uncompressed records whose offsets are not 0, 1, 2… within
 * their batch are refused, where Kafka stores a batch that reads as other offsets than it was
 * acknowledged with. More lenient in one: the records in a compressed batch are not unpacked to
 * look for damage that has a right checksum. Thread-safe.
 */
final class LeaderValidation {
  private final TopicPartition partition;
  private final Time time;
  private final SlowValidation slow;

  LeaderValidation(TopicPartition partition, Time time) {
    this.partition = partition;
    this.time = time;
    this.slow = new SlowValidation(partition, time);
  }

  /**
   * Checks all batches, and rewrites in place what the topic's settings ask for except offsets and
   * leader epoch.
   *
   * @return the same memory, or new one if a batch had to be converted
   */
  ValidBatches validate(ByteBuffer batches, AppendOrigin origin, LogConfig config) {
    ByteBuffer buffer = batches.slice();
    if (!buffer.hasRemaining()) {
      throw new InvalidRecordException("No record batch in the append to " + partition);
    }
    long now = time.milliseconds();
    boolean appendTime = config.messageTimestampType == TimestampType.LOG_APPEND_TIME;
    boolean fast = true;
    int count = 0;
    for (int at = 0; at < buffer.limit(); count++) {
      int size = checkFrame(buffer, at, config);
      checkHeader(buffer, at, origin);
      fast = fast && fastPath(buffer, at, size, config, now);
      at += size;
    }
    if (count > 1 && origin == AppendOrigin.CLIENT) {
      throw new InvalidRecordException(
          "The append to " + partition + " has more than one record batch");
    }
    if (!fast) {
      return slow.validate(buffer, origin, config);
    }
    return new ValidBatches(buffer, appendTime ? now : ValidBatches.NO_TIME);
  }

  /** Size, format and checksum. */
  private int checkFrame(ByteBuffer buffer, int at, LogConfig config) {
    int remaining = buffer.limit() - at;
    if (remaining < BatchHeader.UP_TO_MAGIC) {
      throw new CorruptRecordException(
          "Cut record batch of " + remaining + " bytes in the append to " + partition);
    }
    byte magic = BatchHeader.magic(buffer, at);
    if (magic == 0 || magic == 1) {
      throw new InvalidRecordException(
          "Only record batches of format 2 may be appended to "
              + partition
              + ", this one's is "
              + magic);
    }
    int size = BatchHeader.size(buffer, at);
    if (magic != BatchHeader.MAGIC || size < BatchHeader.BYTES || size > remaining) {
      throw new CorruptRecordException(
          "Record batch of format %d and size %d with %d bytes left in the append to %s"
              .formatted(magic, size, remaining, partition));
    }
    if (size > config.maxMessageSize()) {
      throw new RecordTooLargeException(
          "The record batch size in the append to %s is %d bytes which exceeds the maximum configured value of %d"
              .formatted(partition, size, config.maxMessageSize()));
    }
    if (BatchHeader.crc(buffer, at) != BatchHeader.computeCrc(buffer, at, size)) {
      throw new CorruptRecordException(
          "Record is corrupt (stored crc = %d) in the append to %s"
              .formatted(Integer.toUnsignedLong(BatchHeader.crc(buffer, at)), partition));
    }
    return size;
  }

  private void checkHeader(ByteBuffer buffer, int at, AppendOrigin origin) {
    if (!BatchHeader.knowsCompression(buffer, at)) {
      throw new InvalidRecordException("Unknown compression type in the append to " + partition);
    }
    int lastOffsetDelta = BatchHeader.lastOffsetDelta(buffer, at);
    if (lastOffsetDelta < 0 || BatchHeader.count(buffer, at) != lastOffsetDelta + 1) {
      throw new InvalidRecordException(
          "Record batch with %d records and last offset delta %d in the append to %s"
              .formatted(BatchHeader.count(buffer, at), lastOffsetDelta, partition));
    }
    if (origin != AppendOrigin.CLIENT) {
      return;
    }
    if (BatchHeader.baseOffset(buffer, at) != 0) {
      throw new InvalidRecordException(
          "The baseOffset of the record batch in the append to %s should be 0, but it is %d"
              .formatted(partition, BatchHeader.baseOffset(buffer, at)));
    }
    if (BatchHeader.isControl(buffer, at)) {
      throw new InvalidRecordException(
          "Clients are not allowed to write control records in " + partition);
    }
    if (BatchHeader.producerId(buffer, at) >= 0 && BatchHeader.baseSequence(buffer, at) < 0) {
      throw new InvalidRecordException(
          "Invalid sequence number %d in record batch with producerId %d in %s"
              .formatted(
                  BatchHeader.baseSequence(buffer, at),
                  BatchHeader.producerId(buffer, at),
                  partition));
    }
  }

  /** Judges, and where needed rewrites, a batch in place; false if it takes Kafka's validator. */
  private boolean fastPath(ByteBuffer buffer, int at, int size, LogConfig config, long now) {
    CompressionType source = BatchHeader.compression(buffer, at);
    boolean control = BatchHeader.isControl(buffer, at);
    if (!control
        && BrokerCompressionType.targetCompression(config.compression, source).type() != source) {
      return false;
    }
    boolean createTime = config.messageTimestampType == TimestampType.CREATE_TIME;
    if (createTime && BatchHeader.timestampType(buffer, at) != TimestampType.CREATE_TIME) {
      return false;
    }
    long earliest = createTime ? now - config.messageTimestampBeforeMaxMs : Long.MIN_VALUE;
    long latest =
        createTime ? saturatedSum(now, config.messageTimestampAfterMaxMs) : Long.MAX_VALUE;
    long maxTimestamp;
    if (source == CompressionType.NONE) {
      RecordWalker walker = new RecordWalker(buffer, at, size);
      switch (walker.walk(config.compact && !control, earliest, latest)) {
        case SUSPICIOUS -> {
          return false;
        }
        case OFFSETS_OUT_OF_PLACE ->
            throw new InvalidRecordException(
                "Records with offsets out of sequence in the append to " + partition);
        case GOOD -> {}
      }
      maxTimestamp = walker.maxTimestamp();
    } else {
      // The header tells the first and the largest timestamp, but not the smallest; and no keys.
      boolean boundedBelow = createTime && config.messageTimestampBeforeMaxMs != Long.MAX_VALUE;
      maxTimestamp = BatchHeader.maxTimestamp(buffer, at);
      if (config.compact || boundedBelow || maxTimestamp > latest) {
        return false;
      }
    }
    BatchHeader.setMaxTimestamp(
        buffer, at, size, config.messageTimestampType, createTime ? maxTimestamp : now);
    return true;
  }

  private static long saturatedSum(long a, long b) {
    long sum = a + b;
    return b >= 0 && sum < a ? Long.MAX_VALUE : sum;
  }
}
