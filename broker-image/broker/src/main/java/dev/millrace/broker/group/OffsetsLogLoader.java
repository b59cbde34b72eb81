package dev.millrace.broker.group;

import dev.millrace.broker.group.PartitionLoads.Load;
import dev.millrace.broker.replica.CoordinatorLogs;
import dev.millrace.broker.replica.HighWatermarkListener;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
 *
 * <p>A partition is loaded when all of it is committed. A new leader hears from its followers, with
 * a delay, how far they are; until then its high watermark trails what the leader before it had
 * acknowledged, and a coordinator that answered by it would tell of offsets older than those that
 * were committed.
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

  private final Map<TopicPartition, PartitionLoads> loads = new ConcurrentHashMap<>();
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
    Load load = loads(partition).begin();
    try {
      CompletableFuture.supplyAsync(() -> replay(load, partition, playback), thread)
          .thenCompose(
              replay ->
                  committed(partition, replay.written).thenApply(reached -> replay.finish(asked)))
          .whenComplete(load::end);
    } catch (RejectedExecutionException e) {
      load.end(null, e);
    }
    return load.end();
  }

  /** What was asked for of a partition. */
  PartitionLoads loads(TopicPartition partition) {
    return loads.computeIfAbsent(partition, any -> new PartitionLoads());
  }

  /**
   * Completes when the high watermark has reached an offset, on the thread that raised it; fails
   * when this tenure as leader is over.
   */
  private CompletableFuture<Void> committed(TopicPartition partition, long offset) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    HighWatermarkListener listener =
        new HighWatermarkListener() {
          @Override
          public void onHighWatermark(TopicPartition id, long highWatermark) {
            if (highWatermark >= offset) {
              reached.complete(null);
            }
          }

          @Override
          public void onTenureEnded(TopicPartition id) {
            reached.completeExceptionally(
                new NotLeaderOrFollowerException(id + " has another leader epoch by now"));
          }
        };
    logs.addHighWatermarkListener(partition, listener);
    // It may have risen before there was anybody to be told.
    listener.onHighWatermark(partition, logs.highWatermark(partition));
    return reached.whenComplete(
        (done, failure) -> logs.removeHighWatermarkListener(partition, listener));
  }

  private Replay replay(
      Load load, TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
    var replay = new Replay(partition, playback, logs.logStartOffset(partition));
    while (replay.next < logs.logEndOffset(partition)) {
      if (closed || !load.counts()) {
        throw new NotLeaderOrFollowerException("Nobody waits for this load any more");
      }
      MemoryRecords records = logs.read(partition, replay.next, bufferBytes);
      if (records.sizeInBytes() == 0) {
        // The rest was compacted away.
        replay.skipTo(logs.logEndOffset(partition));
        break;
      }
      replay.apply(records);
    }
    return replay;
  }

  /** One partition's replay; used by one thread after the other. */
  private final class Replay {
    private final long started = time.milliseconds();
    private final TopicPartition partition;
    private final CoordinatorPlayback<CoordinatorRecord> playback;
    private long next;
    private long written = -1;
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

    void skipTo(long offset) {
      next = offset;
      tellProgress();
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
        write();
        if (highWatermark > committed) {
          playback.updateLastCommittedOffset(highWatermark);
          committed = highWatermark;
        }
      } else if (next - committed >= COMMIT_INTERVAL) {
        write();
        playback.updateLastCommittedOffset(next);
        committed = next;
      }
    }

    private void write() {
      playback.updateLastWrittenOffset(next);
      written = next;
    }

    /** To be called when all that was replayed is committed. */
    LoadSummary finish(long asked) {
      if (written > committed) {
        playback.updateLastCommittedOffset(written);
      }
      long ended = time.milliseconds();
      LOGGER
          .atInfo()
          .addKeyValue("partition", partition)
          .addKeyValue("records", records)
          .addKeyValue("bytes", bytes)
          .addKeyValue("millis", ended - started)
          .log("Loaded groups");
      return new LoadSummary(asked, ended, started - asked, records, bytes);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.shutdown();
  }
}
