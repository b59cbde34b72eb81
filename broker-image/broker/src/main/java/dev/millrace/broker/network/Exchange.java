package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and, once there, its answer. Answered from any thread, once; everything else happens
 * on the connection's event loop. The frame is held until the answer comes even if the connection
 * is gone by then, because the handler may still be reading it.
 */
final class Exchange implements RequestContext {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /** What the connection does when it is this exchange's turn. */
  sealed interface Answer {
    record Response(ApiMessage message) implements Answer {}

    record Nothing() implements Answer {}

    record Close() implements Answer {}
  }

  private final Connection connection;
  private final RequestHeader header;
  private final AbstractRequest request;
  private final @Nullable ApiException refusal;
  private final int frameBytes;
  private final AtomicBoolean answered = new AtomicBoolean();
  private @Nullable ByteBuf frame;
  private @Nullable Answer answer;
  private @Nullable Runnable hurry;

  /**
   * @param refusal why the request is not to be handled, if so
   */
  Exchange(
      Connection connection,
      RequestHeader header,
      AbstractRequest request,
      ByteBuf frame,
      @Nullable ApiException refusal) {
    this.refusal = refusal;
    this.connection = connection;
    this.header = header;
    this.request = request;
    this.frame = frame;
    this.frameBytes = frame.readableBytes();
  }

  @Override
  public void whenOthersWait(Runnable action) {
    hurry = action;
    connection.waitsForMore();
    if (connection.hasBehind(this)) {
      eventLoop().execute(this::hurry);
    }
  }

  /** Another request is behind this one. */
  void hurry() {
    Runnable action = hurry;
    hurry = null;
    if (action != null && !answered.get()) {
      action.run();
    }
  }

  @Override
  public void respond(ApiMessage response) {
    if (!answer(new Answer.Response(response))) {
      MessageEncoder.discard(response, header.apiVersion());
    }
  }

  @Override
  public void respondNothing() {
    answer(new Answer.Nothing());
  }

  @Override
  public void fail(Throwable cause) {
    if (Errors.forException(cause) == Errors.UNKNOWN_SERVER_ERROR) {
      LOG.atError()
          .addKeyValue("request", header)
          .setCause(cause)
          .log("A request failed for an unexpected reason");
    }
    AbstractResponse error = request.getErrorResponse(cause);
    answer(error == null ? new Answer.Close() : new Answer.Response(error.data()));
  }

  private boolean answer(Answer given) {
    if (!answered.compareAndSet(false, true)) {
      LOG.atError()
          .addKeyValue("request", header)
          .log("A request was answered twice; the second answer is dropped");
      return false;
    }
    EventLoop loop = connection.eventLoop();
    if (loop.inEventLoop()) {
      complete(given);
      return true;
    }
    try {
      loop.execute(() -> complete(given));
    } catch (RejectedExecutionException e) {
      // The loop has ended, so nobody but this thread touches the exchange any more.
      answer = given;
      drop();
    }
    return true;
  }

  private void complete(Answer given) {
    answer = given;
    releaseFrame();
    connection.answered();
    if (connection.isClosed()) {
      drop();
    }
  }

  /** Lets go of an answer that will not be written. */
  void drop() {
    if (answer instanceof Answer.Response(ApiMessage message)) {
      MessageEncoder.discard(message, header.apiVersion());
    }
    answer = new Answer.Nothing();
  }

  /** The answer, or null until it is given. */
  @Nullable Answer answer() {
    return answer;
  }

  /** Has the request handled, or refused where parsing found a reason. */
  void dispatch(RequestDispatcher dispatcher) {
    try {
      if (refusal == null) {
        dispatcher.dispatch(this, request.data());
      } else {
        fail(refusal);
      }
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** To be called early where no part of the parsed request refers to the frame. */
  void releaseFrame() {
    if (frame != null) {
      frame.release();
      frame = null;
      connection.frameReleased(frameBytes);
    }
  }

  @Override
  public RequestHeader header() {
    return header;
  }

  @Override
  public EventLoop eventLoop() {
    return connection.eventLoop();
  }

  @Override
  public CompletableFuture<Void> connectionClosed() {
    return connection.gone();
  }

  @Override
  public boolean internal() {
    return connection.listener().internal();
  }

  @Override
  public String listenerName() {
    return connection.listener().name();
  }

  @Override
  public SecurityProtocol securityProtocol() {
    return connection.listener().tls() == null ? SecurityProtocol.PLAINTEXT : SecurityProtocol.SSL;
  }

  @Override
  public KafkaPrincipal principal() {
    return KafkaPrincipal.ANONYMOUS;
  }

  @Override
  public InetAddress clientAddress() {
    return connection.clientAddress();
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
