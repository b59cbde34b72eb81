package dev.millrace.broker.api;

import dev.millrace.broker.controller.ControllerChannel;
import dev.millrace.broker.network.RequestContext;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/**
 * Sends a client's request on to the active controller, in an envelope that names the client (as
 * KIP-590 has it), and hands its answer back. While there is no controller it tries again for a
 * bounded time. Thread-safe, never blocks.
 */
final class Forwarder {
  private static final int ATTEMPTS = 60;
  private static final long BACKOFF_MS = 250;

  private final ControllerChannel channel;
  private final DefaultKafkaPrincipalBuilder principals =
      new DefaultKafkaPrincipalBuilder(null, null);

  Forwarder(ControllerChannel channel) {
    this.channel = channel;
  }

  /** The controller's answer; fails where none came from an active controller in time. */
  CompletableFuture<ApiMessage> forward(RequestContext context, ApiMessage request) {
    RequestHeader header = context.header();
    // Written now: the request may refer to its frame, and a second try may come after that is
    // gone.
    ByteBuffer bytes =
        RequestUtils.serialize(header.data(), header.headerVersion(), request, header.apiVersion());
    var result = new CompletableFuture<ApiMessage>();
    attempt(context, bytes, ATTEMPTS, result);
    return result;
  }

  private void attempt(
      RequestContext context, ByteBuffer bytes, int left, CompletableFuture<ApiMessage> result) {
    var envelope =
        new EnvelopeRequestData()
            .setRequestData(bytes.duplicate())
            .setRequestPrincipal(principals.serialize(context.principal()))
            .setClientHostAddress(context.clientAddress().getAddress());
    channel
        .<EnvelopeResponseData>send(envelope)
        .thenApply(response -> open(context.header(), response))
        .whenComplete(
            (answer, error) -> {
              if (error == null) {
                result.complete(answer);
                return;
              }
              Throwable cause = Answers.cause(error);
              if (left <= 1 || !(cause instanceof RetriableException)) {
                result.completeExceptionally(cause);
                return;
              }
              context
                  .eventLoop()
                  .schedule(
                      () -> attempt(context, bytes, left - 1, result),
                      BACKOFF_MS,
                      TimeUnit.MILLISECONDS);
            });
  }

  private static ApiMessage open(RequestHeader header, EnvelopeResponseData response) {
    Errors error = Errors.forCode(response.errorCode());
    if (error == Errors.NOT_CONTROLLER) {
      throw new NotControllerException("The controller has just changed");
    }
    if (error != Errors.NONE) {
      throw error.exception("The controller refused the envelope");
    }
    ApiKeys key = header.apiKey();
    ByteBuffer bytes = response.responseData().duplicate();
    ResponseHeader.parse(bytes, key.responseHeaderVersion(header.apiVersion()));
    return AbstractResponse.parseResponse(key, new ByteBufferAccessor(bytes), header.apiVersion())
        .data();
  }
}
