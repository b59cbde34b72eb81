package dev.millrace.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

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

  /** Makes durable which files a directory has. */
  default void forceDirectory(Path directory) throws IOException {
    Utils.flushDir(directory);
  }

  /** All files of a file system. */
  interface Volume {
    /**
     * Makes durable whatever was written to any of them before the call, renames included.
     *
     * @throws IOException something of it could not be written, now or at any time since the file
     *     was opened that the volume was asked for by
     */
    void force() throws IOException;
  }

  /**
   * The volume of a file that this process has open.
   *
   * @return empty where it can't be forced, or would not tell of an error
   */
  default Optional<Volume> volume(Path held) {
    return Optional.empty();
  }

  /** The operating system's files. */
  static Disk system() {
    return SystemDisk.INSTANCE;
  }
}
