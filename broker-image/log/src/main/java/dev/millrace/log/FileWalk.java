package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Reads a segment file from front to back through one buffer of fixed size and checks every batch's
 * checksum, whatever the batch's size. For recovery; one thread.
 */
final class FileWalk {
  /** In the old formats the checksum comes first, and covers the rest. */
  private static final int OLD_CHECKED_FROM = BatchHeader.LOG_OVERHEAD + Integer.BYTES;

  /** Bounds what is read at once to judge what may be no message at all. */
  private static final int MAX_OLD_MESSAGE = 128 << 20;

  private static final int BUFFER_BYTES = 256 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
  private FileChannel channel;
  private long limit;
  private long bufferStart;
  private long position;
  private long next;

  FileWalk(FileChannel channel, long from, long limit) {
    this.channel = channel;
    restart(channel, from, limit);
  }

  /** Uses the same buffer for another file. */
  void restart(FileChannel file, long from, long end) {
    channel = file;
    limit = end;
    next = from;
    bufferStart = from;
    buffer.limit(0);
  }

  /** Goes to the next batch and checks it; false at the first that is cut, damaged or no batch. */
  boolean advance() throws IOException {
    position = next;
    if (limit - position < BatchHeader.BYTES || !load(BatchHeader.BYTES)) {
      return false;
    }
    int at = at();
    int size = BatchHeader.size(buffer, at);
    byte magic = BatchHeader.magic(buffer, at);
    if ((magic == 0 || magic == 1) && size <= limit - position && isOldMessage(size)) {
      throw new OldFormatException(
          "A record batch of format "
              + magic
              + " at position "
              + position
              + ": not readable here, and not to be cut off either");
    }
    if (magic != BatchHeader.MAGIC || size < BatchHeader.BYTES || size > limit - position) {
      return false;
    }
    next = position + size;
    return checksumMatches(size);
  }

  /**
   * Whether there really is a message of an old format, by its checksum. A hole that the loss of
   * power left has zeros, which look like the header of one.
   */
  private boolean isOldMessage(int size) throws IOException {
    if (size < OLD_CHECKED_FROM || size > MAX_OLD_MESSAGE) {
      return false;
    }
    ByteBuffer message = ByteBuffer.allocate(size);
    if (!FullRead.upToEnd(channel, message, position)) {
      return false;
    }
    CRC32 crc = new CRC32();
    crc.update(message.flip().slice(OLD_CHECKED_FROM, size - OLD_CHECKED_FROM));
    return (int) crc.getValue() == message.getInt(BatchHeader.LOG_OVERHEAD);
  }

  private boolean checksumMatches(int size) throws IOException {
    int expected = BatchHeader.crc(buffer, at());
    CRC32C crc = new CRC32C();
    if (size <= BUFFER_BYTES) {
      return load(size) && BatchHeader.computeCrc(buffer, at(), size) == expected;
    }
    ByteBuffer part = ByteBuffer.allocateDirect(BUFFER_BYTES);
    for (long at = position + BatchHeader.ATTRIBUTES; at < next; at += part.limit()) {
      part.clear().limit((int) Math.min(BUFFER_BYTES, next - at));
      if (!FullRead.upToEnd(channel, part, at)) {
        return false;
      }
      crc.update(part.flip());
    }
    return (int) crc.getValue() == expected;
  }

  /** Sees to it that so many bytes of the current batch are in the buffer. */
  private boolean load(int bytes) throws IOException {
    long within = position - bufferStart;
    if (within >= 0 && within + bytes <= buffer.limit()) {
      return true;
    }
    buffer.clear();
    buffer.limit((int) Math.min(BUFFER_BYTES, limit - position));
    FullRead.upToEnd(channel, buffer, position);
    buffer.flip();
    bufferStart = position;
    return buffer.limit() >= bytes;
  }

  /** Holds the current batch's header, and all of the batch if it is not larger than the buffer. */
  ByteBuffer buffer() {
    return buffer;
  }

  int at() {
    return (int) (position - bufferStart);
  }

  long position() {
    return position;
  }

  /** Where the current batch ends. */
  long end() {
    return next;
  }
}
