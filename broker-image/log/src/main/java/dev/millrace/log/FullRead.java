package dev.millrace.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads until a buffer is full. */
final class FullRead {
  private FullRead() {}

  /**
   * Fills the buffer and leaves it for absolute reads or flipped ones; fails if the file ends
   * before.
   */
  static void at(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
    if (upToEnd(channel, buffer, position)) {
      return;
    }
    throw new EOFException("File ends within " + buffer.limit() + " bytes from " + position);
  }

  /** Reads until the buffer is full or the file ends; whether it is full. */
  static boolean upToEnd(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
    long next = position;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, next);
      if (read < 0) {
        return false;
      }
      next += read;
    }
    return true;
  }
}
