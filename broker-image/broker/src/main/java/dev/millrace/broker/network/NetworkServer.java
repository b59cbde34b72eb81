package dev.millrace.broker.network;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for clients and peers. Listeners share the event loops and the bound of bytes in flight.
 * Thread-safe; bind and close block, so they are not for event loops.
 */
public final class NetworkServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkServer.class);

  private final Transport transport;
  private final NetworkConfig config;
  private final ByteBudget budget;
  private final UnsentBytes unsent;
  private final NetworkCounters counters = new NetworkCounters();
  private final MessageEncoder encoder = new MessageEncoder(counters);
  private final ChannelGroup servers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /**
   * @param transport outlives the server, which doesn't close it
   */
  public NetworkServer(Transport transport, NetworkConfig config) {
    this.transport = transport;
    this.config = config;
    this.budget = new ByteBudget(config.maxBytesTotal());
    // Requests may take half of the direct memory.
    this.unsent = new UnsentBytes(config.maxBytesTotal() / 4);
  }

  /**
   * Opens a listener.
   *
   * @param name CLIENT or INTERNAL
   * @param internal whether it carries brokers' own traffic
   * @param address port 0 for any
   * @return the address that it listens on
   * @throws IOException if the address cannot be had
   */
  public InetSocketAddress bind(
      String name, boolean internal, InetSocketAddress address, RequestDispatcher dispatcher)
      throws IOException {
    return bind(name, internal, null, address, dispatcher);
  }

  /**
   * Opens a listener that may speak TLS.
   *
   * @param tls null for plain text; outlives the listener, which doesn't close it
   */
  public InetSocketAddress bind(
      String name,
      boolean internal,
      @Nullable Tls tls,
      InetSocketAddress address,
      RequestDispatcher dispatcher)
      throws IOException {
    Listener listener =
        new Listener(name, internal, dispatcher, config, budget, counters, encoder, tls);
    var bound = bootstrap(listener).bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("listener " + name + " cannot bind " + address, bound.cause());
    }
    servers.add(bound.channel());
    InetSocketAddress local = (InetSocketAddress) bound.channel().localAddress();
    LOG.atInfo()
        .addKeyValue("listener", name)
        .addKeyValue("address", local)
        .addKeyValue("native", transport.isNative())
        .addKeyValue("tls", tls == null ? "none" : tls.isNative() ? "native" : "JDK")
        .log("Listening");
    return local;
  }

  private ServerBootstrap bootstrap(Listener listener) {
    int high = config.writeHighWatermark();
    var bootstrap = new ServerBootstrap();
    if (config.sendBuffer() != NetworkConfig.KERNELS_CHOICE) {
      bootstrap.childOption(ChannelOption.SO_SNDBUF, config.sendBuffer());
    }
    if (config.receiveBuffer() != NetworkConfig.KERNELS_CHOICE) {
      // On the listening socket: a connection agrees on its window's scale before it is accepted.
      bootstrap.option(ChannelOption.SO_RCVBUF, config.receiveBuffer());
    }
    Tls tls = listener.tls();
    if (tls != null) {
      bootstrap.childOption(ChannelOption.ALLOCATOR, tls.buffers());
    }
    return bootstrap
        .group(transport.loops())
        .channel(transport.serverChannel())
        .option(ChannelOption.SO_BACKLOG, config.backlog())
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(high / 2, high))
        .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, new RegionSizeEstimator())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                connections.add(channel);
                if (!listener.internal()) {
                  clients.add(channel);
                }
                if (tls != null) {
                  channel.pipeline().addLast(tls.handlers(channel, listener.name(), unsent));
                }
                channel.pipeline().addLast(idleness(), new Connection(listener, channel));
              }
            });
  }

  /** Progress in sending a large response counts, for a slow reader is not an idle one. */
  private IdleStateHandler idleness() {
    return new IdleStateHandler(true, 0, 0, config.maxIdle().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What went over the network. */
  public NetworkCounters counters() {
    return counters;
  }

  /** Bytes of requests that are not answered yet. */
  public long bytesInFlight() {
    return budget.used();
  }

  /** Bytes that are encrypted, or about to be, and that no socket has taken yet. */
  long unsentTlsBytes() {
    return unsent.total();
  }

  /** Takes no new connections; those there are live on. */
  public void stopAccepting() {
    servers.close().awaitUninterruptibly();
  }

  /**
   * Closes the connections of clients, with whatever of their requests is still on its way; they
   * may connect again at once. Those of brokers stay.
   */
  public void dropClients() {
    clients.close().awaitUninterruptibly();
  }

  /** Closes listeners and connections. What handlers still answer is dropped. */
  @Override
  public void close() {
    stopAccepting();
    connections.close().awaitUninterruptibly();
  }
}
