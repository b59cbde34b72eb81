package dev.millrace.broker.server;

import dev.millrace.broker.controller.ControllerChannel;
import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.network.PeerChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Reaches the active controller where the metadata log says it answers, this broker's own included:
 * there is one way to it, so the local one is no special case. Thread-safe.
 */
final class PeerControllerChannel implements ControllerChannel {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final PeerChannel peers;
  private final Supplier<Optional<Endpoint>> active;

  PeerControllerChannel(PeerChannel peers, Supplier<Optional<Endpoint>> active) {
    this.peers = peers;
    this.active = active;
  }

  @Override
  @SuppressWarnings("unchecked") // What answers a request is of the type that belongs to it.
  public <R extends ApiMessage> CompletableFuture<R> send(ApiMessage request) {
    return active
        .get()
        .map(endpoint -> peers.send(endpoint, request, TIMEOUT))
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new NotControllerException("No controller is known yet")))
        .thenApply(response -> (R) response);
  }
}
