package dev.millrace.broker.network;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loops that server and peer client share, and the channels that fit them: native epoll
 * where there is one, NIO elsewhere. Thread-safe.
 */
public final class Transport implements AutoCloseable {
  private static final long QUIET_MILLIS = 0;
  private static final long STOP_MILLIS = 5_000;

  private final EventLoopGroup loops;
  private final Class<? extends ServerChannel> serverChannel;
  private final Class<? extends Channel> clientChannel;

  private Transport(
      EventLoopGroup loops,
      Class<? extends ServerChannel> serverChannel,
      Class<? extends Channel> clientChannel) {
    this.loops = loops;
    this.serverChannel = serverChannel;
    this.clientChannel = clientChannel;
  }

  /**
   * Starts the best transport that this machine has.
   *
   * @param threads event loops ({@code num.network.threads}); 0 for one per processor
   */
  public static Transport open(int threads) {
    return Epoll.isAvailable() ? epoll(threads) : nio(threads);
  }

  static Transport epoll(int threads) {
    return new Transport(
        loops(threads, EpollIoHandler.newFactory()),
        EpollServerSocketChannel.class,
        EpollSocketChannel.class);
  }

  static Transport nio(int threads) {
    return new Transport(
        loops(threads, NioIoHandler.newFactory()),
        NioServerSocketChannel.class,
        NioSocketChannel.class);
  }

  private static EventLoopGroup loops(int threads, IoHandlerFactory io) {
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("net", true), io);
  }

  EventLoopGroup loops() {
    return loops;
  }

  Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  Class<? extends Channel> clientChannel() {
    return clientChannel;
  }

  /** Whether sendfile is native, for diagnosis. */
  public boolean isNative() {
    return serverChannel == EpollServerSocketChannel.class;
  }

  /** Stops the loops, after server and clients on it were closed. Waits up to five seconds. */
  @Override
  public void close() {
    loops
        .shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_MILLIS);
  }
}
