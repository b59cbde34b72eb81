package dev.millrace.broker.group;

import dev.millrace.broker.replica.CoordinatorLogs;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays a partition of the offsets topic into the coordinator when this broker begins to lead it.
 * One thread loads one partition after the other, with a bounded buffer; it stops when the
 * leadership is over.
 */
final class OffsetsLogLoader implements CoordinatorLoader<CoordinatorRecord> {
  /** How much may be replayed before the coordinator lets go of what it keeps for roll-backs. */
  private static final long COMMIT_INTERVAL = 16_384;

  private static final Logger LOGGER = LoggerFactory.getLogger(OffsetsLogLoader.class);

  private final CoordinatorLogs logs;
  private final Deserializer<CoordinatorRecord> deserializer;
  private final int bufferBytes;
  private final Time time;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("group-loader").daemon().factory());

  private volatile boolean closed;

  OffsetsLogLoader(
      CoordinatorLogs logs,
      Deserializer<CoordinatorRecord> deserializer,
      int bufferBytes,
      Time time) {
    this.logs = logs;
    this.deserializer = deserializer;
    this.bufferBytes = bufferBytes;
    this.time = time;
  }

  @Override
  public CompletableFuture<LoadSummary> load(
      TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
    long asked = time.milliseconds();
    try {
      return CompletableFuture.supplyAsync(() -> replay(partition, playback, asked), thread);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private LoadSummary replay(
      TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback, long asked) {
    long started = time.milliseconds();
    var replay = new Replay(partition, playback, logs.logStartOffset(partition));
    while (replay.next < logs.logEndOffset(partition)) {
      if (closed) {
        throw new NotLeaderOrFollowerException("The loader is closed");
      }
      MemoryRecords records = logs.read(partition, replay.next, bufferBytes);
      if (records.sizeInBytes() == 0) {
        // The rest was compacted away.
        break;
      }
      replay.apply(records);
    }
    long ended = time.milliseconds();
    LOGGER
        .atInfo()
        .addKeyValue("partition", partition)
        .addKeyValue("records", replay.records)
        .addKeyValue("bytes", replay.bytes)
        .addKeyValue("millis", ended - started)
        .log("Loaded groups");
    return new LoadSummary(asked, ended, started - asked, replay.records, replay.bytes);
  }

  /** One partition's replay; used on the loader's thread only. */
  private final class Replay {
    private final TopicPartition partition;
    private final CoordinatorPlayback<CoordinatorRecord> playback;
    private long next;
    private long committed = -1;
    private long records;
    private long bytes;

    Replay(TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback, long start) {
      this.partition = partition;
      this.playback = playback;
      this.next = start;
    }

    void apply(MemoryRecords chunk) {
      for (MutableRecordBatch batch : chunk.batches()) {
        for (Record record : batch) {
          records++;
          if (batch.isControlBatch()) {
            applyControl(batch, record);
          } else {
            apply(batch, record);
          }
        }
        next = batch.nextOffset();
        tellProgress();
      }
      bytes += chunk.sizeInBytes();
    }

    private void apply(MutableRecordBatch batch, Record record) {
      CoordinatorRecord decoded;
      try {
        decoded = deserializer.deserialize(record.key(), record.value());
      } catch (Deserializer.UnknownRecordTypeException e) {
        // Written by a newer version that was taken back since.
        LOGGER
            .atWarn()
            .addKeyValue("partition", partition)
            .addKeyValue("offset", record.offset())
            .addKeyValue("type", e.unknownType())
            .log("Skipping a record of an unknown type");
        return;
      }
      if (decoded != null) {
        playback.replay(record.offset(), batch.producerId(), batch.producerEpoch(), decoded);
      }
    }

    private void applyControl(MutableRecordBatch batch, Record record) {
      ControlRecordType type = ControlRecordType.parse(record.key());
      if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
        playback.replayEndTransactionMarker(
            batch.producerId(),
            batch.producerEpoch(),
            type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT);
      }
    }

    /** Below the high watermark now and then, above it at once: it is no use to commit ahead. */
    private void tellProgress() {
      long highWatermark = logs.highWatermark(partition);
      if (next >= highWatermark) {
        playback.updateLastWrittenOffset(next);
        if (highWatermark > committed) {
          playback.updateLastCommittedOffset(highWatermark);
          committed = highWatermark;
        }
      } else if (next - committed >= COMMIT_INTERVAL) {
        playback.updateLastWrittenOffset(next);
        playback.updateLastCommittedOffset(next);
        committed = next;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.shutdown();
  }
}
