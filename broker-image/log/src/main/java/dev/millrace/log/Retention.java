package dev.millrace.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Decides which segments have outlived a topic's retention. Takes no lock: what it reads of sealed
 * segments doesn't change.
 */
final class Retention {
  private Retention() {}

  /**
   * The segments at the front that may go: everything in them is below the high watermark, and they
   * are too old, make the log too large or end below the log's start. A topic that is only
   * compacted loses none but the last kind.
   */
  static List<Segment> expired(Segments segments, LogConfig config, Bounds bounds, long now)
      throws IOException {
    List<Segment> expired = new ArrayList<>();
    long excess = config.retentionSize < 0 ? -1 : segments.sizeBytes() - config.retentionSize;
    for (Segment segment : segments.all()) {
      Segment next = segments.after(segment);
      long end = next == null ? bounds.endOffset() : next.baseOffset();
      if (end > bounds.highWatermark() || (next == null && segment.size() == 0)) {
        break;
      }
      boolean tooLarge = config.delete && excess >= segment.size();
      if (!tooLarge
          && end > bounds.logStartOffset()
          && !(config.delete && tooOld(segment, config, now))) {
        break;
      }
      excess -= segment.size();
      expired.add(segment);
    }
    return expired;
  }

  /** Where the log starts and ends, and up to where it is replicated. */
  record Bounds(long logStartOffset, long endOffset, long highWatermark) {}

  private static boolean tooOld(Segment segment, LogConfig config, long now) throws IOException {
    return config.retentionMs >= 0 && now - segment.retentionTimestamp() > config.retentionMs;
  }
}
