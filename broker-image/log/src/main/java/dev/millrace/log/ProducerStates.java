package dev.millrace.log;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.jspecify.annotations.Nullable;

/**
 * Idempotence and transactions of one log: Kafka's {@link ProducerStateManager}, fed from batch
 * headers. All calls are made under the log's lock.
 */
final class ProducerStates {
  private final ProducerStateManager manager;

  ProducerStates(ProducerStateManager manager) {
    this.manager = manager;
  }

  ProducerStateManager manager() {
    return manager;
  }

  /**
   * Who appends.
   *
   * @param transactionVersion by which end markers are judged, or {@link
   *     TransactionVersion#TV_UNKNOWN} where there are none
   */
  record Source(AppendOrigin origin, short transactionVersion) {
    /** A leader has judged the batches before. */
    static final Source REPLICATION =
        new Source(AppendOrigin.REPLICATION, TransactionVersion.TV_UNKNOWN);
  }

  /** What an append will change once it is written. */
  static final class Update {
    private final List<ProducerAppendInfo> producers = new ArrayList<>(1);
    private final List<CompletedTxn> completed = new ArrayList<>(0);
  }

  /**
   * Finds the batch among the last ones of its producer, or farther back in the log where it has to
   * be before those.
   */
  Optional<BatchMetadata> duplicateOf(ByteBuffer header, int at, Segments segments, long logStart)
      throws IOException {
    long producerId = BatchHeader.producerId(header, at);
    if (producerId < 0) {
      return Optional.empty();
    }
    ProducerStateEntry entry = manager.lastEntry(producerId).orElse(null);
    if (entry == null || entry.producerEpoch() != BatchHeader.producerEpoch(header, at)) {
      return Optional.empty();
    }
    int first = BatchHeader.baseSequence(header, at);
    int last = BatchHeader.lastSequence(header, at);
    for (BatchMetadata batch : entry.batchMetadata()) {
      if (batch.firstSeq() == first && batch.lastSeq() == last) {
        return Optional.of(batch);
      }
    }
    Iterator<BatchMetadata> remembered = entry.batchMetadata().iterator();
    if (!remembered.hasNext()) {
      return Optional.empty();
    }
    BatchMetadata oldest = remembered.next();
    return SequenceNumbers.comesBefore(last, oldest.firstSeq())
        ? OlderBatches.find(segments, logStart, oldest.firstOffset(), header, at)
        : Optional.empty();
  }

  /**
   * Refuses a producer's batch that is not its first where nothing was ever written: the ones
   * before it are still to come. Anywhere else the lack of a producer may mean that it was
   * forgotten.
   *
   * <p>Kafka does so from 4.5 on (KAFKA-15591).
   *
   * @throws OutOfOrderSequenceException the batch has another sequence number than 0
   */
  static void checkFirstEver(ByteBuffer header, TopicPartition partition) {
    int sequence = BatchHeader.baseSequence(header, 0);
    if (BatchHeader.producerId(header, 0) >= 0 && sequence > 0) {
      throw new OutOfOrderSequenceException(
          "%s is empty, and producer %d begins at sequence number %d instead of 0"
              .formatted(partition, BatchHeader.producerId(header, 0), sequence));
    }
  }

  /**
   * Checks epochs and sequence numbers of batches that have their offsets, changing nothing yet.
   *
   * @param segmentBase and {@code position}: where the first batch will lie
   */
  Update check(ByteBuffer batches, Source source, long segmentBase, int position) {
    Update update = new Update();
    for (int at = 0; at < batches.limit(); at += BatchHeader.size(batches, at)) {
      add(update, batches, at, source, segmentBase, position + at);
    }
    return update;
  }

  /** Adds one batch to an update; a control batch must be whole in the buffer. */
  private void add(
      Update update, ByteBuffer batches, int at, Source source, long segmentBase, int position) {
    long producerId = BatchHeader.producerId(batches, at);
    if (producerId < 0) {
      return;
    }
    ProducerAppendInfo info = infoOf(update, producerId, source);
    LogOffsetMetadata first =
        new LogOffsetMetadata(BatchHeader.baseOffset(batches, at), segmentBase, position);
    boolean transactional = BatchHeader.isTransactional(batches, at);
    if (BatchHeader.isControl(batches, at)) {
      RecordBatch batch = batchAt(batches, at);
      info.append(
              batch,
              transactional ? Optional.of(first) : Optional.empty(),
              source.transactionVersion())
          .ifPresent(update.completed::add);
    } else {
      info.appendDataBatch(
          BatchHeader.producerEpoch(batches, at),
          BatchHeader.baseSequence(batches, at),
          BatchHeader.lastSequence(batches, at),
          BatchHeader.maxTimestamp(batches, at),
          first,
          BatchHeader.lastOffset(batches, at),
          transactional);
    }
  }

  private ProducerAppendInfo infoOf(Update update, long producerId, Source source) {
    for (ProducerAppendInfo info : update.producers) {
      if (info.producerId() == producerId) {
        return info;
      }
    }
    ProducerAppendInfo info = manager.prepareUpdate(producerId, source.origin());
    update.producers.add(info);
    return info;
  }

  private static RecordBatch batchAt(ByteBuffer batches, int at) {
    ByteBuffer one = batches.slice(at, BatchHeader.size(batches, at));
    return MemoryRecords.readableRecords(one).batches().iterator().next();
  }

  /**
   * Makes an update effective after its batches were written.
   *
   * @param segment gets the aborted transactions; null when what is replayed has its index already
   */
  void apply(Update update, @Nullable Segment segment, long endOffset) throws IOException {
    update.producers.forEach(manager::update);
    for (CompletedTxn transaction : update.completed) {
      long lastStableOffset = manager.lastStableOffset(transaction);
      if (segment != null && transaction.isAborted()) {
        segment.transactions().append(AbortedTransactions.of(transaction, lastStableOffset));
      }
      manager.completeTxn(transaction);
    }
    manager.updateMapEndOffset(endOffset);
  }

  /** Where the first transaction starts that is open, or decided only above the high watermark. */
  OptionalLong firstUnstableOffset() {
    Optional<LogOffsetMetadata> first = manager.firstUnstableOffset();
    return first.isPresent() ? OptionalLong.of(first.get().messageOffset) : OptionalLong.empty();
  }

  List<ActiveProducer> active() {
    return manager.activeProducers().values().stream().map(ProducerStates::describe).toList();
  }

  private static ActiveProducer describe(ProducerStateEntry entry) {
    int lastSequence = RecordBatch.NO_SEQUENCE;
    for (BatchMetadata batch : entry.batchMetadata()) {
      lastSequence = batch.lastSeq();
    }
    return new ActiveProducer(
        entry.producerId(),
        entry.producerEpoch(),
        lastSequence,
        entry.lastTimestamp(),
        entry.coordinatorEpoch(),
        entry.currentTxnFirstOffset());
  }

  /** Writes what is known as of the end of the log, without forcing it to disk. */
  Optional<File> snapshot() throws IOException {
    return manager.takeSnapshot(false);
  }
}
