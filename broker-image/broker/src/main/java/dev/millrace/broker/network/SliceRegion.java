package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
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

  /** Bytes that {@link #readInto} has not given yet. */
  long unread() {
    return count() - read;
  }

  /**
   * Reads the next bytes into memory, for a connection that cannot be sent them from the file. They
   * come from the page cache: what is not there is read before the answer is given.
   *
   * @param memory is filled unless fewer bytes are left
   * @return how many
   * @throws EOFException if the file ends before the slice does
   */
  int readInto(ByteBuf memory) throws IOException {
    int size = (int) Math.min(memory.writableBytes(), unread());
    int left = size;
    while (left > 0) {
      int got = memory.writeBytes(records.slice().channel(), position() + read, left);
      if (got < 0) {
        throw new EOFException("the file ends at " + (position() + read) + ", before " + records);
      }
      read += got;
      left -= got;
    }
    return size;
  }

  @Override
  protected void deallocate() {
    counters.sentFromFile(transferred());
    counters.sentFromMemory(read);
    records.release();
  }
}
