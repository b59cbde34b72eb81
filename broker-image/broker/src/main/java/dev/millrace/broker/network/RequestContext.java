package dev.millrace.broker.network;

import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/**
 * One request on its way through the broker: who asked, over which connection, and how to answer.
 *
 * <p>The request's frame, and with it every record batch that the request refers to, lives until
 * the answer was handed in; whoever keeps batches longer copies them. Exactly one of {@link
 * #respond} and {@link #respondNothing} and {@link #fail} is to be called, once, from any thread.
 * Answers leave in the order in which the requests came.
 */
public interface RequestContext extends AuthorizableRequestContext {
  RequestHeader header();

  /** The connection's event loop: handlers are called on it; timers may be set on it. */
  EventLoop eventLoop();

  /** Completes when the connection is gone; the same object for all requests that came over it. */
  CompletableFuture<Void> connectionClosed();

  /** True for brokers' own traffic: the INTERNAL listener. */
  boolean internal();

  /**
   * Has an action run on the event loop when another request of the connection is behind this one,
   * whose answer cannot leave before this one's: at once if one is there already. At most one
   * action; without effect once answered.
   */
  void whenOthersWait(Runnable action);

  /**
   * Sends the response at the request's version; records that are a log slice leave by sendfile.
   */
  void respond(ApiMessage response);

  /** For requests that have no response (acks=0): lets the frame go. */
  void respondNothing();

  /**
   * Answers with the error response that belongs to the request, where it has one, and closes the
   * connection where it has not.
   */
  void fail(Throwable cause);
}
