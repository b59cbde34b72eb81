package dev.millrace.bench.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file open for reading, by its number. Used by one thread. */
public final class LinuxFile implements AutoCloseable {
  private static final int O_RDONLY = 0;
  private static final int POSIX_FADV_DONTNEED = 4;

  private final Libc libc = new Libc();
  private final MemorySegment offset = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
  private final int fd;

  private LinuxFile(int fd) {
    this.fd = fd;
  }

  public static LinuxFile open(Path path) throws IOException {
    Libc libc = new Libc();
    try (Arena arena = Arena.ofConfined()) {
      int fd = libc.open(arena.allocateFrom(path.toString()), O_RDONLY);
      if (fd < 0) {
        throw libc.failed("opening " + path);
      }
      return new LinuxFile(fd);
    }
  }

  /** Has the kernel write a file to the disk and forget its pages. */
  public static void evict(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      // Pages that are not on the disk yet would stay.
      channel.force(true);
    }
    try (LinuxFile file = open(path)) {
      int error = file.libc.advise(file.fd, 0, 0, POSIX_FADV_DONTNEED);
      if (error != 0) {
        throw new IOException("evicting " + path + " failed with " + error);
      }
    }
  }

  int fd() {
    return fd;
  }

  /** Where the kernel finds an offset and leaves the next one. */
  MemorySegment offset(long value) {
    offset.set(ValueLayout.JAVA_LONG, 0, value);
    return offset;
  }

  @Override
  public void close() {
    libc.close(fd);
  }
}
