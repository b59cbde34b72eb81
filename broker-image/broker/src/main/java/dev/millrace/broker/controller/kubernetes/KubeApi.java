package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/**
 * The little of the Kubernetes API that the metadata log needs: whole objects as JSON trees, by
 * path. Every call ends within some seconds, {@link #watch} within its time-out. Thread-safe.
 */
interface KubeApi extends AutoCloseable {
  /**
   * One line of a watch.
   *
   * @param type {@code ADDED}, {@code MODIFIED}, {@code DELETED} or {@code BOOKMARK}
   */
  record WatchEvent(String type, JsonNode object) {}

  JsonNode get(String path) throws ApiException, InterruptedException;

  /** Like {@link #get}, of a list, without the items' specs. */
  JsonNode listMetadata(String path) throws ApiException, InterruptedException;

  JsonNode create(String path, JsonNode object) throws ApiException, InterruptedException;

  /** Replaces the object if it still has the resource version that is given in it. */
  JsonNode update(String path, JsonNode object) throws ApiException, InterruptedException;

  void delete(String path) throws ApiException, InterruptedException;

  /**
   * Streams changes until the server or {@link #close} ends it.
   *
   * @param path of a list, with the resource version from which on in its query
   * @throws ApiException.Refused with status 410 if that version is too old
   */
  void watch(String path, Consumer<WatchEvent> events) throws ApiException, InterruptedException;

  @Override
  void close();
}
