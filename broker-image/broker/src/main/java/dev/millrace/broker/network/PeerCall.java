package dev.millrace.broker.network;

import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Readable;
import org.jspecify.annotations.Nullable;

/** One request to a peer. On its connection's event loop, but for {@link #future}. */
final class PeerCall {
  private final ApiMessage request;
  private final ApiKeys key;
  private final CompletableFuture<ApiMessage> future = new CompletableFuture<>();
  private @Nullable Future<?> timer;

  PeerCall(ApiMessage request) {
    this.request = request;
    this.key = ApiKeys.forId(request.apiKey());
  }

  CompletableFuture<ApiMessage> future() {
    return future;
  }

  ApiMessage request() {
    return request;
  }

  /** Peers are of this build, so they know the newest version. */
  short version() {
    return key.latestVersion(false);
  }

  short headerVersion() {
    return key.requestHeaderVersion(version());
  }

  RequestHeaderData header(int correlationId, String clientId) {
    return new RequestHeaderData()
        .setRequestApiKey(key.id)
        .setRequestApiVersion(version())
        .setCorrelationId(correlationId)
        .setClientId(clientId);
  }

  void timer(Future<?> set) {
    timer = set;
  }

  ResponseHeaderData readHeader(Readable bytes) {
    return new ResponseHeaderData(bytes, key.responseHeaderVersion(version()));
  }

  void readResponse(Readable bytes) {
    ApiMessage response = key.messageType.newResponse();
    response.read(bytes, version());
    cancelTimer();
    future.complete(response);
  }

  void fail(Throwable cause) {
    cancelTimer();
    future.completeExceptionally(cause);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
