package dev.millrace.broker.controller.raft;

import dev.millrace.broker.controller.MetadataLog;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.apache.kafka.snapshot.RecordsSnapshotWriter;
import org.apache.kafka.snapshot.SnapshotWriter;
import org.jspecify.annotations.Nullable;

/**
 * Where finished snapshots wait for the I/O thread. Whoever makes one writes it into memory on a
 * thread of his own; only the newest waits. Thread-safe.
 */
final class SnapshotDesk {
  private static final int BATCH_BYTES = 1 << 20;

  private final AtomicReference<MetadataLog.@Nullable Snapshot> waiting = new AtomicReference<>();
  private final AtomicReference<@Nullable OffsetAndEpoch> durable = new AtomicReference<>();
  private final Runnable onWaiting;

  SnapshotDesk(Runnable onWaiting) {
    this.onWaiting = onWaiting;
  }

  Optional<OffsetAndEpoch> latestDurable() {
    return Optional.ofNullable(durable.get());
  }

  void becameDurable(OffsetAndEpoch id) {
    durable.accumulateAndGet(id, (a, b) -> a == null || newer(b, a) ? b : a);
  }

  Optional<MetadataLog.Snapshot> take() {
    return Optional.ofNullable(waiting.getAndSet(null));
  }

  /** Puts one back whose writing failed, unless a newer one waits. */
  void offer(MetadataLog.Snapshot snapshot) {
    waiting.accumulateAndGet(
        snapshot, (a, b) -> a == null || (b != null && newer(b.id(), a.id())) ? b : a);
    onWaiting.run();
  }

  /** Empty where a snapshot as new as this is there already. */
  Optional<SnapshotWriter<ApiMessageAndVersion>> create(OffsetAndEpoch id, long lastTimestamp) {
    OffsetAndEpoch latest = durable.get();
    if (latest != null && !newer(id, latest)) {
      return Optional.empty();
    }
    return Optional.of(
        new RecordsSnapshotWriter.Builder()
            .setLastContainedLogTimestamp(lastTimestamp)
            .setMaxBatchSizeBytes(BATCH_BYTES)
            .setCompression(Compression.zstd().build())
            .setRawSnapshotWriter(new Sink(id))
            // Version 0 knows no voter set, and there is none.
            .setKraftVersion(KRaftVersion.KRAFT_VERSION_0)
            .build(MetadataRecordSerde.INSTANCE));
  }

  private static boolean newer(@Nullable OffsetAndEpoch id, @Nullable OffsetAndEpoch other) {
    return other == null || (id != null && id.offset() > other.offset());
  }

  private final class Sink implements RawSnapshotWriter {
    private final OffsetAndEpoch id;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean frozen;

    Sink(OffsetAndEpoch id) {
      this.id = id;
    }

    @Override
    public OffsetAndEpoch snapshotId() {
      return id;
    }

    @Override
    public long sizeInBytes() {
      return bytes.size();
    }

    @Override
    public void append(MemoryRecords records) {
      bytes.writeBytes(BatchCodec.toBytes(records));
    }

    @Override
    public void append(UnalignedMemoryRecords records) {
      throw new UnsupportedOperationException("snapshots are not fetched from other voters");
    }

    @Override
    public boolean isFrozen() {
      return frozen;
    }

    @Override
    public void freeze() {
      frozen = true;
      offer(new MetadataLog.Snapshot(id, bytes.toByteArray()));
    }

    @Override
    public void close() {}
  }
}
