package dev.millrace.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log without its lock: what was truncated or removed while a read looked at it is looked
 * for again. Thread-safe.
 */
final class LogReads {
  /** Who has read nothing from the disk for so long is taken for gone. */
  private static final long SILENT_MS = 10_000;

  private final PartitionLog log;
  private final Segments segments;
  private final LogEnvironment environment;
  private final SegmentReader reader;
  private final AtomicBoolean tidying = new AtomicBoolean();

  LogReads(PartitionLog log, Segments segments, LogEnvironment environment) {
    this.log = log;
    this.segments = segments;
    this.environment = environment;
    this.reader = new SegmentReader(segments, log::config, environment);
  }

  /** As {@link Log#read}. */
  ReadResult read(long offset, int maxBytes, long upperBound, boolean atLeastOneBatch) {
    ReadResult found = find(offset, maxBytes, upperBound, true);
    return atLeastOneBatch ? found : SegmentReader.shorten(found, maxBytes);
  }

  /** As {@link Log#readCached}. */
  @Nullable ReadResult readCached(
      long offset, int maxBytes, long upperBound, boolean atLeastOneBatch) {
    try {
      ReadResult found = find(offset, maxBytes, upperBound, false);
      return atLeastOneBatch ? found : SegmentReader.shorten(found, maxBytes);
    } catch (NotCachedException e) {
      return null;
    }
  }

  /** As {@link Log#load}. */
  CompletableFuture<Void> load(long offset, int maxBytes) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            loadNow(offset, maxBytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        environment.cache().reads());
  }

  /** What was truncated or removed meanwhile is no longer wanted; who reads next will see. */
  private void loadNow(long offset, int maxBytes) throws IOException {
    requireWithin(offset, log.logStartOffset(), log.end());
    Segment segment = segments.floor(offset);
    if (segment == null) {
      return;
    }
    FileChannel channel = segment.file().retain();
    if (channel == null) {
      return;
    }
    try {
      segment.load(channel, offset, maxBytes, log.config().indexInterval);
    } finally {
      segment.file().release();
    }
    tidyLater();
  }

  private void requireWithin(long offset, long start, LogEnd end) {
    if (offset < start || offset > end.offset()) {
      throw new OffsetOutOfRangeException(
          "Offset %d is not within %d and %d of %s"
              .formatted(offset, start, end.offset(), log.topicPartition()));
    }
  }

  private ReadResult find(long offset, int maxBytes, long upperBound, boolean mayWait) {
    while (true) {
      int truncationsBefore = log.truncations();
      long start = log.logStartOffset();
      LogEnd end = log.end();
      requireWithin(offset, start, end);
      boolean empty = offset >= Math.min(upperBound, end.offset());
      Segment segment = empty ? end.active() : segments.floor(offset);
      try {
        ReadResult found =
            segment == null
                ? null
                : reader.find(segment, end, offset, maxBytes, upperBound, empty, start, mayWait);
        if (found != null) {
          return found;
        }
      } catch (IOException e) {
        if (log.isClosed() || !log.changedSince(truncationsBefore, segment)) {
          throw log.fail(e);
        }
      }
      if (log.isClosed()) {
        throw new KafkaStorageException("The log of " + log.topicPartition() + " is closed");
      }
      // The segment was removed or cut while we looked: look again.
    }
  }

  private void tidyLater() {
    if (tidying.compareAndSet(false, true)) {
      environment.scheduler().scheduleOnce("forget-cold-readers", this::tidy, SILENT_MS);
    }
  }

  private void tidy() {
    boolean anyLeft = false;
    for (Segment segment : segments.all()) {
      anyLeft |= segment.coldReads().forgetSilent(SILENT_MS);
    }
    tidying.set(false);
    if (anyLeft) {
      tidyLater();
    }
  }
}
