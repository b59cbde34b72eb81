package dev.millrace.broker.controller.kubernetes;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a watch on the ring's entries open, on a thread of its own. Only makes followers quick: a
 * reader that misses something asks for it, so that a watch may end, lag or lose events.
 */
final class RingWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RingWatch.class);
  private static final int SERVER_TIMEOUT_S = 240;
  private static final long PAUSE_MS = 500;

  private final KubeApi api;
  private final RingLayout layout;
  private final SlotCodec codec;
  private final Consumer<Slot> sink;
  private final Thread thread;
  private volatile String resourceVersion;
  private volatile boolean stopping;

  /**
   * @param resourceVersion of the list that was read before
   */
  RingWatch(
      KubeApi api,
      RingLayout layout,
      SlotCodec codec,
      String resourceVersion,
      Consumer<Slot> sink) {
    this.api = api;
    this.layout = layout;
    this.codec = codec;
    this.sink = sink;
    this.resourceVersion = resourceVersion;
    this.thread = Thread.ofPlatform().name("metadata-watch").daemon().start(this::run);
  }

  private void run() {
    while (!stopping) {
      try {
        if (resourceVersion.isEmpty()) {
          resourceVersion = currentVersion();
        }
        api.watch(path(), this::accept);
      } catch (ApiException e) {
        if (e instanceof ApiException.Refused refused && refused.isGone()) {
          resourceVersion = "";
        }
        LOG.atDebug().addKeyValue("reason", e.getMessage()).log("The metadata watch ended");
        pause();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // A foreign slot, for instance: the reader meets it too, and it is the one who judges.
        LOG.atWarn().setCause(e).log("The metadata watch met an object that it cannot read");
        resourceVersion = "";
        pause();
      }
    }
  }

  private String path() {
    return layout.listPath(RingLayout.ENTRY_PART)
        + "&watch=1&allowWatchBookmarks=true&timeoutSeconds="
        + SERVER_TIMEOUT_S
        + "&resourceVersion="
        + resourceVersion;
  }

  private String currentVersion() throws ApiException, InterruptedException {
    return api.listMetadata(layout.listPath(RingLayout.ENTRY_PART) + "&limit=1")
        .path("metadata")
        .path("resourceVersion")
        .asText();
  }

  private void accept(KubeApi.WatchEvent event) {
    if (event.type().equals("ADDED") || event.type().equals("MODIFIED")) {
      sink.accept(codec.entry(event.object()));
    }
    resourceVersion = event.object().path("metadata").path("resourceVersion").asText();
  }

  private void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      stopping = true;
    }
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
  }
}
