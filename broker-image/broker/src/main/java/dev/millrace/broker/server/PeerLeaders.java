package dev.millrace.broker.server;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.PeerChannel;
import dev.millrace.broker.replica.LeaderChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;

/**
 * Reaches leaders at the internal listener that they registered, over connections that serve
 * nothing else: a fetch may wait there. Thread-safe.
 */
final class PeerLeaders implements LeaderChannel {
  /** What a leader may take beyond the wait that it was asked for. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final PeerChannel peers;
  private final ClusterMetadata metadata;

  PeerLeaders(PeerChannel peers, ClusterMetadata metadata) {
    this.peers = peers;
    this.metadata = metadata;
  }

  @Override
  public CompletableFuture<Fetched> fetch(int leaderId, FetchRequestData request) {
    return endpoint(leaderId)
        .map(
            endpoint ->
                peers.sendForRecords(endpoint, request, PATIENCE.plusMillis(request.maxWaitMs())))
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new DisconnectException("broker " + leaderId + " is not registered")))
        .thenApply(answer -> new Fetched((FetchResponseData) answer.message(), answer.release()));
  }

  @Override
  public void reach(int brokerId) {
    ping(brokerId);
  }

  /** Any request will do: its answer has to wait for the fetch's, so the fetch waits no longer. */
  @Override
  public void hurry(int leaderId) {
    ping(leaderId);
  }

  private void ping(int brokerId) {
    endpoint(brokerId)
        .ifPresent(
            endpoint -> {
              var unused =
                  peers.send(
                      endpoint,
                      new ApiVersionsRequestData()
                          .setClientSoftwareName("millrace")
                          .setClientSoftwareVersion("0"),
                      PATIENCE);
            });
  }

  private Optional<Endpoint> endpoint(int brokerId) {
    return metadata
        .broker(brokerId, ListenerAddress.INTERNAL)
        .map(node -> new Endpoint(node.id(), node.host(), node.port()));
  }
}
