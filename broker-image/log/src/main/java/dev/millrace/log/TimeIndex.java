package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code .timeindex}: from the largest timestamp so far (eight bytes) to the last offset of the
 * batch that has it (relative, four bytes). Threads as {@link IndexFile}.
 */
final class TimeIndex extends IndexFile {
  private static final int ENTRY_BYTES = 12;

  TimeIndex(Disk disk, OpenFileBudget budget, Path path, long baseOffset) {
    super(disk, budget, path, baseOffset, ENTRY_BYTES);
  }

  @Override
  long decodeKey(ByteBuffer from, int at) {
    return from.getLong(at);
  }

  @Override
  long decodeValue(ByteBuffer from, int at) {
    return baseOffset() + from.getInt(at + 8);
  }

  @Override
  void encode(long key, long value, ByteBuffer to) {
    to.putLong(key).putInt((int) (value - baseOffset()));
  }

  /** One place is kept for the entry that a segment gets when it is sealed. */
  boolean isFull(int maxBytes) throws IOException {
    return bytes() + 2 * ENTRY_BYTES > maxBytes - maxBytes % ENTRY_BYTES;
  }

  /** Adds an entry if its timestamp is above the last one's. */
  void appendIfLater(long timestamp, long offset) throws IOException {
    int count = count();
    if (timestamp >= 0 && (count == 0 || timestamp > lastKey())) {
      append(timestamp, offset);
    }
  }
}
