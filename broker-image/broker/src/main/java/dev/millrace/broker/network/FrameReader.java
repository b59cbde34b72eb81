package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's bytes into frames, whose memory it takes from the shared budget before it
 * allocates. On the connection's event loop only.
 *
 * <p>A frame that came in one piece is a slice of what was received; of others the pieces are
 * copied into one buffer of the exact size. Bytes behind a frame stay here until asked for, which
 * is at most one receive buffer, because a connection that is not asked is not read either.
 */
final class FrameReader {
  private static final int LENGTH_BYTES = Integer.BYTES;

  private final int maxFrame;
  private final ByteBudget budget;
  private final EventLoop loop;
  private final Runnable resume;
  private final ByteBufAllocator allocator;

  private @Nullable ByteBuf received;
  private @Nullable ByteBuf partial;
  private ByteBudget.@Nullable Wish wish;

  /** Length of the frame that memory was reserved for; -1 between frames. */
  private int reserved = -1;

  /**
   * @param resume called on the loop when memory that {@link #next} waited for is there
   */
  FrameReader(
      int maxFrame,
      ByteBudget budget,
      ByteBufAllocator allocator,
      EventLoop loop,
      Runnable resume) {
    this.maxFrame = maxFrame;
    this.budget = budget;
    this.allocator = allocator;
    this.loop = loop;
    this.resume = resume;
  }

  /** Takes over what was received. */
  void feed(ByteBuf bytes) {
    ByteBuf before = received;
    if (before == null) {
      received = bytes;
    } else {
      received = allocator.compositeBuffer(2).addComponents(true, before, bytes);
    }
  }

  /**
   * The next frame, without its length. Its bytes are reserved in the budget and the caller's to
   * release there.
   *
   * @return null if it is not whole yet or there is no memory for it now
   * @throws InvalidFrameException for a length that cannot be
   */
  @Nullable ByteBuf next() {
    ByteBuf bytes = received;
    if (bytes == null || wish != null || (reserved < 0 && !begin(bytes))) {
      return null;
    }
    ByteBuf frame = fill(bytes);
    if (!bytes.isReadable()) {
      bytes.release();
      received = null;
    }
    if (frame != null) {
      reserved = -1;
      partial = null;
    }
    return frame;
  }

  private boolean begin(ByteBuf bytes) {
    if (bytes.readableBytes() < LENGTH_BYTES) {
      return false;
    }
    int length = bytes.getInt(bytes.readerIndex());
    if (length <= 0 || length > maxFrame) {
      throw new InvalidFrameException(
          "a request of %d bytes; 1 to %d are allowed".formatted(length, maxFrame));
    }
    if (!budget.tryReserve(length)) {
      wish = budget.await(length, loop, () -> granted(length));
      return false;
    }
    bytes.skipBytes(LENGTH_BYTES);
    reserved = length;
    return true;
  }

  private void granted(int length) {
    ByteBuf bytes = received;
    wish = null;
    if (bytes == null) {
      budget.release(length);
      return;
    }
    bytes.skipBytes(LENGTH_BYTES);
    reserved = length;
    resume.run();
  }

  private @Nullable ByteBuf fill(ByteBuf bytes) {
    ByteBuf begun = partial;
    if (begun == null) {
      // Of a composite the batches' bytes would have to be gathered on the heap.
      if (bytes.readableBytes() >= reserved && bytes.nioBufferCount() == 1) {
        return bytes.readRetainedSlice(reserved);
      }
      begun = allocator.directBuffer(reserved, reserved);
      partial = begun;
    }
    bytes.readBytes(begun, Math.min(begun.writableBytes(), bytes.readableBytes()));
    return begun.isWritable() ? null : begun;
  }

  /** Whether it waits for memory. */
  boolean starved() {
    return wish != null;
  }

  /** Whether a frame was begun, its length included, and the rest is outstanding. */
  boolean midFrame() {
    return reserved >= 0 || received != null;
  }

  /** Lets go of everything; {@link #feed} must not be called any more. */
  void close() {
    if (received != null) {
      received.release();
      received = null;
    }
    if (partial != null) {
      partial.release();
      partial = null;
    }
    if (reserved >= 0) {
      budget.release(reserved);
      reserved = -1;
    }
    if (wish != null && wish.withdraw()) {
      wish = null;
    }
  }
}
