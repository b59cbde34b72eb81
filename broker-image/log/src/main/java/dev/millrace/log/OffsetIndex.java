package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * {@code .index}: from a batch's last offset (relative, four bytes) to the batch's position in the
 * segment (four bytes). Threads as {@link IndexFile}.
 */
final class OffsetIndex extends IndexFile {
  private static final int ENTRY_BYTES = 8;

  OffsetIndex(Disk disk, OpenFileBudget budget, Path path, long baseOffset) {
    super(disk, budget, path, baseOffset, ENTRY_BYTES);
  }

  @Override
  long decodeKey(ByteBuffer from, int at) {
    return baseOffset() + from.getInt(at);
  }

  @Override
  long decodeValue(ByteBuffer from, int at) {
    return from.getInt(at + 4);
  }

  @Override
  void encode(long key, long value, ByteBuffer to) {
    to.putInt((int) (key - baseOffset())).putInt((int) value);
  }

  boolean isFull(int maxBytes) throws IOException {
    return bytes() + ENTRY_BYTES > maxBytes - maxBytes % ENTRY_BYTES;
  }

  /** Where to start scanning for an offset. */
  int positionBefore(long offset) throws IOException {
    return (int) valueAtFloor(offset, 0, true);
  }

  /**
   * The same from memory alone.
   *
   * @throws NotCachedException the disk would have to be waited for
   */
  int cachedPositionBefore(long offset) throws IOException {
    return (int) valueAtFloor(offset, 0, false);
  }
}
