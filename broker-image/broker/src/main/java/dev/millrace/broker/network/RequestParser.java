package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Makes requests of frames, by Kafka's generated classes. Record batches stay where they are: the
 * request refers to the frame's memory.
 */
final class RequestParser {
  private RequestParser() {}

  /**
   * Parses a frame, which the exchange owns then.
   *
   * @throws RuntimeException for whatever is no request that the listener serves; the frame is
   *     still the caller's
   */
  static Exchange parse(Connection connection, ByteBuf frame) {
    ByteBuffer bytes = frame.nioBuffer();
    RequestHeader header = RequestHeader.parse(bytes);
    ApiKeys key = header.apiKey();
    short version = header.apiVersion();
    if (connection.listener().dispatcher().serves(key, version)) {
      AbstractRequest request =
          AbstractRequest.parseRequest(key, version, new ByteBufferAccessor(bytes)).request;
      return new Exchange(connection, header, request, frame, null);
    }
    if (key == ApiKeys.API_VERSIONS) {
      return unknownVersion(connection, header, frame);
    }
    throw new InvalidRequestException(
        "%s version %d is not served on listener %s"
            .formatted(key, version, connection.listener().name()));
  }

  /**
   * A newer client doesn't know yet what we speak, so this one request is answered at version 0,
   * with the versions at which it may be asked again.
   */
  private static Exchange unknownVersion(
      Connection connection, RequestHeader header, ByteBuf frame) {
    short oldest = 0;
    return new Exchange(
        connection,
        new RequestHeader(ApiKeys.API_VERSIONS, oldest, header.clientId(), header.correlationId()),
        new ApiVersionsRequest(new ApiVersionsRequestData(), oldest),
        frame,
        Errors.UNSUPPORTED_VERSION.exception());
  }
}
