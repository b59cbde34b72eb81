package dev.millrace.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;

/** The operating system's files; with Linux, also what its page cache has of them. Thread-safe. */
final class SystemDisk implements Disk {
  /** One for the process: linking to the C library takes tens of milliseconds. */
  static final SystemDisk INSTANCE = new SystemDisk();

  /** Made when a file's cache is first asked about, which a broker's start does not. */
  private static final class Calls {
    static final Optional<LinuxCalls> LINUX = LinuxCalls.find();
    static final int NOWHERE =
        LINUX.map(calls -> calls.openToWrite(Path.of("/dev/null"))).orElse(-1);
  }

  private SystemDisk() {}

  @Override
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    return FileChannel.open(path, options);
  }

  @Override
  public FileCache cache(Path path) {
    return Calls.NOWHERE < 0
        ? FileCache.UNKNOWN
        : new LinuxFileCache(Calls.LINUX.orElseThrow(), Calls.NOWHERE, path);
  }
}
