package dev.millrace.log;

import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Asks the kernel through a descriptor of its own, which Java's channels don't give away: a look at
 * all pages of a range, and a read of a byte that doesn't wait, for to the former a page is there
 * whose bytes are still on their way from the disk. Where the kernel is older than the former, a
 * byte is read of every so many.
 */
final class LinuxFileCache implements FileCache {
  /** Memory is taken back in runs of pages that were used at a time, which are longer than this. */
  private static final long SAMPLE_EVERY = 64 << 10;

  /** The kernel begins to read no more than a device's read-ahead at a time, 128 KiB by default. */
  private static final long ADVISE_AT_ONCE = 128 << 10;

  private static final long LOAD_AT_ONCE = 1 << 20;
  private static final int HARDLY_ANY = 4;
  private static final int CLOSED = -1;
  private static final long UNKNOWN = -1;

  private final LinuxCalls calls;
  private final int nowhere;

  /** Held shared over a call: a number that was given back may be another file's. */
  private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

  private int file;

  /**
   * @param nowhere an open {@code /dev/null}, which outlives this
   */
  LinuxFileCache(LinuxCalls calls, int nowhere, Path path) {
    this.calls = calls;
    this.nowhere = nowhere;
    this.file = Math.max(CLOSED, calls.openToRead(path));
    if (file != CLOSED) {
      // Nothing is to be read but what is asked for here.
      calls.advise(file, 0, 0, LinuxCalls.ADVICE_RANDOM);
    }
  }

  @Override
  public boolean has(long position, long length) {
    return length <= 0 || all(position, length, false);
  }

  @Override
  public boolean lacks(long position, long length) {
    return length > 0 && all(position, length, true);
  }

  private boolean all(long position, long length, boolean missing) {
    if (!inUse.readLock().tryLock()) {
      return !missing; // it is being closed
    }
    try {
      long last = position + length - 1;
      long cached = file == CLOSED ? UNKNOWN : calls.cachedPages(file, position, length);
      if (cached < 0) {
        return samples(position, last, missing);
      }
      long pages = calls.pages(position, length);
      if (missing) {
        return cached <= pages / HARDLY_ANY;
      }
      // What the disk is still reading counts as cached; it is read from front to back. A look for
      // a page that is not there at all would have the kernel read it.
      return cached == pages && !isMissing(last);
    } finally {
      inUse.readLock().unlock();
    }
  }

  private boolean samples(long position, long last, boolean missing) {
    for (long at = position; at < last; at += SAMPLE_EVERY) {
      if (isMissing(at) != missing) {
        return false;
      }
    }
    return isMissing(last) == missing;
  }

  private boolean isMissing(long at) {
    return file != CLOSED && calls.readOneCached(file, at) == -LinuxCalls.EAGAIN;
  }

  /** Sends it to /dev/null: that waits for every page, and copies none. */
  @Override
  public void load(long position, long length) {
    readAhead(position, length);
    inUse.readLock().lock();
    try {
      long end = position + length;
      long at = position;
      while (file != CLOSED && at < end) {
        long moved = calls.send(nowhere, file, at, Math.min(LOAD_AT_ONCE, end - at));
        if (moved <= 0) {
          return; // the file ends, or the disk fails, which whoever reads the bytes will be told
        }
        at += moved;
      }
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void readAhead(long position, long length) {
    inUse.readLock().lock();
    try {
      long end = position + length;
      for (long at = position; file != CLOSED && at < end; at += ADVISE_AT_ONCE) {
        calls.advise(file, at, Math.min(ADVISE_AT_ONCE, end - at), LinuxCalls.ADVICE_WILL_NEED);
      }
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void drop(long position, long length) {
    inUse.readLock().lock();
    try {
      if (file != CLOSED && length > 0) {
        calls.advise(file, position, length, LinuxCalls.ADVICE_DONT_NEED);
      }
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      if (file != CLOSED) {
        calls.close(file);
        file = CLOSED;
      }
    } finally {
      inUse.writeLock().unlock();
    }
  }
}
