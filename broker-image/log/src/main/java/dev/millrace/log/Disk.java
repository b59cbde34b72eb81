package dev.millrace.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/**
 * How the log opens the files that it reads and writes records and indexes with. An interface so
 * that tests can let a write fail; production uses {@link #system()}, whose channels the kernel can
 * sendfile from.
 */
@FunctionalInterface
public interface Disk {
  /** Opens a file; options as of {@link FileChannel#open(Path, OpenOption...)}. */
  FileChannel open(Path path, OpenOption... options) throws IOException;

  /** What the page cache has of a file, which the caller closes. */
  default FileCache cache(Path path) {
    return FileCache.UNKNOWN;
  }

  /** The operating system's files. */
  static Disk system() {
    return SystemDisk.INSTANCE;
  }
}
