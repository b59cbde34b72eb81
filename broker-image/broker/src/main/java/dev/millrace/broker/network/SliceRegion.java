package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultFileRegion;
import java.io.EOFException;
import java.io.IOException;

/**
 * A log slice on its way to a socket. Must be a {@link DefaultFileRegion}: only that one goes
 * through native sendfile. Unlike its parent it doesn't close the file when done, which is shared,
 * but lets go of the slice. Netty releases it when it was sent and when it can't be.
 */
final class SliceRegion extends DefaultFileRegion {
  private final SliceRecords records;
  private final NetworkCounters counters;
  private long read;

  SliceRegion(SliceRecords records, NetworkCounters counters) {
    super(records.slice().channel(), records.slice().position(), records.slice().length());
    this.records = records;
    this.counters = counters;
  }

  /** Bytes that {@link #read} has not given yet. */
  long unread() {
    return count() - read;
  }

  /**
   * The next bytes in memory, for a connection that cannot be sent them from the file. They come
   * from the page cache: what is not there is read before the answer is given.
   *
   * @param atMost above 0
   * @return so many, unless fewer are left; the caller's to release
   * @throws EOFException if the file ends before the slice does
   */
  ByteBuf read(ByteBufAllocator allocator, int atMost) throws IOException {
    int size = (int) Math.min(atMost, unread());
    ByteBuf bytes = allocator.directBuffer(size, size);
    try {
      while (bytes.isWritable()) {
        long from = position() + read + bytes.readableBytes();
        if (bytes.writeBytes(records.slice().channel(), from, bytes.writableBytes()) < 0) {
          throw new EOFException("the file ends at " + from + ", before the slice " + records);
        }
      }
    } catch (IOException | RuntimeException e) {
      bytes.release();
      throw e;
    }
    read += size;
    return bytes;
  }

  @Override
  protected void deallocate() {
    counters.sentFromFile(transferred());
    counters.sentFromMemory(read);
    records.release();
  }
}
