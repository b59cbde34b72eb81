package dev.millrace.broker.controller;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Sends one request to whichever broker is the active controller now. Implemented above this
 * package on the broker's own network stack; thread-safe.
 */
public interface ControllerChannel {
  /**
   * Sends once, without a retry, at the newest version that this build knows.
   *
   * @return the response, of the type that belongs to the request; completes exceptionally with a
   *     retriable {@link org.apache.kafka.common.errors.ApiException} where no controller is known,
   *     the connection is lost or no answer came in time (10 s). Never blocks.
   */
  <R extends ApiMessage> CompletableFuture<R> send(ApiMessage request);
}
