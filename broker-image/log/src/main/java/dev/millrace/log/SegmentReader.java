package dev.millrace.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Finds where in the segment files the bytes of a read lie. Takes no lock; allocates the same
 * whatever their number.
 */
final class SegmentReader {
  private final Segments segments;

  SegmentReader(Segments segments) {
    this.segments = segments;
  }

  /**
   * Finds the bytes, the first batch whole whatever its size; null if the segment has been removed.
   */
  @Nullable ReadResult find(
      Segment first,
      LogEnd end,
      long offset,
      int maxBytes,
      long upperBound,
      boolean empty,
      long logStartOffset)
      throws IOException {
    for (Segment segment = first; segment != null; segment = segments.after(segment)) {
      FileChannel channel = segment.file().retain();
      if (channel == null) {
        return null;
      }
      boolean handedOver = false;
      try {
        int limit = segment == end.active() ? end.position() : segment.size();
        Segment.Place place = empty ? null : segment.locate(channel, offset, limit);
        if (place != null || empty || segment == end.active()) {
          int position = place == null ? limit : place.position();
          int available =
              place == null ? 0 : limitOf(segment, channel, end, upperBound, limit) - position;
          int length =
              Math.clamp(available, 0, Math.max(maxBytes, place == null ? 0 : place.size()));
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

  /** The position that the upper bound has in a segment. */
  private int limitOf(Segment segment, FileChannel channel, LogEnd end, long upperBound, int limit)
      throws IOException {
    if (upperBound >= end.offset()) {
      return limit;
    }
    Segment next = segments.after(segment);
    if (next != null && next.baseOffset() <= upperBound) {
      return limit;
    }
    Segment.Place place = segment.locate(channel, upperBound, limit);
    return place == null ? limit : place.position();
  }

  /** Only a first batch larger than what was asked for makes a slice too long. */
  static ReadResult shorten(ReadResult found, int maxBytes) {
    return new ReadResult(
        new ShortenedSlice(found.slice(), Math.max(0, maxBytes)),
        found.offset(),
        found.logStartOffset(),
        true);
  }
}
