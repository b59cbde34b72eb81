package dev.millrace.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;

/**
 * Reads and patches the header of a v2 record batch where it lies: every function takes a
 * big-endian buffer and the position at which the batch starts. Base offset and leader epoch are
 * not under the checksum, everything from the attributes on is.
 */
final class BatchHeader {
  /** Bytes before the records; the smallest batch. */
  static final int BYTES = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;

  /** Bytes before those that the length field counts. */
  static final int LOG_OVERHEAD = 12;

  /** Bytes that are the same in all formats: offset, length, (leader epoch or checksum), magic. */
  static final int UP_TO_MAGIC = 17;

  static final byte MAGIC = 2;
  static final int CRC = 17;
  static final int ATTRIBUTES = 21;
  private static final int COMPRESSION_MASK = 0x07;
  private static final int LOG_APPEND_TIME_BIT = 0x08;
  private static final int TRANSACTIONAL_BIT = 0x10;
  private static final int CONTROL_BIT = 0x20;
  private static final int DEFINED_BITS = 0x7f;
  private static final int LARGEST_COMPRESSION_ID = CompressionType.ZSTD.id;

  private BatchHeader() {}

  static long baseOffset(ByteBuffer buffer, int at) {
    return buffer.getLong(at);
  }

  static void setBaseOffset(ByteBuffer buffer, int at, long offset) {
    buffer.putLong(at, offset);
  }

  /** The whole batch's bytes, as it claims; may overflow to a negative. */
  static int size(ByteBuffer buffer, int at) {
    return LOG_OVERHEAD + buffer.getInt(at + 8);
  }

  static int leaderEpoch(ByteBuffer buffer, int at) {
    return buffer.getInt(at + 12);
  }

  static void setLeaderEpoch(ByteBuffer buffer, int at, int epoch) {
    buffer.putInt(at + 12, epoch);
  }

  static byte magic(ByteBuffer buffer, int at) {
    return buffer.get(at + 16);
  }

  static int crc(ByteBuffer buffer, int at) {
    return buffer.getInt(at + CRC);
  }

  private static int attributes(ByteBuffer buffer, int at) {
    return buffer.getShort(at + ATTRIBUTES);
  }

  static boolean knowsCompression(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & COMPRESSION_MASK) <= LARGEST_COMPRESSION_ID;
  }

  static CompressionType compression(ByteBuffer buffer, int at) {
    return CompressionType.forId(attributes(buffer, at) & COMPRESSION_MASK);
  }

  static TimestampType timestampType(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & LOG_APPEND_TIME_BIT) == 0
        ? TimestampType.CREATE_TIME
        : TimestampType.LOG_APPEND_TIME;
  }

  static boolean isTransactional(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & TRANSACTIONAL_BIT) != 0;
  }

  static boolean isControl(ByteBuffer buffer, int at) {
    return (attributes(buffer, at) & CONTROL_BIT) != 0;
  }

  static int lastOffsetDelta(ByteBuffer buffer, int at) {
    return buffer.getInt(at + 23);
  }

  static long lastOffset(ByteBuffer buffer, int at) {
    return baseOffset(buffer, at) + lastOffsetDelta(buffer, at);
  }

  static long baseTimestamp(ByteBuffer buffer, int at) {
    return buffer.getLong(at + 27);
  }

  static long maxTimestamp(ByteBuffer buffer, int at) {
    return buffer.getLong(at + 35);
  }

  static long producerId(ByteBuffer buffer, int at) {
    return buffer.getLong(at + 43);
  }

  static short producerEpoch(ByteBuffer buffer, int at) {
    return buffer.getShort(at + 51);
  }

  static int baseSequence(ByteBuffer buffer, int at) {
    return buffer.getInt(at + 53);
  }

  /** The last record's sequence number; they wrap to 0 after the largest int. */
  static int lastSequence(ByteBuffer buffer, int at) {
    int first = baseSequence(buffer, at);
    return first < 0
        ? first
        : DefaultRecordBatch.incrementSequence(first, lastOffsetDelta(buffer, at));
  }

  static int count(ByteBuffer buffer, int at) {
    return buffer.getInt(at + DefaultRecordBatch.RECORDS_COUNT_OFFSET);
  }

  /** The checksum that the bytes have, wherever the buffer's memory is; copies nothing. */
  static int computeCrc(ByteBuffer buffer, int at, int size) {
    CRC32C crc = new CRC32C();
    ByteBuffer covered = buffer.duplicate();
    covered.limit(at + size).position(at + ATTRIBUTES);
    crc.update(covered);
    return (int) crc.getValue();
  }

  /**
   * Changes kind and value of the largest timestamp, and the checksum with them; nothing if they
   * are so already.
   */
  static void setMaxTimestamp(
      ByteBuffer buffer, int at, int size, TimestampType type, long timestamp) {
    if (timestampType(buffer, at) == type && maxTimestamp(buffer, at) == timestamp) {
      return;
    }
    int cleared = attributes(buffer, at) & DEFINED_BITS & ~LOG_APPEND_TIME_BIT;
    buffer.putShort(
        at + ATTRIBUTES,
        (short) (type == TimestampType.LOG_APPEND_TIME ? cleared | LOG_APPEND_TIME_BIT : cleared));
    buffer.putLong(at + 35, timestamp);
    buffer.putInt(at + CRC, computeCrc(buffer, at, size));
  }
}
