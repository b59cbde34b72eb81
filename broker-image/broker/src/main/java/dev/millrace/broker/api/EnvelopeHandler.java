package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/**
 * Envelope: a client's request that another broker sent on to this one, because this one's
 * controller is active. Served on the internal listener only: who may send envelopes may speak for
 * anybody. Thread-safe.
 */
final class EnvelopeHandler implements RequestHandler<EnvelopeRequestData> {
  private final ControllerCalls calls;
  private final DefaultKafkaPrincipalBuilder principals =
      new DefaultKafkaPrincipalBuilder(null, null);

  EnvelopeHandler(ControllerCalls calls) {
    this.calls = calls;
  }

  @Override
  public void handle(RequestContext context, EnvelopeRequestData envelope) {
    ByteBuffer bytes = envelope.requestData().duplicate();
    RequestHeader header = RequestHeader.parse(bytes);
    ApiKeys key = header.apiKey();
    if (!calls.forClients(key) || !key.isVersionSupported(header.apiVersion())) {
      throw new InvalidRequestException(key + " is not to be forwarded");
    }
    AbstractRequest request =
        AbstractRequest.parseRequest(key, header.apiVersion(), new ByteBufferAccessor(bytes))
            .request;
    calls
        .call(new Sender(context, header, principal(envelope), address(envelope)), request.data())
        .whenComplete(
            (answer, error) -> {
              if (error == null) {
                context.respond(sealed(header, answer));
                return;
              }
              Throwable cause = Answers.cause(error);
              if (cause instanceof NotControllerException) {
                context.respond(
                    new EnvelopeResponseData().setErrorCode(Errors.NOT_CONTROLLER.code()));
              } else {
                context.respond(sealed(header, request.getErrorResponse(cause).data()));
              }
            });
  }

  private KafkaPrincipal principal(EnvelopeRequestData envelope) {
    return principals.deserialize(envelope.requestPrincipal());
  }

  private static InetAddress address(EnvelopeRequestData envelope) {
    try {
      return InetAddress.getByAddress(envelope.clientHostAddress());
    } catch (UnknownHostException e) {
      throw new InvalidRequestException("The client's address is none", e);
    }
  }

  private static EnvelopeResponseData sealed(RequestHeader header, ApiMessage answer) {
    var responseHeader = header.toResponseHeader();
    return new EnvelopeResponseData()
        .setResponseData(
            RequestUtils.serialize(
                responseHeader.data(),
                responseHeader.headerVersion(),
                answer,
                header.apiVersion()));
  }

  /** The client as the envelope names it; the rest is the carrying connection's. */
  private record Sender(
      RequestContext carrier, RequestHeader header, KafkaPrincipal principal, InetAddress address)
      implements AuthorizableRequestContext {
    @Override
    public String listenerName() {
      return carrier.listenerName();
    }

    @Override
    public SecurityProtocol securityProtocol() {
      return carrier.securityProtocol();
    }

    @Override
    public InetAddress clientAddress() {
      return address;
    }

    @Override
    public int requestType() {
      return header.apiKey().id;
    }

    @Override
    public int requestVersion() {
      return header.apiVersion();
    }

    @Override
    public String clientId() {
      return header.clientId();
    }

    @Override
    public int correlationId() {
      return header.correlationId();
    }
  }
}
