package dev.millrace.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * Those who read one segment file from the disk. Each has the kernel read ahead of it, and leaves
 * no trace in the page cache: what was read for it alone is dropped when it has passed.
 *
 * <p>Thread-safe. Its lock is held for arithmetic only; {@link #load} and what {@link #passed}
 * returns wait for the disk.
 */
final class ColdReads {
  /** Of more readers the one that was silent longest is forgotten, and what it read stays. */
  private static final int READERS_MOST = 16;

  /** Who comes so close behind is spared reading the same from the disk again. */
  private static final long KEPT_FOR_NEXT = 64L << 20;

  private final Supplier<FileCache> cache;
  private final CachePolicy policy;
  private final CacheCounters counters;
  private final Time time;
  private final List<Reader> readers = new ArrayList<>();

  private record Range(long from, long to) {
    long length() {
      return to - from;
    }
  }

  private static final class Reader {
    /** The range that it asked for last. */
    long from;

    long to;

    /** As far as was read for it. */
    long ahead;

    long lastSeenMs;

    /** What was read for it and was not in memory before. */
    final Queue<Range> own = new PriorityQueue<>(Comparator.comparingLong(Range::to));

    boolean isAt(long position) {
      return from <= position && position <= Math.max(to, ahead);
    }
  }

  /**
   * @param cache of the segment's file
   */
  ColdReads(Supplier<FileCache> cache, CachePolicy policy, CacheCounters counters, Time time) {
    this.cache = cache;
    this.policy = policy;
    this.counters = counters;
    this.time = time;
  }

  /**
   * Reads a range into memory, and has the kernel begin with what comes behind it.
   *
   * @param size of the file
   */
  void load(long position, long length, long size) {
    Range wanted = new Range(position, Math.min(position + length, size));
    if (wanted.length() <= 0) {
      return;
    }
    Reader reader;
    Range unread;
    synchronized (this) {
      reader = startOrGoOn(wanted);
      unread = new Range(Math.max(wanted.from(), reader.ahead), wanted.to());
      reader.ahead = Math.max(reader.ahead, wanted.to());
    }
    noteOwn(reader, unread);
    cache.get().load(wanted.from(), wanted.length());
    goAhead(reader, size);
  }

  private Reader startOrGoOn(Range wanted) {
    Reader reader = find(wanted.from());
    if (reader == null) {
      if (readers.size() == READERS_MOST) {
        readers.remove(readers.stream().min(Comparator.comparingLong(r -> r.lastSeenMs)).get());
        counters.coldReaders(-1);
      }
      reader = new Reader();
      readers.add(reader);
      counters.coldReaders(1);
    }
    see(reader, wanted.from(), wanted.to());
    return reader;
  }

  /**
   * Notes that a range was found in memory.
   *
   * @param size of the file
   * @return what is to be done next for who asked, by a thread that may wait; null if nothing
   */
  @Nullable Runnable passed(long position, long length, long size) {
    synchronized (this) {
      Reader reader = readers.isEmpty() ? null : find(position);
      if (reader == null) {
        return null;
      }
      see(reader, position, position + length);
      boolean isFarAhead = reader.ahead - reader.to > policy.readAheadBytes() / 2;
      return isFarAhead || reader.ahead >= size ? null : () -> goAhead(reader, size);
    }
  }

  private @Nullable Reader find(long position) {
    return readers.stream()
        .filter(reader -> reader.isAt(position))
        .max(Comparator.comparingLong(reader -> reader.from))
        .orElse(null);
  }

  private void see(Reader reader, long from, long to) {
    reader.from = from;
    reader.to = to;
    reader.lastSeenMs = time.milliseconds();
  }

  private void goAhead(Reader reader, long size) {
    Range next;
    long passed;
    synchronized (this) {
      next = new Range(reader.ahead, Math.min(reader.to + policy.readAheadBytes(), size));
      reader.ahead = Math.max(next.from(), next.to());
      // As much is left behind it as is read ahead: it may still be on its way to the socket, and
      // two who read so close to each other are taken for one.
      passed = reader.from - policy.readAheadBytes();
    }
    if (next.length() > 0) {
      noteOwn(reader, next);
      cache.get().readAhead(next.from(), next.length());
    }
    drop(takePassed(reader, passed));
  }

  /** A range that is read for a reader is its own if hardly any of it was in memory. */
  private void noteOwn(Reader reader, Range range) {
    if (range.length() <= 0 || !cache.get().lacks(range.from(), range.length())) {
      return;
    }
    counters.readFromDisk(range.length());
    if (policy.dropsPassed()) {
      synchronized (this) {
        reader.own.add(range);
      }
    }
  }

  /** What the reader has for its own before a position, and nobody comes to read. */
  private synchronized List<Range> takePassed(Reader reader, long before) {
    List<Range> passed = new ArrayList<>();
    while (!reader.own.isEmpty() && reader.own.peek().to() <= before) {
      Range range = reader.own.remove();
      Reader next = nextTo(range, reader);
      if (next == null) {
        passed.add(range);
      } else {
        next.own.add(range);
      }
    }
    return passed;
  }

  private @Nullable Reader nextTo(Range range, Reader passed) {
    return readers.stream()
        .filter(reader -> reader != passed && reader.from < range.to())
        .filter(reader -> reader.from >= range.from() - KEPT_FOR_NEXT)
        .max(Comparator.comparingLong(reader -> reader.from))
        .orElse(null);
  }

  private void drop(List<Range> ranges) {
    if (policy.memoryIsScarce().getAsBoolean()) {
      for (Range range : ranges) {
        cache.get().drop(range.from(), range.length());
        counters.dropped(range.length());
      }
    }
  }

  /** Forgets all: the file goes, or its memory is the business of who opens it next. */
  synchronized void forgetAll() {
    counters.coldReaders(-readers.size());
    readers.clear();
  }

  /**
   * Forgets who was not seen for so long, and drops what was read for them.
   *
   * @return whether any are left
   */
  boolean forgetSilent(long idleMs) {
    List<Range> left = new ArrayList<>();
    boolean some;
    synchronized (this) {
      long deadline = time.milliseconds() - idleMs;
      List<Reader> silent =
          readers.stream().filter(reader -> reader.lastSeenMs <= deadline).toList();
      readers.removeAll(silent);
      counters.coldReaders(-silent.size());
      silent.forEach(reader -> left.addAll(takePassed(reader, Long.MAX_VALUE)));
      some = !readers.isEmpty();
    }
    drop(left);
    return some;
  }
}
