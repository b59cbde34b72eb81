package dev.millrace.broker.network;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.Probe;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * A fresh TCP connection to see whether somebody listens, closed as soon as it is made. It has
 * nothing to do with the connection that requests go over and its pauses. Thread-safe, never
 * blocks: names are resolved on a thread of its own.
 */
public final class ConnectProbe implements Probe, AutoCloseable {
  /** A way within a cluster takes a few milliseconds; a lost packet is sent again after 200. */
  private static final int TIMEOUT_MS = 300;

  private final Transport transport;
  private final ExecutorService resolver =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("probe-names", true));

  /**
   * @param transport outlives the probe
   */
  public ConnectProbe(Transport transport) {
    this.transport = transport;
  }

  @Override
  public CompletableFuture<Answer> ask(Endpoint endpoint) {
    var answer = new CompletableFuture<Answer>();
    try {
      resolver.execute(
          () -> connect(new InetSocketAddress(endpoint.host(), endpoint.port()), answer));
    } catch (RejectedExecutionException e) {
      answer.complete(Answer.UNKNOWN);
    }
    return answer;
  }

  private void connect(InetSocketAddress address, CompletableFuture<Answer> answer) {
    if (address.isUnresolved() || transport.loops().isShuttingDown()) {
      answer.complete(Answer.UNKNOWN);
      return;
    }
    ChannelFuture connected;
    try {
      connected =
          new Bootstrap()
              .group(transport.loops())
              .channel(transport.clientChannel())
              .resolver(NoopAddressResolverGroup.INSTANCE)
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MS)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(address);
    } catch (RejectedExecutionException | IllegalStateException e) {
      // This broker is stopping.
      answer.complete(Answer.UNKNOWN);
      return;
    }
    connected.addListener(
        done -> {
          Channel channel = connected.channel();
          channel.close();
          answer.complete(done.isSuccess() ? Answer.SOMEBODY : Answer.NOBODY);
        });
  }

  @Override
  public void close() {
    resolver.shutdownNow();
  }
}
