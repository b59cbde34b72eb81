package dev.millrace.broker.controller;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.server.common.OffsetAndEpoch;

/**
 * The medium of the metadata log: linearizable, append-only, compare-and-set. What a Raft quorum
 * gives Kafka's controller, an implementation gives ours.
 *
 * <p>An instance is one node's cursor on the log: it has a position, which {@link #seekToSnapshot}
 * sets and which {@link #readNext} and {@link #append} move on. It is owned by one thread, the
 * metadata I/O thread, whose calls may block on the medium for some seconds; only {@link #wakeup},
 * {@link #clusterId}, {@link #identity}, {@link #maxEntryBytes} and copies are for any thread.
 * Every implementation passes the contract test.
 */
public interface MetadataLog extends AutoCloseable {
  /** Somebody else has written at or after the position meant: this writer is deposed. */
  final class ConflictException extends Exception {
    private static final long serialVersionUID = 1L;

    public ConflictException(String message) {
      super(message);
    }
  }

  /**
   * The medium did not say whether the write landed: time-out, connection lost. To append the very
   * same entry again settles it, however often; of two different entries at most one lands.
   */
  final class UnknownOutcomeException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnknownOutcomeException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * The medium cannot be reached, or has no room before a snapshot is written; nothing was written,
   * nothing is known to have changed, the same call may be made again.
   */
  final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
      super(message);
    }

    public UnavailableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What lies behind the position is gone from the log: seek to the snapshot that replaced it. */
  final class CompactedException extends Exception {
    private static final long serialVersionUID = 1L;

    public CompactedException(String message) {
      super(message);
    }
  }

  /**
   * One append: whole Kafka record batches.
   *
   * @param baseOffset offset of the first record
   * @param nextOffset offset after the last record
   * @param writer where the appending controller answers, so that whoever follows the log finds it
   * @param batches the bytes; not to be changed
   */
  record Entry(long baseOffset, long nextOffset, Endpoint writer, byte[] batches) {}

  /**
   * A snapshot that replaces all batches below its offset.
   *
   * @param id its exclusive end offset and the epoch of the last record it covers
   * @param batches Kafka's snapshot format; not to be changed
   */
  record Snapshot(OffsetAndEpoch id, byte[] batches) {}

  /**
   * Who wrote the newest entry of the log.
   *
   * @param epoch the epoch of its last batch
   */
  record Author(int epoch, Endpoint writer) {}

  /**
   * Where reading starts.
   *
   * @param snapshot the newest, if there is any
   * @param author of the newest entry still in the log, as a hint who leads; empty if unknown
   */
  record Start(Optional<Snapshot> snapshot, Optional<Author> author) {}

  /** How much the log wants a snapshot of what is committed. */
  enum SnapshotNeed {
    NONE,
    /** The log grows: its leader should write one. */
    SOON,
    /**
     * No append is possible before one was written: any node that has an image should write one.
     */
    NOW
  }

  /** The cluster that this log belongs to. */
  String clusterId();

  /** What tells this log from every other, one of the same cluster that was made anew included. */
  default String identity() {
    return clusterId();
  }

  /** The metadata version that a new cluster begins with; empty: the newest that is known. */
  default Optional<String> firstMetadataVersion() {
    return Optional.empty();
  }

  /** The most bytes that one entry may have. */
  int maxEntryBytes();

  /** Sets the position to the end of the newest snapshot, or to offset 0 where there is none. */
  Start seekToSnapshot() throws UnavailableException, InterruptedException;

  /**
   * Reads on: entries behind the position in order and without holes, and moves the position behind
   * them. As many as are at hand within some megabytes; an empty list says that the position is at
   * the end as far as is known. After a conflict it is known for certain.
   *
   * <p>The first entry after a seek may begin below the position, where the snapshot ends inside.
   */
  List<Entry> readNext() throws UnavailableException, CompactedException, InterruptedException;

  /**
   * Appends at the position, which must be the end of all that was read.
   *
   * @throws ConflictException if another writer got there; read on, nothing of this entry landed
   * @throws UnknownOutcomeException if it may or may not have landed
   * @throws UnavailableException if it certainly did not land: the medium is away or full
   */
  void append(Entry entry)
      throws ConflictException, UnknownOutcomeException, UnavailableException, InterruptedException;

  /**
   * Returns when something may have been appended since the last read, or after {@code millis}.
   * Wakes at once on {@link #wakeup()}.
   */
  void awaitChange(long millis) throws InterruptedException;

  /** Ends a running or the next {@link #awaitChange}; callable from any thread. */
  void wakeup();

  /** Whether a snapshot is wanted, as far as is known without asking the medium. */
  SnapshotNeed snapshotNeed();

  /** Makes the snapshot durable, then lets go of what it covers. Older snapshots are no-ops. */
  void writeSnapshot(Snapshot snapshot) throws UnavailableException, InterruptedException;

  /**
   * Tries to be, or stay, the one who should lead. A liveness hint only: it decides who campaigns,
   * never who may write. Cheap to call often; asks the medium only when something is due.
   *
   * @return false if somebody else holds it
   */
  boolean tryLease() throws UnavailableException, InterruptedException;

  /**
   * Takes the hint from a node that is known to be dead, without waiting for it to run out.
   *
   * @return false if it is neither that node's nor free nor this node's: somebody else was quicker
   */
  boolean takeLease(int fromNode) throws UnavailableException, InterruptedException;

  /** Gives the hint up, so that another need not wait for it to run out. Best effort. */
  void releaseLease() throws InterruptedException;

  /**
   * Whether the medium could not be reached at the start, so that what is read first is this node's
   * copy, and there is no controller to register with.
   */
  default boolean startsFromCopy() {
    return false;
  }

  /** Whether copies of the metadata are of use now, see {@link #keepCopy}; any thread. */
  default boolean keepsCopies() {
    return false;
  }

  /**
   * Keeps the metadata on this node's disk, for a start while the medium is away. Blocks on the
   * disk; called from one thread, which is not the I/O thread.
   */
  default void keepCopy(Snapshot snapshot) throws IOException {
    throw new UnsupportedOperationException("this log keeps no copies");
  }

  @Override
  void close();
}
