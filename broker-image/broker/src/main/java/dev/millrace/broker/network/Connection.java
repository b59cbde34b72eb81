package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's end of one connection, on its event loop only.
 *
 * <pre>
 *   bytes → FrameReader → RequestParser → handler        requests, in order
 *   socket ← MessageEncoder ← head of {@code exchanges}  answers, in the order of the requests
 * </pre>
 *
 * <p>Reads as long as it may take another request: not too many unanswered, by number and bytes,
 * and not too much unsent. Otherwise the socket is left alone, and the client feels it by TCP.
 */
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final Listener listener;
  private final Channel channel;
  private final FrameReader reader;
  private final Deque<Exchange> exchanges = new ArrayDeque<>();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private long heldBytes;

  /** Guards against running {@link #process} inside itself by way of an answer given at once. */
  private boolean processing;

  /** A read is going on, at whose end everything written is flushed together. */
  private boolean reading;

  private boolean unflushed;

  /** Nothing is read or written any more; what was written may still be on its way. */
  private boolean closed;

  private boolean someoneWaits;
  private boolean frameTimerSet;
  private long framesRead;

  Connection(Listener listener, Channel channel) {
    this.listener = listener;
    this.channel = channel;
    this.reader =
        new FrameReader(
            listener.config().maxRequestBytes(),
            listener.budget(),
            channel.alloc(),
            channel.eventLoop(),
            this::process);
    listener.counters().connectionOpened();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (closed) {
      bytes.release();
      return;
    }
    reading = true;
    reader.feed(bytes);
    process();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    reading = false;
    flush();
  }

  private void process() {
    if (processing || closed) {
      return;
    }
    processing = true;
    try {
      for (ByteBuf frame = nextFrame(); frame != null; frame = nextFrame()) {
        framesRead++;
        take(frame);
      }
    } catch (InvalidFrameException e) {
      abort(e);
    } finally {
      processing = false;
    }
    if (!closed) {
      watchPartialFrame();
      channel.config().setAutoRead(mayTakeRequest() && !reader.starved());
    }
  }

  private @Nullable ByteBuf nextFrame() {
    return mayTakeRequest() ? reader.next() : null;
  }

  private boolean mayTakeRequest() {
    return !closed
        && exchanges.size() < listener.config().maxRequestsPerConnection()
        && heldBytes < listener.config().maxBytesPerConnection()
        && channel.isWritable();
  }

  private void take(ByteBuf frame) {
    int bytes = frame.readableBytes();
    listener.counters().request(bytes);
    heldBytes += bytes;
    Exchange exchange;
    try {
      exchange = RequestParser.parse(this, frame);
    } catch (RuntimeException e) {
      frame.release();
      frameReleased(bytes);
      throw new InvalidFrameException(String.valueOf(e.getMessage()));
    }
    hurryOthers();
    exchanges.add(exchange);
    if (!exchange.header().apiKey().requiresDelayedAllocation) {
      exchange.releaseFrame();
    }
    exchange.dispatch(listener.dispatcher());
  }

  /** Answers leave in order: whoever only waits for more to come holds the new one up. */
  private void hurryOthers() {
    if (someoneWaits) {
      someoneWaits = false;
      List.copyOf(exchanges).forEach(Exchange::hurry);
    }
  }

  /** One of the exchanges waits for nothing but more to come. */
  void waitsForMore() {
    someoneWaits = true;
  }

  boolean hasBehind(Exchange exchange) {
    return exchanges.peekLast() != exchange;
  }

  /** The answer of one of the exchanges was given. */
  void answered() {
    writeAnswers();
    process();
  }

  private void writeAnswers() {
    for (Exchange head = exchanges.peek(); head != null; head = exchanges.peek()) {
      Exchange.Answer answer = head.answer();
      if (answer == null || closed || !channel.isWritable()) {
        break;
      }
      exchanges.remove();
      switch (answer) {
        case Exchange.Answer.Response(ApiMessage message) -> write(head, message);
        case Exchange.Answer.Nothing() -> {}
        case Exchange.Answer.Close() -> closeAfterWrites();
      }
    }
    if (!reading) {
      flush();
    }
  }

  private void write(Exchange exchange, ApiMessage message) {
    short version = exchange.header().apiVersion();
    try {
      listener
          .encoder()
          .encode(
              channel.alloc(),
              exchange.header().toResponseHeader().data(),
              exchange.header().apiKey().responseHeaderVersion(version),
              message,
              version)
          .forEach(channel::write);
      unflushed = true;
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("request", exchange.header())
          .setCause(e)
          .log("A response could not be written; closing the connection");
      close();
    }
  }

  private void flush() {
    if (unflushed) {
      unflushed = false;
      channel.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    // Told in the midst of a write when it turns unwritable: nothing to do then but to stop
    // reading.
    if (channel.isWritable()) {
      writeAnswers();
      process();
    }
  }

  private void watchPartialFrame() {
    if (frameTimerSet || closed || !reader.midFrame() || !channel.config().isAutoRead()) {
      return;
    }
    frameTimerSet = true;
    long seen = framesRead;
    channel
        .eventLoop()
        .schedule(
            () -> {
              frameTimerSet = false;
              if (seen == framesRead
                  && reader.midFrame()
                  && mayTakeRequest()
                  && !reader.starved()) {
                abort(new InvalidFrameException("the rest of a request did not come"));
              } else {
                watchPartialFrame();
              }
            },
            listener.config().maxFrameTime().toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    // Who waits for an answer of ours is not idle, unless it doesn't take the ones before.
    if (event instanceof IdleStateEvent && (exchanges.isEmpty() || !channel.isWritable())) {
      LOG.atDebug().addKeyValue("client", clientAddress()).log("Closing an idle connection");
      close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof OutOfMemoryError) {
      // Netty would only log it. The process decides what this means, not a connection.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, cause);
    }
    if (cause instanceof IOException) {
      LOG.atDebug().addKeyValue("client", clientAddress()).setCause(cause).log("Connection lost");
      close();
    } else {
      abort(cause);
    }
  }

  private void abort(Throwable cause) {
    boolean expected = cause instanceof InvalidFrameException;
    LOG.atWarn()
        .addKeyValue("listener", listener.name())
        .addKeyValue("client", clientAddress())
        .addKeyValue("reason", cause.getMessage())
        .setCause(expected ? null : cause)
        .log("Closing a connection for what it sent");
    close();
  }

  private void close() {
    closed = true;
    channel.close();
  }

  private void closeAfterWrites() {
    closed = true;
    channel.config().setAutoRead(false);
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed = true;
    listener.counters().connectionClosed();
    reader.close();
    for (Exchange exchange : exchanges) {
      exchange.drop();
    }
    exchanges.clear();
    gone.complete(null);
  }

  /** Completes when nothing can come over this connection any more; on the event loop. */
  CompletableFuture<Void> gone() {
    return gone;
  }

  void frameReleased(int bytes) {
    heldBytes -= bytes;
    listener.budget().release(bytes);
  }

  boolean isClosed() {
    return closed;
  }

  EventLoop eventLoop() {
    return channel.eventLoop();
  }

  Listener listener() {
    return listener;
  }

  InetAddress clientAddress() {
    return channel.remoteAddress() instanceof InetSocketAddress remote
        ? remote.getAddress()
        : InetAddress.getLoopbackAddress();
  }
}
