package dev.millrace.broker.network;

import dev.millrace.broker.controller.Endpoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;

/** Sends requests to other brokers of the same version. Thread-safe, never blocks. */
public interface PeerChannel {
  /**
   * Sends at the newest version, without a retry; requests to one peer are pipelined in order.
   *
   * @return the response, of the type that belongs to the request; completes exceptionally with
   *     {@link org.apache.kafka.common.errors.DisconnectException} or {@link
   *     org.apache.kafka.common.errors.TimeoutException}
   */
  CompletableFuture<ApiMessage> send(Endpoint peer, ApiMessage request, Duration timeout);

  /**
   * A response whose records are where they were received, in direct memory.
   *
   * @param release gives the memory back; to be called once, from any thread
   */
  record Borrowed(ApiMessage message, Runnable release) {}

  /** The same for responses with records, which are not copied. */
  CompletableFuture<Borrowed> sendForRecords(Endpoint peer, ApiMessage request, Duration timeout);
}
