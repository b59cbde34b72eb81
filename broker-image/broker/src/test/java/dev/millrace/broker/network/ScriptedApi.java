package dev.millrace.broker.network;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/** Serves what a test gave a handler for; without one, requests wait for the test to answer. */
final class ScriptedApi implements RequestDispatcher {
  /** A request that came. */
  record Arrived(RequestContext context, ApiMessage request) {}

  private final Map<ApiKeys, RequestHandler<ApiMessage>> handlers = new ConcurrentHashMap<>();
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();

  void on(ApiKeys key, RequestHandler<ApiMessage> handler) {
    handlers.put(key, handler);
  }

  /** Takes requests of the key into the queue. */
  void queue(ApiKeys key) {
    on(key, (context, request) -> arrived.add(new Arrived(context, request)));
  }

  Arrived next() throws InterruptedException {
    @Nullable Arrived next = arrived.poll(180, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no request came");
    }
    return next;
  }

  int waiting() {
    return arrived.size();
  }

  @Override
  public boolean serves(ApiKeys key, short version) {
    return handlers.containsKey(key) && key.isVersionSupported(version);
  }

  @Override
  public void dispatch(RequestContext context, ApiMessage request) {
    RequestHandler<ApiMessage> handler = handlers.get(ApiKeys.forId(request.apiKey()));
    if (handler == null) {
      throw new AssertionError("no handler for " + request);
    }
    handler.handle(context, request);
  }
}
