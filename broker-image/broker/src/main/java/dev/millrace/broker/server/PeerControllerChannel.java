package dev.millrace.broker.server;

import dev.millrace.broker.controller.ControllerChannel;
import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.network.PeerChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Reaches the active controller where the metadata log says it answers, this broker's own included:
 * there is one way to it, so the local one is no special case. Thread-safe.
 */
final class PeerControllerChannel implements ControllerChannel {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A request that has no answer yet. */
  private record Call(Endpoint to, CompletableFuture<ApiMessage> answer) {}

  private final PeerChannel peers;
  private final Supplier<Optional<Endpoint>> active;
  private final Set<Call> unanswered = ConcurrentHashMap.newKeySet();

  PeerControllerChannel(PeerChannel peers, Supplier<Optional<Endpoint>> active) {
    this.peers = peers;
    this.active = active;
  }

  @Override
  @SuppressWarnings("unchecked") // What answers a request is of the type that belongs to it.
  public <R extends ApiMessage> CompletableFuture<R> send(ApiMessage request) {
    return active
        .get()
        .map(endpoint -> send(endpoint, request))
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new NotControllerException("No controller is known yet")))
        .thenApply(response -> (R) response);
  }

  private CompletableFuture<ApiMessage> send(Endpoint to, ApiMessage request) {
    var call = new Call(to, peers.send(to, request, TIMEOUT));
    unanswered.add(call);
    call.answer().whenComplete((answer, failure) -> unanswered.remove(call));
    giveUpIfReplaced(call);
    return call.answer();
  }

  /**
   * To be told when another controller is known of. Nobody waits for one that has been replaced:
   * where it was cut off, no answer comes and no connection closes, and brokers that waited for
   * theirs would lose their sessions with the new one.
   */
  void controllerChanged() {
    unanswered.forEach(this::giveUpIfReplaced);
  }

  private void giveUpIfReplaced(Call call) {
    if (active.get().filter(now -> !now.equals(call.to())).isPresent()) {
      call.answer()
          .completeExceptionally(
              new DisconnectException(call.to() + " is no longer the controller"));
    }
  }
}
