package dev.millrace.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.Supplier;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/**
 * Finds where in the segment files the bytes of a read lie. Takes no lock; allocates the same
 * whatever their number.
 */
final class SegmentReader {
  private final Segments segments;
  private final Supplier<LogConfig> config;
  private final LogEnvironment environment;

  SegmentReader(Segments segments, Supplier<LogConfig> config, LogEnvironment environment) {
    this.segments = segments;
    this.config = config;
    this.environment = environment;
  }

  /**
   * Finds the bytes, the first batch whole whatever its size; null if the segment has been removed.
   *
   * @param mayWait for the disk
   * @throws NotCachedException it may not, and would have to, be it for the bytes themselves
   */
  @Nullable ReadResult find(
      Segment first,
      LogEnd end,
      long offset,
      int maxBytes,
      long upperBound,
      boolean empty,
      long logStartOffset,
      boolean mayWait)
      throws IOException {
    for (Segment segment = first; segment != null; segment = segments.after(segment)) {
      FileChannel channel = segment.file().retain();
      if (channel == null) {
        return null;
      }
      boolean handedOver = false;
      try {
        int limit = segment == end.active() ? end.position() : segment.size();
        Segment.Place place =
            empty ? null : locate(segment, channel, offset, limit, maxBytes, mayWait);
        if (place != null || empty || segment == end.active()) {
          int position = place == null ? limit : place.position();
          int available =
              place == null
                  ? 0
                  : limitOf(segment, channel, end, upperBound, limit, mayWait) - position;
          int length =
              Math.clamp(available, 0, Math.max(maxBytes, place == null ? 0 : place.size()));
          if (!mayWait) {
            goOn(segment, position, length, limit);
            noteAge(place, length);
          }
          handedOver = true;
          return new ReadResult(
              new SegmentSlice(segment.file(), channel, position, length),
              offset,
              logStartOffset,
              false);
        }
      } finally {
        if (!handedOver) {
          segment.file().release();
        }
      }
      // Compaction has removed the rest of this segment: the offset is answered from the next one.
    }
    return null;
  }

  private void noteAge(Segment.@Nullable Place place, int length) {
    if (place != null && length > 0) {
      environment.cacheCounters().read(place.maxTimestamp(), environment.time().milliseconds());
    }
  }

  /** Who has read from the disk so far, and finds its bytes in memory now, goes on so. */
  private void goOn(Segment segment, int position, int length, int limit) {
    Runnable next = segment.coldReads().passed(position, length, limit);
    if (next != null) {
      environment.cache().reads().execute(next);
    }
  }

  private Segment.@Nullable Place locate(
      Segment segment, FileChannel channel, long offset, int limit, int bytes, boolean mayWait)
      throws IOException {
    return mayWait
        ? segment.locate(channel, offset, limit)
        : segment.locateCached(channel, offset, limit, bytes, config.get().indexInterval);
  }

  /** The position that the upper bound has in a segment. */
  private int limitOf(
      Segment segment, FileChannel channel, LogEnd end, long upperBound, int limit, boolean mayWait)
      throws IOException {
    if (upperBound >= end.offset()) {
      return limit;
    }
    Segment next = segments.after(segment);
    if (next != null && next.baseOffset() <= upperBound) {
      return limit;
    }
    Segment.Place place = locate(segment, channel, upperBound, limit, 0, mayWait);
    return place == null ? limit : place.position();
  }

  /** Only a first batch larger than what was asked for makes a slice too long. */
  static ReadResult shorten(ReadResult found, int maxBytes) {
    if (found.slice().length() <= maxBytes) {
      return found;
    }
    return new ReadResult(
        new ShortenedSlice(found.slice(), Math.max(0, maxBytes)),
        found.offset(),
        found.logStartOffset(),
        true);
  }
}
