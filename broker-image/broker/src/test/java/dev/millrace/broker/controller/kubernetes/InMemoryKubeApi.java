package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An API server's compare-and-set, lists by label and watches, in memory. Objects are kept by path;
 * resource versions rise with each write and never come again.
 */
final class InMemoryKubeApi implements KubeApi {
  private record Change(long version, String path, WatchEvent event) {}

  private final Map<String, ObjectNode> objects = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();
  private long version;

  @Override
  public synchronized JsonNode get(String path) throws ApiException {
    int query = path.indexOf('?');
    if (query >= 0) {
      return list(path.substring(0, query), path.substring(query + 1));
    }
    ObjectNode object = objects.get(path);
    if (object == null) {
      throw new ApiException.Refused(404, path + " not found");
    }
    return object.deepCopy();
  }

  @Override
  public JsonNode listMetadata(String path) throws ApiException {
    return get(path);
  }

  private JsonNode list(String collection, String query) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.putObject("metadata").put("resourceVersion", String.valueOf(version));
    ArrayNode items = list.putArray("items");
    objects.forEach(
        (path, object) -> {
          if (path.startsWith(collection + "/") && matches(object, query)) {
            items.add(object.deepCopy());
          }
        });
    return list;
  }

  private static boolean matches(JsonNode object, String query) {
    JsonNode labels = object.path("metadata").path("labels");
    for (String parameter : query.split("&")) {
      if (parameter.startsWith("labelSelector=")) {
        String selector =
            URLDecoder.decode(
                parameter.substring("labelSelector=".length()), StandardCharsets.UTF_8);
        for (String term : selector.split(",")) {
          String[] pair = term.split("=", 2);
          if (!labels.path(pair[0]).asText().equals(pair[1])) {
            return false;
          }
        }
      }
    }
    return true;
  }

  @Override
  public synchronized JsonNode create(String path, JsonNode object) throws ApiException {
    String at = path + "/" + object.path("metadata").path("name").asText();
    if (objects.containsKey(at)) {
      throw new ApiException.Refused(409, at + " already exists");
    }
    ObjectNode stored = object.deepCopy();
    stored.withObject("/metadata").put("uid", "uid-" + (version + 1));
    return store(at, stored, "ADDED");
  }

  @Override
  public synchronized JsonNode update(String path, JsonNode object) throws ApiException {
    ObjectNode present = objects.get(path);
    if (present == null) {
      throw new ApiException.Refused(404, path + " not found");
    }
    String expected = object.path("metadata").path("resourceVersion").asText();
    if (!present.path("metadata").path("resourceVersion").asText().equals(expected)) {
      throw new ApiException.Refused(409, path + " has changed");
    }
    ObjectNode stored = object.deepCopy();
    stored.withObject("/metadata").put("uid", present.path("metadata").path("uid").asText());
    return store(path, stored, "MODIFIED");
  }

  private JsonNode store(String path, ObjectNode object, String type) {
    object.withObject("/metadata").put("resourceVersion", String.valueOf(++version));
    objects.put(path, object);
    changes.add(new Change(version, path, new WatchEvent(type, object.deepCopy())));
    notifyAll();
    return object.deepCopy();
  }

  @Override
  public synchronized void delete(String path) {
    ObjectNode gone = objects.remove(path);
    if (gone != null) {
      changes.add(new Change(++version, path, new WatchEvent("DELETED", gone)));
      notifyAll();
    }
  }

  @Override
  public void watch(String path, Consumer<WatchEvent> events) throws InterruptedException {
    String[] parts = path.split("\\?", 2);
    long from = Long.parseLong(parts[1].replaceAll(".*resourceVersion=", ""));
    while (true) {
      List<Change> news;
      synchronized (this) {
        while (version <= from) {
          wait();
        }
        long after = from;
        news = changes.stream().filter(change -> change.version > after).toList();
        from = version;
      }
      for (Change change : news) {
        if (change.path.startsWith(parts[0]) && matches(change.event.object(), parts[1])) {
          events.accept(change.event);
        }
      }
    }
  }

  synchronized long count(String pathPrefix) {
    return objects.keySet().stream().filter(path -> path.startsWith(pathPrefix)).count();
  }

  @Override
  public void close() {}
}
