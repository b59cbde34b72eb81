package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Writes all of a buffer, which the kernel may take in parts. */
final class FullWrite {
  private FullWrite() {}

  /** Leaves the buffer's position at its limit. */
  static void at(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
    long next = position;
    while (buffer.hasRemaining()) {
      next += channel.write(buffer, next);
    }
  }
}
