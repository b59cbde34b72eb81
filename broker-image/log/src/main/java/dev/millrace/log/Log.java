package dev.millrace.log;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/**
 * The log of one partition replica: record batches of format v2 in segment files that Kafka can
 * read too.
 *
 * <p>Thread-safe. Appends, truncations and deletions take one lock per log, which is never held
 * over an fsync; reads and look-ups take none. The high watermark belongs to whoever replicates the
 * log; the log is told of it, so that it never deletes what is not replicated and knows which
 * transactions are decided.
 *
 * <p>An I/O error on a write takes the log offline for good: {@link #failure()} is set, and
 * whatever would write throws {@code KafkaStorageException} from then on; what was appended before
 * stays readable. As with every {@link java.nio.channels.FileChannel}, a thread that is interrupted
 * in here closes the file it was using, which counts as an I/O error: don't interrupt threads that
 * write.
 */
public interface Log {
  /** Which partition this is. */
  TopicPartition topicPartition();

  /** The topic's id as in {@code partition.metadata}; empty in a directory of an old Kafka. */
  Optional<Uuid> topicId();

  /** The topic's settings in force. */
  LogConfig config();

  /** Changes the topic's settings; they hold from the next append, roll or clean-up on. */
  void updateConfig(LogConfig config);

  /** The first offset that may be read. */
  long logStartOffset();

  /** The offset that the next record gets. */
  long logEndOffset();

  /** The end of what is known to have been fsynced. */
  long recoveryPoint();

  /** The newest leader epoch in the log. */
  OptionalInt latestEpoch();

  /** Bytes in the segment files (without indexes). */
  long sizeBytes();

  /** Files that make up the log; for diagnosis. */
  int segmentCount();

  /** The error that took the log offline. */
  Optional<Throwable> failure();

  /**
   * Appends as the partition's leader: offsets and leader epoch are given here, in place in the
   * buffer.
   *
   * @param batches whole v2 batches from position to limit, usually in direct memory; read to the
   *     limit, and changed. From a {@code CLIENT} exactly one, as in Kafka. The log keeps no
   *     reference to it
   * @return what was appended, or, for an idempotent producer's repetition, what had been appended
   *     before
   * @throws org.apache.kafka.common.errors.ApiException Kafka's own error for the reason of a
   *     refusal; nothing is appended then
   */
  default AppendInfo appendAsLeader(ByteBuffer batches, int leaderEpoch, AppendOrigin origin) {
    return appendAsLeader(batches, leaderEpoch, origin, TransactionVersion.TV_UNKNOWN);
  }

  /**
   * The same for a coordinator, which has to say by which version of the protocol a transaction's
   * end marker is to be judged (0, 1 or 2; from version 2 on its producer epoch must be above that
   * of the records).
   */
  AppendInfo appendAsLeader(
      ByteBuffer batches, int leaderEpoch, AppendOrigin origin, short transactionVersion);

  /**
   * Appends what a leader gave offsets and epochs to. A last batch that is cut is left out, and so
   * is what follows a batch of a higher epoch than the one that the follower fetches in.
   *
   * @throws org.apache.kafka.storage.internals.log.OffsetsOutOfOrderException an offset is below
   *     the log's end
   */
  AppendInfo appendAsFollower(ByteBuffer batches, int leaderEpoch);

  /**
   * Finds where to read from an offset on. Opens no batch and allocates the same whatever the size.
   *
   * @param upperBoundExclusive no record at or above it is part of the result (high watermark, last
   *     stable offset or, for replication, {@code Long.MAX_VALUE})
   * @param atLeastOneBatch whether the first batch is part of the result even if larger than {@code
   *     maxBytes}
   * @return a slice that the caller releases; empty at the log's end or at the upper bound
   * @throws org.apache.kafka.common.errors.OffsetOutOfRangeException the offset is below the start
   *     or beyond the end of the log
   */
  ReadResult read(long offset, int maxBytes, long upperBoundExclusive, boolean atLeastOneBatch);

  /**
   * As {@link #read}, but doesn't wait for the disk, neither to find the bytes nor, as far as one
   * can tell, later when they are sent.
   *
   * @return null if some of what is needed is not in memory: {@link #load} brings it there
   */
  @Nullable ReadResult readCached(
      long offset, int maxBytes, long upperBoundExclusive, boolean atLeastOneBatch);

  /**
   * Brings into memory what {@link #read} would find, on the threads of {@link CachePolicy#reads}.
   *
   * @return completes when it is there, or with the reason why {@link #read} would fail
   */
  CompletableFuture<Void> load(long offset, int maxBytes);

  /**
   * Tells the high watermark, for retention, deletion and transactions. One above the log's end
   * counts as the end, one below what was told before is ignored: only a truncation takes it back.
   */
  void updateHighWatermark(long highWatermark);

  /** The high watermark last told; no higher than the log's end. */
  long highWatermark();

  /**
   * Up to where a read-committed consumer may read: the first undecided transaction's start or the
   * high watermark.
   */
  long lastStableOffset();

  /**
   * The transactions aborted that have records between the offsets; for read-committed consumers.
   */
  List<AbortedTxn> abortedTransactions(long fromOffset, long toOffsetExclusive);

  /** The producers whose sequence numbers are known, for DescribeProducers. */
  List<ActiveProducer> activeProducers();

  /**
   * Notes that a leader epoch starts at the log's end. Does not wait for the disk: it is durable
   * with the first records of that epoch, and forgotten by a restart before there are any.
   */
  void startEpoch(int leaderEpoch);

  /**
   * The epoch that is not above the asked one and where it ends; empty if the log knows of none.
   */
  Optional<EpochEndOffset> endOffsetForEpoch(int leaderEpoch);

  /**
   * The first record not older than the timestamp (milliseconds). Reads, and unpacks up to the
   * topic's limit, one batch.
   */
  Optional<OffsetAtTime> offsetForTimestamp(long timestamp);

  /** The log's start, without a timestamp; as ListOffsets answers for EARLIEST. */
  OffsetAtTime earliest();

  /** The log's end, without a timestamp; as ListOffsets answers replicas for LATEST. */
  OffsetAtTime latest();

  /** The record with the largest timestamp, the first of them; empty in an empty log. */
  Optional<OffsetAtTime> maxTimestamp();

  /**
   * Lets go of the records below an offset: they can't be read from now on, their segments are
   * deleted later.
   *
   * @return the log's start, which is higher than asked if it had been so before
   * @throws org.apache.kafka.common.errors.OffsetOutOfRangeException the offset is above the high
   *     watermark
   */
  long deleteRecords(long beforeOffset);

  /**
   * Removes the records from an offset on, and leader epochs that have no record below it; durable
   * on return (an fsync). Only for followers: what was above the high watermark of no one.
   */
  void truncateTo(long offset);

  /** Removes all records and starts again at an offset; durable on return (an fsync). */
  void truncateFullyAndStartAt(long offset);

  /**
   * Applies retention by time, by size and by the log's start.
   *
   * @return segments taken out; their files go after {@code file.delete.delay.ms}, and not before
   *     the last slice is released
   */
  int deleteOldSegments();

  /**
   * Makes everything appended so far durable. Blocks on the disk, but no append or read meanwhile.
   */
  void flush();
}
