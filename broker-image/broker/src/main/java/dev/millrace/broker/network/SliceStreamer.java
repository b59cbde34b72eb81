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
import java.util.Deque;

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

  /** What is read at once: few calls, and still in the processor's cache when it is encrypted. */
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

  /** Bytes written since the last flush: where in a record the next ones come. */
  private long unflushed;

  private boolean pumping;
  private boolean ended;

  SliceStreamer(UnsentBytes unsentOfAll) {
    this.unsentOfAll = unsentOfAll;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    long bytes = size(message);
    if (ended) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
    } else if (waiting.isEmpty() && message instanceof ByteBuf) {
      pass(context, (ByteBuf) message, promise);
    } else {
      waiting.add(new Waiting(message, bytes, promise));
      waitingBytes += bytes;
      tellWritable(context);
    }
  }

  private static long size(Object message) {
    return switch (message) {
      case SliceRegion region -> region.count();
      case ByteBuf bytes -> bytes.readableBytes();
      default -> 0;
    };
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    if (waiting.isEmpty()) {
      flushNow(context);
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
      while (left > 0 && !waiting.isEmpty() && unsent < unsentOfAll.perConnection()) {
        left -= writeNext(context);
        if (waiting.isEmpty() || left <= 0 || unsent >= unsentOfAll.perConnection()) {
          flushNow(context);
        }
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

  private void flushNow(ChannelHandlerContext context) {
    unflushed = 0;
    context.flush();
  }

  /** Writes the next piece of what waits; returns its size. */
  private long writeNext(ChannelHandlerContext context) throws IOException {
    Waiting head = waiting.element();
    if (!(head.message() instanceof SliceRegion region)) {
      waiting.remove();
      waitingBytes -= head.bytes();
      pass(context, head.message(), head.bytes(), head.promise());
      return head.bytes();
    }
    ByteBuf piece = region.read(context.alloc(), pieceSize());
    int bytes = piece.readableBytes();
    waitingBytes -= bytes;
    boolean last = region.unread() == 0;
    if (last) {
      waiting.remove();
      region.release();
    }
    pass(context, piece, bytes, last ? head.promise() : context.newPromise());
    return bytes;
  }

  /** A piece ends where a record does: what is left over would have to be copied into the next. */
  private int pieceSize() {
    int most = Math.min(PIECE, unsentOfAll.perConnection());
    return most - (int) (unflushed % RECORD);
  }

  private void pass(ChannelHandlerContext context, ByteBuf bytes, ChannelPromise promise) {
    pass(context, bytes, bytes.readableBytes(), promise);
  }

  private void pass(
      ChannelHandlerContext context, Object message, long bytes, ChannelPromise promise) {
    unsent += bytes;
    unflushed += bytes;
    unsentOfAll.add(bytes);
    context
        .write(message, promise.unvoid())
        .addListener(
            done -> {
              unsent -= bytes;
              unsentOfAll.add(-bytes);
              if (done.isSuccess()) {
                pump(context);
              } else {
                end(done.cause());
              }
            });
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
