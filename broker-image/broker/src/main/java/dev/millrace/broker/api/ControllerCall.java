package dev.millrace.broker.api;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.controller.ControllerRequestContext;

/**
 * What the active controller does for one API key.
 *
 * @param <T> the generated request data class
 */
@FunctionalInterface
interface ControllerCall<T extends ApiMessage> {
  /**
   * Never blocks. The future ends in {@link org.apache.kafka.common.errors.NotControllerException}
   * where another broker's controller is the active one.
   */
  CompletableFuture<? extends ApiMessage> call(ControllerRequestContext context, T request);
}
