package dev.millrace.log;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the page cache has of a file, asked for when somebody first wants to know, and again as long
 * as nothing is known. Thread-safe.
 */
final class LazyFileCache implements AutoCloseable {
  private final Disk disk;
  private volatile @Nullable FileCache opened;
  private boolean closed;

  LazyFileCache(Disk disk) {
    this.disk = disk;
  }

  /**
   * The file's; of one that is closed nothing is known.
   *
   * @param path where it is now
   */
  FileCache of(Path path) {
    FileCache known = opened;
    return known != null ? known : open(path);
  }

  private synchronized FileCache open(Path path) {
    FileCache known = opened;
    if (known != null || closed) {
      return known != null ? known : FileCache.UNKNOWN;
    }
    FileCache found = disk.cache(path);
    if (found != FileCache.UNKNOWN) {
      opened = found;
    }
    return found;
  }

  @Override
  public synchronized void close() {
    closed = true;
    FileCache known = opened;
    if (known != null) {
      known.close();
    }
  }
}
