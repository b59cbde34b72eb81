package dev.millrace.broker.controller.raft;

import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/**
 * Makes compressed batches readable for Kafka's readers of metadata, which are written for KRaft's
 * uncompressed log: they take a record that is larger than its whole batch for a broken one, and a
 * single record that compresses well is. Stateless; thread-safe.
 */
final class PlainBatches {
  private PlainBatches() {}

  /** The same batches, those rewritten without compression in which a record would be refused. */
  static MemoryRecords of(ByteBuffer batches) {
    MemoryRecords records = MemoryRecords.readableRecords(batches);
    boolean plain = true;
    for (MutableRecordBatch batch : records.batches()) {
      plain &= isReadable(batch);
    }
    if (plain) {
      return records;
    }
    var out = new ByteBufferOutputStream(2 * batches.remaining());
    for (MutableRecordBatch batch : records.batches()) {
      if (isReadable(batch)) {
        batch.writeTo(out);
      } else {
        rewrite(batch, out);
      }
    }
    ByteBuffer written = out.buffer();
    written.flip();
    return MemoryRecords.readableRecords(written);
  }

  private static boolean isReadable(RecordBatch batch) {
    if (batch.compressionType() == CompressionType.NONE) {
      return true;
    }
    try (var records = batch.streamingIterator(BufferSupplier.NO_CACHING)) {
      while (records.hasNext()) {
        if (records.next().sizeInBytes() > batch.sizeInBytes()) {
          return false;
        }
      }
    }
    return true;
  }

  private static void rewrite(RecordBatch batch, ByteBufferOutputStream out) {
    try (var records = batch.streamingIterator(BufferSupplier.NO_CACHING);
        var builder =
            new MemoryRecordsBuilder(
                out,
                batch.magic(),
                Compression.NONE,
                TimestampType.CREATE_TIME,
                batch.baseOffset(),
                RecordBatch.NO_TIMESTAMP,
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence(),
                batch.isTransactional(),
                batch.isControlBatch(),
                batch.partitionLeaderEpoch(),
                Integer.MAX_VALUE)) {
      while (records.hasNext()) {
        Record record = records.next();
        builder.appendWithOffset(record.offset(), record);
      }
    }
  }
}
