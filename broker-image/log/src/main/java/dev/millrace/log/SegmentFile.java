package dev.millrace.log;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A segment's file, open from first use until its owner has closed it and every slice is released:
 * a deleted file's bytes stay readable to who holds it. Thread-safe.
 */
final class SegmentFile {
  private final Disk disk;
  private final AtomicInteger holders = new AtomicInteger(1);
  private volatile Path path;
  private volatile @Nullable FileChannel channel;
  private final LazyFileCache cache;

  SegmentFile(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
    this.cache = new LazyFileCache(disk);
  }

  Path path() {
    return path;
  }

  void moved(Path newPath) {
    path = newPath;
  }

  /**
   * The open file, to be {@link #release}d.
   *
   * @return null if the owner has closed it
   */
  @Nullable FileChannel retain() throws IOException {
    int now;
    do {
      now = holders.get();
      if (now == 0) {
        return null;
      }
    } while (!holders.compareAndSet(now, now + 1));
    try {
      return channel();
    } catch (IOException | RuntimeException e) {
      release();
      throw e;
    }
  }

  /** The open file for the owner, who has not closed it. */
  FileChannel channel() throws IOException {
    FileChannel open = channel;
    if (open != null) {
      return open;
    }
    synchronized (this) {
      if (holders.get() == 0) {
        throw new ClosedChannelException();
      }
      if (channel == null) {
        channel =
            disk.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      }
      return java.util.Objects.requireNonNull(channel);
    }
  }

  /** What the page cache has of it; for who holds it. */
  FileCache cache() {
    return cache.of(path);
  }

  /** Whether it has been opened and not closed. */
  boolean isOpen() {
    FileChannel open = channel;
    return open != null && open.isOpen();
  }

  void release() {
    int left = holders.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("Released more often than retained: " + path);
    }
    if (left == 0) {
      closeChannel();
    }
  }

  private synchronized void closeChannel() {
    cache.close();
    FileChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("Closing " + path, e);
      }
    }
  }
}
