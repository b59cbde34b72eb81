package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.registry.ResourceService;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.api.registry.Selector;
import dev.millrace.local.api.store.ObjectStore;
import dev.millrace.local.api.store.StoreEvent;
import dev.millrace.local.api.store.Subscription;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Serves one watch: a line of JSON for each event, until the client leaves, its time is over or it
 * is too slow. Runs on the request's own thread.
 */
final class WatchStream {
  private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(50);
  private static final long DEFAULT_TIMEOUT_SECONDS = 1800;

  private final ResourceService service;
  private final ResourceType type;
  private final Selector selector;
  private final View view;
  private final boolean bookmarks;
  private final InstantSource clock;
  private long sent;

  WatchStream(
      ResourceService service,
      ResourceType type,
      Selector selector,
      View view,
      boolean bookmarks,
      InstantSource clock) {
    this.service = service;
    this.type = type;
    this.selector = selector;
    this.view = view;
    this.bookmarks = bookmarks;
    this.clock = clock;
  }

  void serve(Request request, String namespace, Reply reply)
      throws IOException, InterruptedException {
    String from = request.parameter("resourceVersion");
    boolean initial = request.flag("sendInitialEvents");
    boolean fresh = from.isEmpty() || from.equals("0") || initial;
    String timeout = request.parameter("timeoutSeconds");
    long seconds = timeout.isEmpty() ? DEFAULT_TIMEOUT_SECONDS : Long.parseLong(timeout);
    Instant end = clock.instant().plusSeconds(seconds);
    ObjectStore.Listing listing = fresh ? service.list(type, namespace, selector) : null;
    long start = listing == null ? Long.parseLong(from) : listing.revision();
    sent = start;
    try (Subscription subscription = service.watch(type, namespace, start)) {
      try (OutputStream out = reply.stream("application/json")) {
        if (listing != null) {
          for (ObjectNode item : listing.items()) {
            write(out, "ADDED", view.event(item));
          }
        }
        if (initial && bookmarks) {
          bookmark(out, true);
        }
        out.flush();
        follow(subscription, out, end);
      }
    }
  }

  private void follow(Subscription subscription, OutputStream out, Instant end)
      throws IOException, InterruptedException {
    Instant bookmarkAt = clock.instant().plus(BOOKMARK_EVERY);
    while (clock.instant().isBefore(end)) {
      StoreEvent event = subscription.poll(Duration.ofSeconds(1));
      if (subscription.overflowed()) {
        ApiException late = ApiException.expired("the watch fell behind");
        write(out, "ERROR", late.status());
        return;
      }
      if (event != null) {
        send(out, event);
        sent = event.revision();
      } else if (bookmarks && !clock.instant().isBefore(bookmarkAt)) {
        bookmark(out, false);
        bookmarkAt = clock.instant().plus(BOOKMARK_EVERY);
      }
      if (event != null || bookmarks) {
        out.flush();
      }
    }
  }

  private void send(OutputStream out, StoreEvent event) throws IOException {
    ObjectNode object = service.presented(type, event.object());
    boolean now = event.type() != StoreEvent.Type.DELETED && selector.test(object);
    boolean before = matched(event.previous());
    if (now) {
      write(out, before ? "MODIFIED" : "ADDED", view.event(object));
    } else if (before) {
      write(out, "DELETED", view.event(object));
    }
  }

  private boolean matched(@Nullable ObjectNode previous) {
    return previous != null && selector.test(service.presented(type, previous));
  }

  private void bookmark(OutputStream out, boolean endOfInitial) throws IOException {
    ObjectNode mark = Json.object().put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode meta = mark.putObject("metadata").put("resourceVersion", Long.toString(sent));
    meta.putNull("creationTimestamp");
    if (endOfInitial) {
      meta.putObject("annotations").put("k8s.io/initial-events-end", "true");
    }
    write(out, "BOOKMARK", mark);
  }

  private static void write(OutputStream out, String kind, JsonNode object) throws IOException {
    ObjectNode event = Json.object().put("type", kind);
    event.set("object", object);
    out.write(Json.bytes(event));
    out.write('\n');
  }
}
