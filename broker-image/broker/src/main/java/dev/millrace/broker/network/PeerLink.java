package dev.millrace.broker.network;

import dev.millrace.broker.controller.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one peer: requests leave in order and are answered in order. Its state is on
 * one event loop.
 *
 * <pre>
 *   Down ──a request──▶ Connecting ──▶ Up
 *    ▲  (after backoff)     │          │
 *    └──────────────────────┴──────────┘ lost: all requests fail, none is sent again
 * </pre>
 */
final class PeerLink {
  private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
  private static final int LENGTH_BYTES = Integer.BYTES;
  private static final int MAX_CALLS = 1024;
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final long FIRST_BACKOFF_MS = 50;
  private static final long MAX_BACKOFF_MS = 1_000;

  /**
   * What all links of a client have in common.
   *
   * @param resolver may block on name look-ups
   * @param onLost told of a peer on its event loop each time that the connection to it is lost or
   *     cannot be made
   */
  record Setup(
      Transport transport,
      String clientId,
      int maxResponseBytes,
      Executor resolver,
      MessageEncoder encoder,
      Consumer<Endpoint> onLost) {}

  private final Setup setup;
  private final Endpoint peer;
  private final EventLoop loop;
  private final Deque<PeerCall> unsent = new ArrayDeque<>();
  private final Deque<PeerCall> sent = new ArrayDeque<>();
  private @Nullable Channel channel;
  private boolean connecting;
  private boolean closed;
  private int nextCorrelationId;
  private int failuresInRow;
  private long connectingSince;
  private long notBefore = System.nanoTime();

  PeerLink(Setup setup, Endpoint peer) {
    this.setup = setup;
    this.peer = peer;
    this.loop = setup.transport().loops().next();
  }

  Endpoint peer() {
    return peer;
  }

  void send(PeerCall call, Duration timeout) {
    try {
      loop.execute(() -> accept(call, timeout));
    } catch (RejectedExecutionException e) {
      call.fail(new DisconnectException("this broker is stopping"));
    }
  }

  private void accept(PeerCall call, Duration timeout) {
    if (closed) {
      call.fail(new DisconnectException("the connection to " + peer + " is closed"));
    } else if (unsent.size() + sent.size() >= MAX_CALLS) {
      call.fail(new TimeoutException("too many requests to " + peer + " are unanswered"));
    } else {
      call.timer(loop.schedule(() -> timeOut(call), timeout.toMillis(), TimeUnit.MILLISECONDS));
      unsent.add(call);
      sendOrConnect();
    }
  }

  private void sendOrConnect() {
    if (channel != null) {
      sendAll(channel);
    } else if (!connecting && !unsent.isEmpty()) {
      connecting = true;
      long wait = Math.max(0, notBefore - System.nanoTime());
      loop.schedule(this::resolve, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void resolve() {
    connectingSince = System.nanoTime();
    try {
      setup
          .resolver()
          .execute(
              () -> {
                InetSocketAddress address = new InetSocketAddress(peer.host(), peer.port());
                loop.execute(() -> connect(address));
              });
    } catch (RejectedExecutionException e) {
      lost(e);
    }
  }

  private void connect(InetSocketAddress address) {
    if (closed) {
      return;
    }
    if (address.isUnresolved()) {
      lost(new UnknownHostException(peer.host()));
      return;
    }
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(setup.transport().clientChannel())
            .resolver(NoopAddressResolverGroup.INSTANCE)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .handler(pipeline())
            .connect(address);
    connected.addListener(
        done -> {
          if (done.isSuccess()) {
            up(connected.channel());
          } else {
            lost(done.cause());
          }
        });
  }

  private ChannelInitializer<Channel> pipeline() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel made) {
        made.pipeline()
            .addLast(
                new LengthFieldBasedFrameDecoder(
                    setup.maxResponseBytes(), 0, LENGTH_BYTES, 0, LENGTH_BYTES),
                new Responses());
      }
    };
  }

  private void up(Channel made) {
    connecting = false;
    if (closed) {
      made.close();
      return;
    }
    failuresInRow = 0;
    channel = made;
    LOG.atInfo()
        .addKeyValue("peer", peer)
        .addKeyValue("client", setup.clientId())
        .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - connectingSince))
        .log("Connected");
    sendAll(made);
  }

  private void sendAll(Channel to) {
    for (PeerCall call = unsent.poll(); call != null; call = unsent.poll()) {
      try {
        setup
            .encoder()
            .encode(
                to.alloc(),
                call.header(nextCorrelationId + sent.size(), setup.clientId()),
                call.headerVersion(),
                call.request(),
                call.version())
            .forEach(to::write);
        sent.add(call);
      } catch (RuntimeException e) {
        call.fail(e);
      }
    }
    to.flush();
  }

  private void answered(ByteBuf frame) {
    PeerCall call = sent.poll();
    if (call == null) {
      throw new InvalidFrameException("an answer that nobody waits for");
    }
    int expected = nextCorrelationId++;
    try {
      if (call.answered(frame, expected) != expected) {
        throw new InvalidFrameException("an answer out of turn");
      }
    } catch (RuntimeException e) {
      call.fail(new DisconnectException("unintelligible answer from " + peer, e));
      throw e;
    }
  }

  private void timeOut(PeerCall call) {
    call.fail(new TimeoutException("no answer from " + peer + " in time"));
    if (!unsent.remove(call) && sent.contains(call) && channel != null) {
      // Answers come in order, so nothing behind this one would come either.
      channel.close();
    }
  }

  private void lost(Throwable cause) {
    connecting = false;
    channel = null;
    long backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS << Math.min(failuresInRow++, 10));
    backoff += ThreadLocalRandom.current().nextLong(backoff / 4);
    notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoff);
    failAll(new DisconnectException("no connection to " + peer, cause));
    if (!closed) {
      setup.onLost().accept(peer);
    }
  }

  private void failAll(DisconnectException reason) {
    nextCorrelationId += sent.size();
    for (Deque<PeerCall> calls : List.of(sent, unsent)) {
      for (PeerCall call = calls.poll(); call != null; call = calls.poll()) {
        call.fail(reason);
      }
    }
  }

  void close() {
    try {
      loop.execute(
          () -> {
            closed = true;
            if (channel != null) {
              channel.close();
            }
            failAll(new DisconnectException("the connection to " + peer + " is closed"));
          });
    } catch (RejectedExecutionException e) {
      // The loop has ended and taken the connection with it.
    }
  }

  /** What comes from the peer. */
  private final class Responses extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
      answered(frame);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (context.channel() == channel) {
        lost(new ClosedChannelException());
      }
    }
  }
}
