package dev.millrace.log;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.storage.internals.log.EpochEntry;

/**
 * Makes a log durable, and knows how far it is. One flush at a time; the log's lock is held only to
 * learn what there is to flush and to say what was, never while waiting for the disk.
 */
final class LogFlusher {
  private final PartitionLog log;
  private final Segments segments;
  private final ProducerStates producers;
  private final EpochFile epochs;
  private final Time time;
  private final Object flushLock = new Object();
  private volatile long recoveryPoint;
  private volatile long lastFlushMs;
  private volatile long bytesAppended;
  private volatile long bytesFlushed;
  private long checkpointSnapshot = -1;

  LogFlusher(PartitionLog log, LogLoader.Loaded loaded, Time time) {
    this.log = log;
    this.segments = loaded.segments();
    this.producers = loaded.producers();
    this.epochs = loaded.epochFile();
    this.time = time;
    this.recoveryPoint = loaded.recoveryPoint();
    this.lastFlushMs = time.milliseconds();
    this.bytesAppended = loaded.recoveryPoint() < loaded.endOffset() ? segments.sizeBytes() : 0;
  }

  long recoveryPoint() {
    return recoveryPoint;
  }

  /** Bytes appended, or found unflushed when opened, that no flush has covered. */
  long unflushedBytes() {
    return bytesAppended - bytesFlushed;
  }

  /** Notes an append; under the log's lock. */
  void appended(int bytes) {
    bytesAppended = bytesAppended + bytes;
  }

  /** Notes a truncation to an offset; under the log's lock. */
  void truncated(long end) {
    recoveryPoint = Math.min(recoveryPoint, end);
  }

  /** Notes that the log starts anew, empty, at an offset; under the log's lock. */
  void restarted(long offset) {
    recoveryPoint = offset;
  }

  void flushIfOlderThan(long ms) {
    if (log.end().offset() > recoveryPoint && time.milliseconds() - lastFlushMs >= ms) {
      flush(false);
    }
  }

  /** Runs what must not meet a flush that is under way. */
  <T> T betweenFlushes(Supplier<T> work) {
    synchronized (flushLock) {
      return work.get();
    }
  }

  boolean hasUnflushed() {
    return log.end().offset() > recoveryPoint;
  }

  /**
   * Writes what a flush with a snapshot would, and forces none of it; under the log's lock, between
   * flushes. Who has forced it tells {@link #forced}.
   *
   * @return whether there is anything to force
   */
  boolean writeUnforced() throws IOException {
    boolean unflushed = hasUnflushed();
    if (unflushed) {
      epochs.prepare();
      log.end().active().writePendingIndexes();
    }
    snapshotAtCheckpoint();
    return unflushed;
  }

  /**
   * What was written unforced is durable.
   *
   * @return whether that was followed by a rename, which is not
   */
  boolean forced() throws IOException {
    recoveryPoint = log.end().offset();
    return epochs.replace();
  }

  /** Forces the snapshot that a roll left, and everything up to the new segment. */
  void flushRolled(Optional<File> snapshot) {
    try {
      if (snapshot.isPresent()) {
        force(snapshot.get().toPath());
      }
      flush(false);
    } catch (IOException e) {
      log.fail(e);
    } catch (KafkaStorageException e) {
      return; // already told to who listens for failures
    }
  }

  /**
   * Forces everything up to now, holding the log's lock only to learn what that is.
   *
   * @param withSnapshot whether to leave a producer snapshot at that point too, so that a recovery
   *     need not go back further
   */
  void flush(boolean withSnapshot) {
    synchronized (flushLock) {
      long target;
      long bytes;
      int truncationsBefore;
      List<Segment> unflushed;
      Optional<File> snapshot = Optional.empty();
      synchronized (log.lock()) {
        target = log.end().offset();
        if (log.isClosed() || target <= recoveryPoint) {
          return;
        }
        bytes = bytesAppended;
        truncationsBefore = log.truncations();
        unflushed = segments.from(recoveryPoint);
        snapshot = log.changing(() -> beforeFlush(withSnapshot));
      }
      try {
        // A recovery from the new point on will not read the batches that these are of.
        epochs.force();
        for (Segment segment : unflushed) {
          segment.force();
        }
        if (snapshot.isPresent()) {
          force(snapshot.get().toPath());
        }
        Utils.flushDirIfExists(log.directory());
      } catch (IOException | KafkaStorageException e) {
        throw log.fail(e);
      }
      synchronized (log.lock()) {
        if (log.truncations() == truncationsBefore) {
          recoveryPoint = Math.max(recoveryPoint, target);
          bytesFlushed = bytes;
          lastFlushMs = time.milliseconds();
        }
      }
    }
  }

  /**
   * Makes a truncation durable before anything is appended in the place of what was cut: a recovery
   * neither finds that again nor takes it for records of the epochs that come after it.
   *
   * @param left the epochs that the log still has
   */
  void forceTruncation(List<EpochEntry> left) {
    synchronized (flushLock) {
      try {
        log.end().active().force();
        epochs.write(left);
        epochs.force();
        Utils.flushDirIfExists(log.directory());
      } catch (IOException | KafkaStorageException e) {
        throw log.fail(e);
      }
    }
  }

  private Optional<File> beforeFlush(boolean withSnapshot) throws IOException {
    log.end().active().writePendingIndexes();
    return withSnapshot ? snapshotAtCheckpoint() : Optional.empty();
  }

  /**
   * Leaves a snapshot at the log's end in place of the last one left so; those at segments' starts
   * stay.
   */
  Optional<File> snapshotAtCheckpoint() throws IOException {
    Optional<File> snapshot = producers.snapshot();
    long old = checkpointSnapshot;
    checkpointSnapshot = log.end().offset();
    if (old >= 0 && old != checkpointSnapshot && !isSegmentStart(old)) {
      producers.manager().removeAndMarkSnapshotForDeletion(old).ifPresent(this::deleteSnapshot);
    }
    return snapshot;
  }

  private boolean isSegmentStart(long offset) {
    Segment segment = segments.floor(offset);
    return segment != null && segment.baseOffset() == offset;
  }

  private void deleteSnapshot(org.apache.kafka.storage.internals.log.SnapshotFile snapshot) {
    try {
      snapshot.deleteIfExists();
    } catch (IOException e) {
      log.fail(e);
    }
  }

  private static void force(Path file) throws IOException {
    if (Files.exists(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }
}
