package dev.millrace.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Makes batches as producers send them, in direct memory. */
final class TestBatches {
  private TestBatches() {}

  static ByteBuffer of(long timestamp, String... values) {
    return direct(MemoryRecords.withRecords(Compression.NONE, records(timestamp, values)));
  }

  static ByteBuffer compressed(Compression compression, long timestamp, String... values) {
    return direct(MemoryRecords.withRecords(compression, records(timestamp, values)));
  }

  static ByteBuffer idempotent(
      long producerId, int epoch, int sequence, long timestamp, String... values) {
    return direct(
        MemoryRecords.withIdempotentRecords(
            Compression.NONE, producerId, (short) epoch, sequence, records(timestamp, values)));
  }

  static ByteBuffer transactional(
      long producerId, int epoch, int sequence, long timestamp, String... values) {
    return direct(
        MemoryRecords.withTransactionalRecords(
            Compression.NONE, producerId, (short) epoch, sequence, records(timestamp, values)));
  }

  static ByteBuffer marker(ControlRecordType type, long producerId, int epoch, long timestamp) {
    return direct(
        MemoryRecords.withEndTransactionMarker(
            0, timestamp, -1, producerId, (short) epoch, new EndTransactionMarker(type, 0)));
  }

  /** One batch of random size and shape; not compressible. */
  static ByteBuffer random(Random random, long timestamp, int maxRecordBytes) {
    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(10)];
    for (int i = 0; i < records.length; i++) {
      byte[] value = new byte[random.nextInt(maxRecordBytes)];
      random.nextBytes(value);
      byte[] key =
          random.nextBoolean() ? ("k" + random.nextInt(50)).getBytes(StandardCharsets.UTF_8) : null;
      records[i] = new SimpleRecord(timestamp + i, key, value);
    }
    return direct(MemoryRecords.withRecords(Compression.NONE, records));
  }

  /** Every record a millisecond later than the one before; the value is the key, too. */
  static SimpleRecord[] records(long timestamp, String... values) {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) {
      byte[] bytes = values[i].getBytes(StandardCharsets.UTF_8);
      records[i] = new SimpleRecord(timestamp + i, bytes, bytes);
    }
    return records;
  }

  static ByteBuffer direct(MemoryRecords records) {
    return direct(records.buffer());
  }

  static ByteBuffer direct(ByteBuffer source) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(source.remaining());
    return buffer.put(source.duplicate()).flip();
  }
}
