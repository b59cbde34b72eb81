package dev.millrace.broker.controller.raft;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.ControlRecord;
import org.apache.kafka.raft.internals.BatchBuilder;
import org.apache.kafka.raft.internals.RecordsBatchReader;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.mutable.BoundedListTooLongException;

/**
 * Between metadata records and the bytes that a metadata log keeps: ordinary Kafka record batches,
 * compressed with zstd, as the segments of {@code __cluster_metadata} hold them. Stateless;
 * thread-safe.
 */
final class BatchCodec {
  /**
   * The most that one operation's records may be before compression. Far above what Kafka's limit
   * of 10,000 records makes of sane requests; it keeps an insane one from taking the heap.
   */
  static final int MAX_UNCOMPRESSED_BYTES = 16 << 20;

  /** Batches are decoded one at a time; this is the reader's bound for a single one. */
  private static final int MAX_BATCH_BYTES = 64 << 20;

  /** What a record takes beside its payload, at most. */
  private static final int RECORD_OVERHEAD = 24;

  private static final int BATCH_OVERHEAD = 128;
  private static final short LEADER_CHANGE_VERSION = 0;

  private final Compression compression = Compression.zstd().build();
  private final LogContext logContext = new LogContext();

  /** What a reader of the log has to know of a batch without decoding its records. */
  record BatchInfo(long baseOffset, long nextOffset, int epoch, OptionalInt newLeader, int size) {}

  /**
   * One batch of all the records.
   *
   * @throws BoundedListTooLongException if they are too large; the controller refuses the operation
   *     with it as a policy violation and, unlike with other exceptions, stays in office
   */
  byte[] encode(
      long baseOffset,
      int epoch,
      long timestamp,
      List<ApiMessageAndVersion> records,
      int maxBytes) {
    var cache = new ObjectSerializationCache();
    long estimate = BATCH_OVERHEAD;
    for (ApiMessageAndVersion record : records) {
      estimate += MetadataRecordSerde.INSTANCE.recordSize(record, cache) + RECORD_OVERHEAD;
    }
    if (estimate > MAX_UNCOMPRESSED_BYTES) {
      throw tooLarge(records.size(), estimate, MAX_UNCOMPRESSED_BYTES);
    }
    int size = (int) estimate;
    var builder =
        new BatchBuilder<>(
            ByteBuffer.allocate(size),
            MetadataRecordSerde.INSTANCE,
            compression,
            baseOffset,
            timestamp,
            epoch,
            size);
    for (ApiMessageAndVersion record : records) {
      builder.appendRecord(record, cache);
    }
    byte[] bytes = toBytes(builder.build());
    if (bytes.length > maxBytes) {
      throw tooLarge(records.size(), bytes.length, maxBytes);
    }
    return bytes;
  }

  private static BoundedListTooLongException tooLarge(int records, long bytes, int limit) {
    return new BoundedListTooLongException(
        "The operation makes %d metadata records of %d bytes together, above the limit of %d bytes; ask for less at once."
            .formatted(records, bytes, limit));
  }

  /** The control batch that starts an epoch: whoever's lands in the log leads. */
  byte[] epochStart(long offset, int epoch, long timestamp, int leaderId) {
    var message =
        new LeaderChangeMessage()
            .setVersion(LEADER_CHANGE_VERSION)
            .setLeaderId(leaderId)
            .setVoters(List.of(new LeaderChangeMessage.Voter().setVoterId(leaderId)))
            .setGrantingVoters(List.of());
    return toBytes(
        MemoryRecords.withLeaderChangeMessage(
            offset, timestamp, epoch, ByteBuffer.allocate(256), message));
  }

  /** Each batch of an entry, its checksum verified. */
  List<BatchInfo> inspect(byte[] batches) {
    var infos = new ArrayList<BatchInfo>();
    for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(batches)).batches()) {
      batch.ensureValid();
      infos.add(
          new BatchInfo(
              batch.baseOffset(),
              batch.nextOffset(),
              batch.partitionLeaderEpoch(),
              newLeader(batch),
              batch.sizeInBytes()));
    }
    return infos;
  }

  private static OptionalInt newLeader(RecordBatch batch) {
    if (!batch.isControlBatch()) {
      return OptionalInt.empty();
    }
    for (Record record : batch) {
      if (ControlRecordType.parse(record.key()) == ControlRecordType.LEADER_CHANGE) {
        var message =
            (LeaderChangeMessage) ControlRecord.of(record.key(), record.value()).message();
        return OptionalInt.of(message.leaderId());
      }
    }
    return OptionalInt.empty();
  }

  /** Reads batches that begin with {@code baseOffset}; decoding happens as it is read. */
  BatchReader<ApiMessageAndVersion> reader(long baseOffset, ByteBuffer batches) {
    return RecordsBatchReader.of(
        baseOffset,
        PlainBatches.of(batches),
        MetadataRecordSerde.INSTANCE,
        BufferSupplier.create(),
        MAX_BATCH_BYTES,
        reader -> {},
        true,
        logContext);
  }

  static byte[] toBytes(MemoryRecords records) {
    ByteBuffer buffer = records.buffer().duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
