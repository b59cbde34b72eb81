package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Sends log slices where the kernel cannot take them from the file: over TLS. Reads a slice piece
 * by piece, each when the socket has taken most of what came before, so that a response of any size
 * takes a bounded amount of memory. On the connection's event loop.
 *
 * <pre>
 *   Connection → {@code waiting} → pieces in memory → SslHandler → socket
 *                    ↑                                               |
 *                    └────────────── a piece was taken ──────────────┘
 * </pre>
 *
 * <p>What waits counts for the connection's writability as it would in Netty's own queue.
 */
final class SliceStreamer extends ChannelOutboundHandlerAdapter {
  /** What a TLS record holds at most. */
  static final int RECORD = 16 << 10;

  /** What is encrypted at once: few calls, and still in the processor's cache by then. */
  private static final int PIECE = 64 << 10;

  /** After so much, other connections of the event loop have their turn. */
  private static final int TURN = 1 << 20;

  /** Netty has 1 to 31 for whoever has a say in a channel's writability. */
  private static final int OWN_SAY = 1;

  private record Waiting(Object message, long bytes, ChannelPromise promise) {}

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final UnsentBytes unsentOfAll;
  private long waitingBytes;
  private long unsent;

  private boolean pumping;
  private boolean ended;

  SliceStreamer(UnsentBytes unsentOfAll) {
    this.unsentOfAll = unsentOfAll;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (ended) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
    } else {
      long bytes = size(message);
      waiting.add(new Waiting(message, bytes, promise));
      waitingBytes += bytes;
      tellWritable(context);
    }
  }

  /** A response consists of these. */
  private static long size(Object message) {
    return switch (message) {
      case SliceRegion region -> region.count();
      case ByteBuf bytes -> bytes.readableBytes();
      default -> throw new IllegalArgumentException("cannot send " + message);
    };
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    if (waiting.isEmpty()) {
      context.flush();
    } else {
      pump(context);
    }
  }

  /** Writes as much as the socket seems to take, and no more than a turn's worth. */
  private void pump(ChannelHandlerContext context) {
    if (pumping || ended) {
      return;
    }
    pumping = true;
    try {
      long left = TURN;
      int ahead = unsentOfAll.perConnection();
      while (left > 0 && !waiting.isEmpty() && unsent < ahead) {
        do {
          left -= writeNext(context);
        } while (left > 0 && !waiting.isEmpty() && unsent < ahead);
        context.flush();
      }
      if (left <= 0 && !waiting.isEmpty()) {
        context.executor().execute(() -> pump(context));
      }
    } catch (IOException e) {
      end(e);
      context.fireExceptionCaught(e);
      context.close();
    } finally {
      pumping = false;
    }
    if (!ended) {
      tellWritable(context);
    }
  }

  /** Writes the next piece of what waits; returns its size. */
  private long writeNext(ChannelHandlerContext context) throws IOException {
    List<ChannelPromise> done = new ArrayList<>(2);
    ByteBuf bytes = isWholePiece(waiting.element()) ? takeWhole(done) : gather(context, done);
    int size = bytes.readableBytes();
    unsent += size;
    unsentOfAll.add(size);
    context
        .write(bytes)
        .addListener(
            written -> {
              unsent -= size;
              unsentOfAll.add(-size);
              if (written.isSuccess()) {
                done.forEach(ChannelPromise::trySuccess);
                pump(context);
              } else {
                done.forEach(promise -> promise.tryFailure(written.cause()));
                end(written.cause());
              }
            });
    return size;
  }

  /** A response without slices comes in one buffer, which need not be copied. */
  private boolean isWholePiece(Waiting head) {
    return head.message() instanceof ByteBuf
        && (waiting.size() == 1 || head.bytes() == 0 || head.bytes() > RECORD);
  }

  private ByteBuf takeWhole(List<ChannelPromise> done) {
    Waiting head = waiting.remove();
    waitingBytes -= head.bytes();
    done.add(head.promise());
    return (ByteBuf) head.message();
  }

  /** Fills a buffer with what comes next, from memory and from files. */
  private ByteBuf gather(ChannelHandlerContext context, List<ChannelPromise> done)
      throws IOException {
    int most = (int) Math.min(Math.min(PIECE, unsentOfAll.perConnection()), waitingBytes);
    ByteBuf piece = context.alloc().directBuffer(most, most);
    try {
      for (Waiting head = waiting.peek();
          head != null && piece.isWritable();
          head = waiting.peek()) {
        if (head.message() instanceof SliceRegion region) {
          waitingBytes -= region.readInto(piece);
          if (region.unread() > 0) {
            break;
          }
        } else if (head.message() instanceof ByteBuf bytes) {
          int size = Math.min(bytes.readableBytes(), piece.writableBytes());
          piece.writeBytes(bytes, size);
          waitingBytes -= size;
          if (bytes.isReadable()) {
            break;
          }
        }
        waiting.remove();
        ReferenceCountUtil.release(head.message());
        done.add(head.promise());
      }
      return piece;
    } catch (IOException | RuntimeException e) {
      piece.release();
      done.forEach(promise -> promise.tryFailure(e));
      throw e;
    }
  }

  /** As Netty does it with its own queue, whose watermarks these are. */
  private void tellWritable(ChannelHandlerContext context) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    if (buffer == null) {
      return;
    }
    var config = context.channel().config();
    if (waitingBytes > config.getWriteBufferHighWaterMark()) {
      buffer.setUserDefinedWritability(OWN_SAY, false);
    } else if (waitingBytes < config.getWriteBufferLowWaterMark()) {
      buffer.setUserDefinedWritability(OWN_SAY, true);
    }
  }

  /**
   * Nothing that waits is sent any more. A socket that has not even taken what it was given is not
   * waited for either, as it would be for a TLS farewell behind that.
   */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    end(new ClosedChannelException());
    if (unsent > 0) {
      context.channel().unsafe().close(promise);
    } else {
      context.close(promise);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    end(new ClosedChannelException());
  }

  private void end(Throwable cause) {
    ended = true;
    waitingBytes = 0;
    for (Waiting one = waiting.poll(); one != null; one = waiting.poll()) {
      ReferenceCountUtil.release(one.message());
      one.promise().tryFailure(cause);
    }
  }
}
