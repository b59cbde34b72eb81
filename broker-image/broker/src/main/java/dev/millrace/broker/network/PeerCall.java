package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.jspecify.annotations.Nullable;

/** One request to a peer. On its connection's event loop, but for {@link #future}. */
final class PeerCall {
  private final ApiMessage request;
  private final ApiKeys key;
  private final CompletableFuture<ApiMessage> future = new CompletableFuture<>();
  private @Nullable CompletableFuture<PeerChannel.Borrowed> borrower;
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

  /**
   * Has the answer's bytes kept as they are for its records to refer to; without it the answer is
   * copied to the heap and lives as long as anybody refers to it. To be called before it is sent.
   */
  CompletableFuture<PeerChannel.Borrowed> borrowing() {
    var result = new CompletableFuture<PeerChannel.Borrowed>();
    borrower = result;
    future.whenComplete(
        (response, failure) -> {
          if (failure != null) {
            result.completeExceptionally(failure);
          }
        });
    return result;
  }

  /**
   * Reads the answer.
   *
   * @param frame the caller's to release
   * @return its correlation id; if it is not the one expected, nobody has been given the answer
   */
  int answered(ByteBuf frame, int expectedId) {
    ByteBufferAccessor bytes =
        new ByteBufferAccessor(
            borrower != null ? frame.nioBuffer() : ByteBuffer.wrap(ByteBufUtil.getBytes(frame)));
    int id = new ResponseHeaderData(bytes, key.responseHeaderVersion(version())).correlationId();
    if (id != expectedId) {
      return id;
    }
    ApiMessage response = key.messageType.newResponse();
    response.read(bytes, version());
    cancelTimer();
    if (borrower == null) {
      future.complete(response);
    } else {
      ByteBuf kept = frame.retain();
      if (!borrower.complete(new PeerChannel.Borrowed(response, kept::release))) {
        kept.release();
      }
    }
    return id;
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
