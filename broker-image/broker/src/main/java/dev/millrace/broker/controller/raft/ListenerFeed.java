package dev.millrace.broker.controller.raft;

import dev.millrace.broker.controller.MetadataLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.record.internal.UnalignedRecords;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.raft.internals.MemoryBatchReader;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotReader;
import org.apache.kafka.snapshot.RecordsSnapshotReader;
import org.apache.kafka.snapshot.SnapshotReader;

/**
 * Tells the listeners, all of them the same in the same order: snapshots, committed batches,
 * leadership. Called on the I/O thread only; listeners are added before it starts.
 */
final class ListenerFeed {
  private static final int MAX_BATCH_BYTES = 64 << 20;

  private final BatchCodec codec;
  private final List<RaftClient.Listener<ApiMessageAndVersion>> listeners =
      new CopyOnWriteArrayList<>();
  private LeaderAndEpoch told = LeaderAndEpoch.UNKNOWN;

  ListenerFeed(BatchCodec codec) {
    this.codec = codec;
  }

  void add(RaftClient.Listener<ApiMessageAndVersion> listener) {
    listeners.add(listener);
  }

  void remove(RaftClient.Listener<ApiMessageAndVersion> listener) {
    listeners.remove(listener);
  }

  /** Never while this node leads: an active controller takes a snapshot for a fatal fault. */
  void loadSnapshot(MetadataLog.Snapshot snapshot) {
    for (var listener : listeners) {
      listener.handleLoadSnapshot(snapshotReader(snapshot));
    }
  }

  /** Batches read from the log. */
  void committed(long baseOffset, ByteBuffer batches) {
    for (var listener : listeners) {
      listener.handleCommit(codec.reader(baseOffset, batches.duplicate()));
    }
  }

  /** Batches that this node appended itself. */
  void committed(List<Batch<ApiMessageAndVersion>> batches) {
    for (var listener : listeners) {
      listener.handleCommit(MemoryBatchReader.of(batches, reader -> {}));
    }
  }

  /**
   * Epochs only rise, and within one it is at most first nobody, then somebody: what does not fit
   * this was told already.
   */
  void leader(LeaderAndEpoch leader) {
    boolean news =
        leader.epoch() > told.epoch()
            || (leader.epoch() == told.epoch()
                && told.leaderId().isEmpty()
                && leader.leaderId().isPresent());
    if (news) {
      told = leader;
      for (var listener : listeners) {
        listener.handleLeaderChange(leader);
      }
    }
  }

  void beginShutdown() {
    for (var listener : listeners) {
      listener.beginShutdown();
    }
  }

  /** A reader of Kafka's snapshot format, for one use. */
  static SnapshotReader<ApiMessageAndVersion> snapshotReader(MetadataLog.Snapshot snapshot) {
    return RecordsSnapshotReader.of(
        new RawSnapshot(snapshot),
        MetadataRecordSerde.INSTANCE,
        BufferSupplier.create(),
        MAX_BATCH_BYTES,
        true,
        new LogContext());
  }

  private record RawSnapshot(MetadataLog.Snapshot snapshot) implements RawSnapshotReader {
    @Override
    public OffsetAndEpoch snapshotId() {
      return snapshot.id();
    }

    @Override
    public long sizeInBytes() {
      return snapshot.batches().length;
    }

    @Override
    public UnalignedRecords slice(long position, int size) {
      throw new UnsupportedOperationException("snapshots are not served to other voters");
    }

    @Override
    public Records records() {
      return PlainBatches.of(ByteBuffer.wrap(snapshot.batches()));
    }
  }
}
