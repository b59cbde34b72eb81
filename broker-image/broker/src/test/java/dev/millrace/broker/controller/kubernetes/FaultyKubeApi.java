package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.broker.controller.Faults;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One node's way to the API, on which {@link Faults} happen to its appends. */
final class FaultyKubeApi implements KubeApi {
  private static final long LATE_MS = 300;

  private interface Write {
    JsonNode run() throws ApiException, InterruptedException;
  }

  private final KubeApi api;
  private final Faults faults;
  private final int node;
  private final Executor later = CompletableFuture.delayedExecutor(LATE_MS, TimeUnit.MILLISECONDS);

  FaultyKubeApi(KubeApi api, Faults faults, int node) {
    this.api = api;
    this.faults = faults;
    this.node = node;
  }

  @Override
  public JsonNode get(String path) throws ApiException, InterruptedException {
    beforeCall();
    return api.get(path);
  }

  @Override
  public JsonNode listMetadata(String path) throws ApiException, InterruptedException {
    beforeCall();
    return api.listMetadata(path);
  }

  @Override
  public JsonNode create(String path, JsonNode object) throws ApiException, InterruptedException {
    return write(object, () -> api.create(path, object));
  }

  @Override
  public JsonNode update(String path, JsonNode object) throws ApiException, InterruptedException {
    return write(object, () -> api.update(path, object));
  }

  private JsonNode write(JsonNode object, Write write) throws ApiException, InterruptedException {
    beforeCall();
    if (!object.path("spec").has("entry")) {
      return write.run();
    }
    Faults.Fate fate = faults.beforeAppend(node);
    switch (fate) {
      case FINE -> {
        return write.run();
      }
      case REPLY_LOST -> write.run();
      case LATE -> later.execute(() -> runQuietly(write));
      case REQUEST_LOST -> {}
    }
    throw new ApiException.NoAnswer(fate.toString(), new IOException("injected"));
  }

  private void beforeCall() throws ApiException, InterruptedException {
    faults.beforeCall(node);
    if (faults.isOutage()) {
      throw new ApiException.Unreachable("outage", new IOException("injected"));
    }
  }

  private static void runQuietly(Write write) {
    try {
      write.run();
    } catch (ApiException e) {
      // What it meets when it arrives late is nobody's to know.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void delete(String path) throws ApiException, InterruptedException {
    beforeCall();
    api.delete(path);
  }

  @Override
  public void watch(String path, Consumer<WatchEvent> events)
      throws ApiException, InterruptedException {
    api.watch(path, events);
  }

  @Override
  public void close() {
    api.close();
  }
}
