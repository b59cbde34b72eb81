package dev.millrace.broker.controller.raft;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.raft.errors.NotLeaderException;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * What the controller wants appended, between its thread and the I/O thread. Open while this node
 * leads; closing it forgets everything not yet taken. Thread-safe.
 *
 * <p>Holds at most {@link #MAX_QUEUED_BYTES} of encoded batches: while the medium stalls for long,
 * further operations are refused rather than piled up.
 */
final class AppendQueue {
  static final int MAX_QUEUED_BYTES = 16 << 20;

  /** One atomic batch, with the records as the controller gave them. */
  private record Pending(
      long baseOffset,
      int epoch,
      long timestamp,
      byte[] bytes,
      List<ApiMessageAndVersion> records) {
    long nextOffset() {
      return baseOffset + records.size();
    }
  }

  /**
   * Batches that are appended together.
   *
   * @param bytes the encoded batches, one behind the other
   * @param batches the same for the listeners of this node, who need not decode them
   */
  record Group(
      long baseOffset, long nextOffset, byte[] bytes, List<Batch<ApiMessageAndVersion>> batches) {}

  private final BatchCodec codec;
  private final int maxEntryBytes;
  private final LongSupplier clockMillis;
  private final List<Pending> prepared = new ArrayList<>();
  private final Deque<Pending> scheduled = new ArrayDeque<>();
  private boolean open;
  private int epoch;
  private long end;
  private long queuedBytes;

  AppendQueue(BatchCodec codec, int maxEntryBytes, LongSupplier clockMillis) {
    this.codec = codec;
    this.maxEntryBytes = maxEntryBytes;
    this.clockMillis = clockMillis;
  }

  synchronized void open(int newEpoch, long nextOffset) {
    prepared.clear();
    scheduled.clear();
    queuedBytes = 0;
    open = true;
    epoch = newEpoch;
    end = nextOffset;
  }

  /** Forgets what was not taken. The end falls back to what is known to be in the log. */
  synchronized void close(long committedEnd) {
    open = false;
    prepared.clear();
    scheduled.clear();
    queuedBytes = 0;
    end = committedEnd;
  }

  /** Where the log ends for a follower, or will end for the leader once all is appended. */
  synchronized long end() {
    return end;
  }

  synchronized void followTo(long committedEnd) {
    if (!open) {
      end = committedEnd;
    }
  }

  /**
   * Encodes the records as one atomic batch.
   *
   * @return the offset of the last one
   * @throws NotLeaderException if the epoch is over
   */
  synchronized long prepare(int atEpoch, List<ApiMessageAndVersion> records) {
    if (records.isEmpty()) {
      throw new IllegalArgumentException("no records to append");
    }
    if (!open || atEpoch < epoch) {
      throw new NotLeaderException("epoch " + atEpoch + " is over");
    }
    if (atEpoch > epoch) {
      throw new IllegalArgumentException("epoch " + atEpoch + " is above the current " + epoch);
    }
    if (queuedBytes > MAX_QUEUED_BYTES) {
      throw new RejectedExecutionException("the metadata log cannot be written for too long");
    }
    long timestamp = clockMillis.getAsLong();
    byte[] bytes = codec.encode(end, epoch, timestamp, records, maxEntryBytes);
    var pending = new Pending(end, epoch, timestamp, bytes, List.copyOf(records));
    prepared.add(pending);
    queuedBytes += bytes.length;
    end = pending.nextOffset();
    return end - 1;
  }

  /** Releases what was prepared to the I/O thread. */
  synchronized void schedule() {
    if (!open) {
      throw new NotLeaderException("the epoch is over");
    }
    scheduled.addAll(prepared);
    prepared.clear();
  }

  /** Takes as many scheduled batches as fit into one entry. */
  synchronized Optional<Group> take() {
    if (scheduled.isEmpty()) {
      return Optional.empty();
    }
    var bytes = new ByteArrayOutputStream();
    var batches = new ArrayList<Batch<ApiMessageAndVersion>>();
    long base = scheduled.element().baseOffset;
    long next = base;
    for (Pending pending = scheduled.peek();
        pending != null
            && (batches.isEmpty() || bytes.size() + pending.bytes.length <= maxEntryBytes);
        pending = scheduled.peek()) {
      scheduled.remove();
      queuedBytes -= pending.bytes.length;
      bytes.writeBytes(pending.bytes);
      batches.add(
          Batch.data(
              pending.baseOffset,
              pending.epoch,
              pending.timestamp,
              pending.bytes.length,
              pending.records));
      next = pending.nextOffset();
    }
    return Optional.of(new Group(base, next, bytes.toByteArray(), batches));
  }
}
