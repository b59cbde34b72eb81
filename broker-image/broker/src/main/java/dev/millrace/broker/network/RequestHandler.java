package dev.millrace.broker.network;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Handles the requests of one API key. Called on the connection's event loop, so it must not block;
 * what takes long is completed later from elsewhere. An exception thrown is answered by {@link
 * RequestContext#fail}.
 *
 * @param <T> the generated request data class
 */
@FunctionalInterface
public interface RequestHandler<T extends ApiMessage> {
  void handle(RequestContext context, T request);
}
