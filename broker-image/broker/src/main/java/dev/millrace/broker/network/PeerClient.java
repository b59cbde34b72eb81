package dev.millrace.broker.network;

import dev.millrace.broker.controller.Endpoint;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/**
 * One connection to each peer, made when first needed and again when lost, on the event loops that
 * the server has too. Thread-safe, never blocks: names are resolved on threads of their own.
 */
public final class PeerClient implements PeerChannel, AutoCloseable {
  private final PeerLink.Setup setup;
  private final ExecutorService resolver;
  private final Map<Integer, PeerLink> links = new ConcurrentHashMap<>();
  private volatile Consumer<Endpoint> onLost = peer -> {};
  private volatile boolean closed;

  /**
   * @param transport outlives the client
   * @param clientId how peers' logs name this broker
   * @param maxResponseBytes a longer response closes its connection
   */
  public PeerClient(Transport transport, String clientId, int maxResponseBytes) {
    // A look-up may take seconds, which must not hold up that of another peer's name.
    this.resolver = Executors.newCachedThreadPool(new DefaultThreadFactory("peer-names", true));
    this.setup =
        new PeerLink.Setup(
            transport,
            clientId,
            maxResponseBytes,
            resolver,
            new MessageEncoder(new NetworkCounters()),
            peer -> onLost.accept(peer));
  }

  /**
   * Sets who is told of a peer each time that the connection to it is lost or cannot be made, on an
   * event loop; must not block.
   */
  public void onLost(Consumer<Endpoint> listener) {
    onLost = listener;
  }

  @Override
  public CompletableFuture<ApiMessage> send(Endpoint peer, ApiMessage request, Duration timeout) {
    PeerCall call = new PeerCall(request);
    send(peer, call, timeout);
    return call.future();
  }

  @Override
  public CompletableFuture<Borrowed> sendForRecords(
      Endpoint peer, ApiMessage request, Duration timeout) {
    PeerCall call = new PeerCall(request);
    CompletableFuture<Borrowed> borrowed = call.borrowing();
    send(peer, call, timeout);
    return borrowed;
  }

  private void send(Endpoint peer, PeerCall call, Duration timeout) {
    if (closed) {
      call.fail(new DisconnectException("this broker is stopping"));
    } else {
      links.compute(peer.nodeId(), (id, link) -> current(link, peer)).send(call, timeout);
    }
  }

  /** A peer that moved to another address gets a new connection. */
  private PeerLink current(@Nullable PeerLink link, Endpoint peer) {
    if (link != null && link.peer().equals(peer)) {
      return link;
    }
    if (link != null) {
      link.close();
    }
    return new PeerLink(setup, peer);
  }

  /** Closes all connections; requests under way fail. */
  @Override
  public void close() {
    closed = true;
    links.values().forEach(PeerLink::close);
    links.clear();
    resolver.shutdownNow();
  }
}
