package dev.millrace.log;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.OffsetsOutOfOrderException;
import org.jspecify.annotations.Nullable;

/**
 * The log of one partition on disk. Everything that changes it happens under {@link #lock}; what
 * readers need is published through volatile fields, the end of the log as one value, so that a
 * reader never pairs one append's offset with another's file position.
 */
final class PartitionLog implements Log {
  private static final int UNDEFINED_EPOCH = -1;
  private static final long NONE = Long.MAX_VALUE;

  private final LogEnvironment environment;
  private final TopicPartition partition;
  private final Path directory;
  private final Optional<Uuid> topicId;
  private final Segments segments;
  private final ProducerStates producers;
  private final LeaderEpochFileCache epochs;
  private final LeaderValidation leaderValidation;
  private final FollowerValidation followerValidation;
  private final TimestampSearch timestamps;
  private final LogReads reads;
  private final LogFlusher flusher;
  private final SegmentRemoval removal;
  private final LogKeeper keeper;
  private final Object lock = new Object();

  private volatile LogConfig config;
  private volatile LogEnd tail;
  private volatile long logStartOffset;
  private volatile long highWatermark;
  private volatile long firstUnstableOffset = NONE;
  private volatile int latestEpoch;
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;
  private volatile int truncations;

  PartitionLog(
      LogEnvironment environment,
      TopicPartition partition,
      Path directory,
      Optional<Uuid> topicId,
      LogConfig config,
      LogLoader.Loaded loaded,
      LogKeeper keeper) {
    this.environment = environment;
    this.partition = partition;
    this.directory = directory;
    this.topicId = topicId;
    this.config = config;
    this.segments = loaded.segments();
    this.producers = loaded.producers();
    this.epochs = loaded.epochs();
    this.leaderValidation = new LeaderValidation(partition, environment.time());
    this.followerValidation = new FollowerValidation(partition);
    this.timestamps = new TimestampSearch(segments);
    this.reads = new LogReads(this, segments, environment);
    this.flusher = new LogFlusher(this, loaded, environment.time());
    this.removal = new SegmentRemoval(environment, directory);
    this.keeper = keeper;
    this.logStartOffset = loaded.logStartOffset();
    this.highWatermark = loaded.logStartOffset();
    this.latestEpoch = epochs.latestEpoch().orElse(UNDEFINED_EPOCH);
    this.tail = new LogEnd(segments.active(), segments.active().size(), loaded.endOffset());
    noteFirstUnstable();
  }

  /** Something that may meet a disk error. */
  interface DiskTask<T> {
    T run() throws IOException;
  }

  @Override
  public TopicPartition topicPartition() {
    return partition;
  }

  @Override
  public Optional<Uuid> topicId() {
    return topicId;
  }

  /** The first segment's base offset: where the log starts if no checkpoint says otherwise. */
  long firstSegmentOffset() {
    synchronized (lock) {
      return segments.first().baseOffset();
    }
  }

  /** Guards everything that changes the log. */
  Object lock() {
    return lock;
  }

  LogEnd end() {
    return tail;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Counts truncations, so that who looked at the log without its lock can tell that it changed.
   */
  int truncations() {
    return truncations;
  }

  Path directory() {
    return directory;
  }

  @Override
  public LogConfig config() {
    return config;
  }

  @Override
  public void updateConfig(LogConfig newConfig) {
    config = newConfig;
  }

  @Override
  public long logStartOffset() {
    return logStartOffset;
  }

  @Override
  public long logEndOffset() {
    return tail.offset();
  }

  @Override
  public long recoveryPoint() {
    return flusher.recoveryPoint();
  }

  @Override
  public OptionalInt latestEpoch() {
    int epoch = latestEpoch;
    return epoch == UNDEFINED_EPOCH ? OptionalInt.empty() : OptionalInt.of(epoch);
  }

  @Override
  public long sizeBytes() {
    return segments.sizeBytes();
  }

  @Override
  public int segmentCount() {
    return segments.count();
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  // ---- appending

  @Override
  public AppendInfo appendAsLeader(
      ByteBuffer batches, int leaderEpoch, AppendOrigin origin, short transactionVersion) {
    LogConfig now = config;
    ValidBatches valid = leaderValidation.validate(batches, origin, now);
    AppendInfo info;
    synchronized (lock) {
      info =
          changing(
              () ->
                  appendAssigned(
                      valid,
                      leaderEpoch,
                      new ProducerStates.Source(origin, transactionVersion),
                      now));
    }
    flushIfDue(now);
    return info;
  }

  @Override
  public AppendInfo appendAsFollower(ByteBuffer batches, int leaderEpoch) {
    LogConfig now = config;
    ValidBatches valid = followerValidation.validate(batches, leaderEpoch);
    AppendInfo info;
    synchronized (lock) {
      info = changing(() -> appendGiven(valid, now));
    }
    flushIfDue(now);
    return info;
  }

  private AppendInfo appendAssigned(
      ValidBatches valid, int leaderEpoch, ProducerStates.Source source, LogConfig now)
      throws IOException {
    ByteBuffer buffer = valid.buffer();
    if (source.origin() == AppendOrigin.CLIENT) {
      Optional<BatchMetadata> duplicate =
          producers.duplicateOf(buffer, 0, segments, logStartOffset);
      if (duplicate.isPresent()) {
        BatchMetadata old = duplicate.get();
        long time =
            valid.logAppendTimeMs() == ValidBatches.NO_TIME
                ? ValidBatches.NO_TIME
                : old.timestamp();
        return new AppendInfo(old.firstOffset(), old.lastOffset(), time, logStartOffset, 0, true);
      }
    }
    long first = tail.offset();
    if (source.origin() == AppendOrigin.CLIENT && first == 0) {
      ProducerStates.checkFirstEver(buffer, partition);
    }
    long end = BatchWalk.assign(buffer, first, leaderEpoch);
    write(buffer, source, first, end, now);
    return new AppendInfo(
        first, end - 1, valid.logAppendTimeMs(), logStartOffset, valid.bytes(), false);
  }

  private AppendInfo appendGiven(ValidBatches valid, LogConfig now) throws IOException {
    ByteBuffer buffer = valid.buffer();
    long end = tail.offset();
    if (valid.bytes() == 0) {
      return new AppendInfo(end, end - 1, ValidBatches.NO_TIME, logStartOffset, 0, false);
    }
    long first = BatchHeader.baseOffset(buffer, 0);
    long last = BatchHeader.lastOffset(buffer, BatchWalk.last(buffer));
    if (first < end) {
      throw new OffsetsOutOfOrderException(
          "Append at offset %d to %s, which ends at %d".formatted(first, partition, end));
    }
    write(buffer, ProducerStates.Source.REPLICATION, first, last + 1, now);
    return new AppendInfo(first, last, ValidBatches.NO_TIME, logStartOffset, valid.bytes(), false);
  }

  private void write(
      ByteBuffer buffer, ProducerStates.Source source, long first, long end, LogConfig now)
      throws IOException {
    if (buffer.limit() > now.segmentSize()) {
      throw new RecordBatchTooLargeException(
          "Append of %d bytes to %s, whose segments hold %d"
              .formatted(buffer.limit(), partition, now.segmentSize()));
    }
    long clock = environment.time().milliseconds();
    if (tail.active()
        .mustRoll(now, buffer.limit(), BatchWalk.maxTimestamp(buffer), end - 1, clock)) {
      roll(first);
    }
    Segment active = tail.active();
    ProducerStates.Update update =
        producers.check(buffer, source, active.baseOffset(), active.size());
    noteEpochs(buffer);
    active.append(buffer, now.indexInterval);
    tail = new LogEnd(active, active.size(), end);
    flusher.appended(buffer.limit());
    environment.cacheCounters().appended(buffer.limit());
    producers.apply(update, active, end);
    noteFirstUnstable();
  }

  private void noteEpochs(ByteBuffer buffer) {
    for (int at = 0; at < buffer.limit(); at += BatchHeader.size(buffer, at)) {
      int epoch = BatchHeader.leaderEpoch(buffer, at);
      if (epoch > latestEpoch) {
        assignEpoch(epoch, BatchHeader.baseOffset(buffer, at));
      }
    }
  }

  private void assignEpoch(int epoch, long startOffset) {
    epochs.assign(epoch, startOffset);
    latestEpoch = epochs.latestEpoch().orElse(UNDEFINED_EPOCH);
  }

  /**
   * Begins a new segment. Nothing is forced here: the scheduler does that, and only then the
   * recovery point moves.
   */
  private void roll(long baseOffset) throws IOException {
    Segment old = tail.active();
    if (old.size() == 0) {
      segments.remove(old);
      removal.remove(old, 0);
    } else {
      old.seal();
    }
    producers.manager().updateMapEndOffset(baseOffset);
    Optional<File> snapshot = producers.snapshot();
    startSegment(baseOffset, tail.offset());
    environment.scheduler().scheduleOnce("flush-rolled", () -> flusher.flushRolled(snapshot));
  }

  private void startSegment(long baseOffset, long endOffset) throws IOException {
    Segment fresh = new Segment(environment, directory, baseOffset, 0, config);
    fresh.create();
    segments.add(fresh);
    tail = new LogEnd(fresh, 0, endOffset);
  }

  private void noteFirstUnstable() {
    OptionalLong first = producers.firstUnstableOffset();
    firstUnstableOffset = first.isEmpty() ? NONE : Math.max(first.getAsLong(), logStartOffset);
  }

  /** Runs a change under the lock; an I/O error ends the log's life as a writable one. */
  <T> T changing(DiskTask<T> change) {
    Throwable before = failure;
    if (before != null) {
      throw new KafkaStorageException(
          "The log of " + partition + " is offline: " + before.getMessage(), before);
    }
    if (closed) {
      throw new KafkaStorageException("The log of " + partition + " is closed");
    }
    try {
      return change.run();
    } catch (IOException | KafkaStorageException e) {
      throw fail(e);
    }
  }

  KafkaStorageException fail(Exception e) {
    boolean first;
    synchronized (lock) {
      first = failure == null && !closed;
      if (first) {
        failure = e;
      }
    }
    if (first) {
      keeper.failed(e);
    }
    return new KafkaStorageException(
        "I/O error in the log of " + partition + " in " + directory, e);
  }

  // ---- reading

  @Override
  public ReadResult read(
      long offset, int maxBytes, long upperBoundExclusive, boolean atLeastOneBatch) {
    return reads.read(offset, maxBytes, upperBoundExclusive, atLeastOneBatch);
  }

  @Override
  public @Nullable ReadResult readCached(
      long offset, int maxBytes, long upperBoundExclusive, boolean atLeastOneBatch) {
    return reads.readCached(offset, maxBytes, upperBoundExclusive, atLeastOneBatch);
  }

  @Override
  public CompletableFuture<Void> load(long offset, int maxBytes) {
    return reads.load(offset, maxBytes);
  }

  /**
   * Whether a look-up may have failed because the log was truncated or a segment removed meanwhile.
   * Waits for a change that is under way: by its end it has been counted.
   */
  boolean changedSince(int truncationsBefore, Segment segment) {
    synchronized (lock) {
      return truncations != truncationsBefore || segments.floor(segment.baseOffset()) != segment;
    }
  }

  // ---- high watermark, transactions, epochs, time

  @Override
  public void updateHighWatermark(long newHighWatermark) {
    if (newHighWatermark <= highWatermark) {
      return;
    }
    synchronized (lock) {
      long bounded = Math.min(newHighWatermark, tail.offset());
      if (bounded > highWatermark) {
        highWatermark = bounded;
        if (firstUnstableOffset != NONE) {
          producers.manager().onHighWatermarkUpdated(bounded);
          noteFirstUnstable();
        }
      }
    }
  }

  @Override
  public long highWatermark() {
    return highWatermark;
  }

  @Override
  public long lastStableOffset() {
    return Math.min(firstUnstableOffset, highWatermark);
  }

  @Override
  public List<AbortedTxn> abortedTransactions(long fromOffset, long toOffsetExclusive) {
    return looking(() -> AbortedTransactions.between(segments, fromOffset, toOffsetExclusive));
  }

  @Override
  public List<ActiveProducer> activeProducers() {
    synchronized (lock) {
      return producers.active();
    }
  }

  /** Forgets producers that have been silent for long; called periodically. */
  void expireProducers() {
    synchronized (lock) {
      producers.manager().removeExpiredProducers(environment.time().milliseconds());
    }
  }

  @Override
  public void startEpoch(int leaderEpoch) {
    synchronized (lock) {
      changing(
          () -> {
            if (leaderEpoch > latestEpoch) {
              assignEpoch(leaderEpoch, tail.offset());
            }
            return true;
          });
    }
  }

  @Override
  public Optional<EpochEndOffset> endOffsetForEpoch(int leaderEpoch) {
    Map.Entry<Integer, Long> end = epochs.endOffsetFor(leaderEpoch, tail.offset());
    return end.getValue() < 0
        ? Optional.empty()
        : Optional.of(new EpochEndOffset(end.getKey(), end.getValue()));
  }

  @Override
  public Optional<OffsetAtTime> offsetForTimestamp(long timestamp) {
    int limit = SlowValidation.decompressionLimit(config);
    return looking(() -> timestamps.firstNotBefore(timestamp, logStartOffset, limit));
  }

  @Override
  public OffsetAtTime earliest() {
    long start = logStartOffset;
    return new OffsetAtTime(start, ValidBatches.NO_TIME, epochs.epochForOffset(start));
  }

  @Override
  public OffsetAtTime latest() {
    return new OffsetAtTime(tail.offset(), ValidBatches.NO_TIME, latestEpoch());
  }

  @Override
  public Optional<OffsetAtTime> maxTimestamp() {
    int limit = SlowValidation.decompressionLimit(config);
    return looking(() -> timestamps.latest(logStartOffset, limit));
  }

  /**
   * Looks something up without the lock; a segment that is removed meanwhile makes it start again.
   */
  private <T> T looking(DiskTask<T> look) {
    while (true) {
      int truncationsBefore = truncations;
      Segment oldest = segments.oldest();
      try {
        return look.run();
      } catch (IOException e) {
        if (closed || (oldest != null && !changedSince(truncationsBefore, oldest))) {
          throw fail(e);
        }
      }
    }
  }

  // ---- taking away

  @Override
  public long deleteRecords(long beforeOffset) {
    synchronized (lock) {
      return changing(
          () -> {
            if (beforeOffset > highWatermark) {
              throw new OffsetOutOfRangeException(
                  "Can't delete records before %d of %s: the high watermark is %d"
                      .formatted(beforeOffset, partition, highWatermark));
            }
            moveStart(beforeOffset);
            return logStartOffset;
          });
    }
  }

  private void moveStart(long offset) {
    if (offset > logStartOffset) {
      logStartOffset = offset;
      epochs.truncateFromStartAsyncFlush(offset);
      producers.manager().onLogStartOffsetIncremented(offset);
      noteFirstUnstable();
    }
  }

  @Override
  public int deleteOldSegments() {
    LogConfig now = config;
    List<Segment> expired =
        looking(
            () -> {
              Retention.Bounds bounds =
                  new Retention.Bounds(logStartOffset, tail.offset(), highWatermark);
              return Retention.expired(segments, now, bounds, environment.time().milliseconds());
            });
    if (expired.isEmpty()) {
      return 0;
    }
    synchronized (lock) {
      return changing(() -> removeFront(expired, now.fileDeleteDelayMs));
    }
  }

  private int removeFront(List<Segment> expired, long delayMs) throws IOException {
    int removed = 0;
    for (Segment segment : expired) {
      if (segment != segments.first()) {
        break;
      }
      if (segment == tail.active()) {
        if (tail.offset() > highWatermark) {
          break; // appended to since it was looked at
        }
        roll(tail.offset());
      }
      Segment next = segments.after(segment);
      moveStart(next == null ? tail.offset() : next.baseOffset());
      segments.remove(segment);
      removal.remove(segment, delayMs);
      removed++;
    }
    producers.manager().deleteSnapshotsBefore(segments.first().baseOffset());
    return removed;
  }

  @Override
  public void truncateTo(long offset) {
    synchronized (lock) {
      if (offset >= tail.offset()) {
        changing(this::forgetEmptyEpochs);
        return;
      }
      if (offset < segments.first().baseOffset()) {
        removeAll(offset);
      } else {
        removeFrom(offset);
      }
    }
    makeTruncationDurable();
  }

  private void removeFrom(long offset) {
    changing(
        () -> {
          removeSegmentsAbove(offset);
          Segment active = segments.active();
          active.truncateTo(offset);
          long end = active.nextOffset();
          epochs.truncateFromEndAsyncFlush(end);
          tail = new LogEnd(active, active.size(), end);
          afterTruncation(end, Math.min(logStartOffset, end));
          return true;
        });
  }

  /**
   * An epoch may have begun at the log's end without a record: this replica led, wrote nothing, and
   * the next leader never heard of it.
   */
  private boolean forgetEmptyEpochs() {
    epochs.truncateFromEndAsyncFlush(tail.offset());
    latestEpoch = epochs.latestEpoch().orElse(UNDEFINED_EPOCH);
    return true;
  }

  private void removeSegmentsAbove(long offset) throws IOException {
    for (Segment segment : segments.from(offset)) {
      if (segment.baseOffset() > offset) {
        segments.remove(segment);
        removal.remove(segment, config.fileDeleteDelayMs);
      }
    }
  }

  private void afterTruncation(long end, long start) throws IOException {
    truncations = truncations + 1;
    logStartOffset = start;
    flusher.truncated(end);
    highWatermark = Math.clamp(highWatermark, start, end);
    latestEpoch = epochs.latestEpoch().orElse(UNDEFINED_EPOCH);
    producers.manager().truncateAndReload(start, end, environment.time().milliseconds());
    ProducerReplay.run(segments, producers, start, NONE, end);
    noteFirstUnstable();
  }

  @Override
  public void truncateFullyAndStartAt(long offset) {
    synchronized (lock) {
      removeAll(offset);
    }
    makeTruncationDurable();
  }

  private void makeTruncationDurable() {
    flusher.forceTruncation(epochs.epochEntries());
    keeper.durableOnlyTo(this, flusher.recoveryPoint());
  }

  private void removeAll(long offset) {
    changing(
        () -> {
          for (Segment segment : List.copyOf(segments.all())) {
            segments.remove(segment);
            removal.remove(segment, config.fileDeleteDelayMs);
          }
          startSegment(offset, offset);
          epochs.clearAndFlush();
          producers.manager().truncateFullyAndStartAt(offset);
          flusher.restarted(offset);
          afterTruncation(offset, offset);
          return true;
        });
  }

  // ---- making durable

  @Override
  public void flush() {
    flusher.flush(false);
  }

  /**
   * Flushes, and leaves a snapshot of the producers so that a recovery need not go back further.
   */
  void flushWithSnapshot() {
    flusher.flush(true);
  }

  private void flushIfDue(LogConfig now) {
    if (tail.offset() - flusher.recoveryPoint() >= now.flushInterval) {
      flush();
    }
  }

  /** Honours {@code flush.ms}; called periodically. */
  void flushIfOld() {
    flusher.flushIfOlderThan(config.flushMs);
  }

  /** Bytes that no flush has covered. */
  long unflushedBytes() {
    return flusher.unflushedBytes();
  }

  /**
   * Flushes, leaves a snapshot of the producers at the end and closes the files; nothing is written
   * if the log is offline.
   *
   * @return that it is closed
   */
  boolean close() {
    return flusher.betweenFlushes(
        () -> {
          if (failure == null && !closed) {
            flushWithSnapshot();
            synchronized (lock) {
              changing(flusher::snapshotAtCheckpoint);
            }
          }
          release();
          return true;
        });
  }

  boolean hasUnflushed() {
    return failure == null && flusher.hasUnflushed();
  }

  /**
   * Does what {@link #close} does but for forcing it, which is the caller's to do, and to tell.
   *
   * @return whether there is anything to be forced
   */
  boolean closeUnforced() {
    return flusher.betweenFlushes(
        () -> {
          synchronized (lock) {
            boolean written = failure == null && !closed && changing(flusher::writeUnforced);
            release();
            return written;
          }
        });
  }

  /**
   * All that {@link #closeUnforced} wrote has been forced.
   *
   * @return whether more has to be forced since
   */
  boolean forced() {
    try {
      return flusher.forced();
    } catch (IOException e) {
      keeper.failed(e);
      throw new KafkaStorageException("I/O error closing the log of " + partition, e);
    }
  }

  /** Closes the files as they are: the log is to be deleted, or its disk has failed. */
  void release() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      for (Segment segment : segments.all()) {
        try {
          if (failure == null) {
            segment.close();
          } else {
            segment.abandon();
          }
        } catch (IOException e) {
          failure = failure == null ? e : failure;
        }
      }
    }
  }
}
