package dev.millrace.broker.controller;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.server.common.OffsetAndEpoch;

/**
 * The medium of the metadata log: linearizable, append-only, compare-and-set. What a Raft quorum
 * gives Kafka's controller, an implementation gives ours.
 *
 * <p>Owned by one thread, the metadata I/O thread; calls may block on the medium. Every
 * implementation passes the contract test.
 */
public interface MetadataLog extends AutoCloseable {
  /** Somebody else has written at or after the position meant: this writer is deposed. */
  final class ConflictException extends Exception {
    private static final long serialVersionUID = 1L;

    public ConflictException(String message) {
      super(message);
    }
  }

  /** The medium did not say whether the write landed: time-out, connection lost. */
  final class UnknownOutcomeException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnknownOutcomeException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The medium cannot be reached; nothing was written, nothing is known to have changed. */
  final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message, Throwable cause) {
      super(message, cause);
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
   * A snapshot that replaces all entries below its offset.
   *
   * @param id its exclusive end offset and the epoch of the last record it covers
   * @param batches Kafka's snapshot format; not to be changed
   */
  record Snapshot(OffsetAndEpoch id, byte[] batches) {}

  /**
   * Appends exactly behind the last entry that this instance has read or written.
   *
   * @throws ConflictException if another writer got there; read on, nothing of this entry landed
   * @throws UnknownOutcomeException if it may or may not have landed
   * @throws UnavailableException if it certainly did not land because the medium is away
   */
  void append(Entry entry)
      throws ConflictException, UnknownOutcomeException, UnavailableException, InterruptedException;

  /** All entries from {@code offset} on, in order, without holes; may begin later if compacted. */
  List<Entry> readFrom(long offset) throws UnavailableException, InterruptedException;

  /**
   * Returns when something may have been appended since the last read, or after {@code millis}.
   * Wakes at once on {@link #wakeup()}.
   */
  void awaitChange(long millis) throws InterruptedException;

  /** Ends a running or the next {@link #awaitChange}; callable from any thread. */
  void wakeup();

  /** Makes the snapshot durable, then lets go of what it covers. Older snapshots are no-ops. */
  void writeSnapshot(Snapshot snapshot) throws UnavailableException, InterruptedException;

  Optional<Snapshot> latestSnapshot() throws UnavailableException, InterruptedException;

  /**
   * Tries to be, or stay, the one who should lead. A liveness hint only: it decides who campaigns,
   * never who may write.
   *
   * @return false if somebody else holds it
   */
  boolean tryLease(Endpoint self) throws UnavailableException, InterruptedException;

  /** Gives the hint up, so that another need not wait for it to run out. Best effort. */
  void releaseLease(Endpoint self) throws InterruptedException;

  @Override
  void close();
}
