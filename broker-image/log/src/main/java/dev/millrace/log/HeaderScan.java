package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Steps through the batch headers of a segment file, reading little more than them. For one thread.
 * The current batch's header is at {@link #at()} of {@link #buffer()}.
 */
final class HeaderScan {
  private static final int CHUNK = 512;

  private final FileChannel channel;
  private final FileCache cache;
  private final long cachedTo;
  private final long limit;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
  private long chunkStart;
  private long position;
  private long next;
  private int at;

  HeaderScan(FileChannel channel, long from, long limit) {
    this(channel, FileCache.UNKNOWN, from, limit, limit);
  }

  /**
   * Scans what is in memory.
   *
   * @param cache which is asked before anything is read
   * @param cachedTo up to where it has been asked
   */
  HeaderScan(FileChannel channel, FileCache cache, long from, long limit, long cachedTo) {
    this.channel = channel;
    this.cache = cache;
    this.cachedTo = cachedTo;
    this.limit = limit;
    this.next = from;
    this.chunk.limit(0);
  }

  /**
   * Goes to the next batch; false at the end, or where what follows is no whole batch.
   *
   * @throws NotCachedException it is not in memory
   */
  boolean advance() throws IOException {
    position = next;
    if (position + BatchHeader.BYTES > limit) {
      return false;
    }
    long within = position - chunkStart;
    if (within < 0 || within + BatchHeader.BYTES > chunk.limit()) {
      long end = Math.min(position + CHUNK, limit);
      if (end > cachedTo && !cache.has(position, end - position)) {
        throw NotCachedException.INSTANCE;
      }
      chunk.clear();
      FullRead.upToEnd(channel, chunk, position);
      chunk.flip();
      chunkStart = position;
      within = 0;
      if (chunk.limit() < BatchHeader.BYTES) {
        return false;
      }
    }
    at = (int) within;
    int size = size();
    if (size < BatchHeader.BYTES
        || position + size > limit
        || BatchHeader.magic(chunk, at) != BatchHeader.MAGIC) {
      return false;
    }
    next = position + size;
    return true;
  }

  ByteBuffer buffer() {
    return chunk;
  }

  int at() {
    return at;
  }

  /** The current batch's position in the file. */
  long position() {
    return position;
  }

  int size() {
    return BatchHeader.size(chunk, at);
  }

  long baseOffset() {
    return BatchHeader.baseOffset(chunk, at);
  }

  long lastOffset() {
    return BatchHeader.lastOffset(chunk, at);
  }

  long maxTimestamp() {
    return BatchHeader.maxTimestamp(chunk, at);
  }
}
