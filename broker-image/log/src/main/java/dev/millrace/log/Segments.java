package dev.millrace.log;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A log's segments by base offset. Readers take no lock; writers hold the log's. */
final class Segments {
  private final ConcurrentSkipListMap<Long, Segment> byBase = new ConcurrentSkipListMap<>();

  void add(Segment segment) {
    byBase.put(segment.baseOffset(), segment);
  }

  void remove(Segment segment) {
    byBase.remove(segment.baseOffset(), segment);
  }

  boolean isEmpty() {
    return byBase.isEmpty();
  }

  int count() {
    return byBase.size();
  }

  @Nullable Segment oldest() {
    return valueOf(byBase.firstEntry());
  }

  /** The oldest one, for who holds the lock: a reader may see none at all for a moment. */
  Segment first() {
    return byBase.firstEntry().getValue();
  }

  /** The one that is appended to. */
  Segment active() {
    return byBase.lastEntry().getValue();
  }

  /** The segment that an offset belongs to; null below the first. */
  @Nullable Segment floor(long offset) {
    return valueOf(byBase.floorEntry(offset));
  }

  @Nullable Segment after(Segment segment) {
    return valueOf(byBase.higherEntry(segment.baseOffset()));
  }

  /** All, in order; a live view. */
  Collection<Segment> all() {
    return byBase.values();
  }

  /** From the one that an offset belongs to on. */
  List<Segment> from(long offset) {
    Long floor = byBase.floorKey(offset);
    return List.copyOf((floor == null ? byBase : byBase.tailMap(floor, true)).values());
  }

  long sizeBytes() {
    long sum = 0;
    for (Segment segment : byBase.values()) {
      sum += segment.size();
    }
    return sum;
  }

  private static @Nullable Segment valueOf(Map.@Nullable Entry<Long, Segment> entry) {
    return entry == null ? null : entry.getValue();
  }
}
