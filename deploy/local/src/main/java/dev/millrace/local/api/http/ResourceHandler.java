package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.patch.MergePatch;
import dev.millrace.local.api.patch.StrategicMergePatch;
import dev.millrace.local.api.registry.DeleteOptions;
import dev.millrace.local.api.registry.Evictions;
import dev.millrace.local.api.registry.ResourceService;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.api.registry.Selector;
import dev.millrace.local.api.registry.WriteOptions;
import dev.millrace.local.json.Json;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/** Requests about objects, by method. Safe on any thread. */
final class ResourceHandler {
  private static final String[] CUSTOM_PATCHES = {
    "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"
  };

  private final ResourceService service;
  private final Evictions evictions;
  private final Tokens tokens;
  private final PodLogs logs;
  private final InstantSource clock;

  ResourceHandler(ResourceService service, Tokens tokens, PodLogs logs, InstantSource clock) {
    this.service = service;
    this.evictions = new Evictions(service, clock);
    this.tokens = tokens;
    this.logs = logs;
    this.clock = clock;
  }

  void handle(Request request, ResourcePath path, Reply reply)
      throws IOException, InterruptedException {
    String subresource = path.subresource();
    if (!subresource.isEmpty() && !path.type().subresources().contains(subresource)) {
      throw ApiException.noSuchPath();
    }
    switch (request.method()) {
      case "GET" -> get(request, path, reply);
      case "POST" -> post(request, path, reply);
      case "PUT" -> {
        ResourceType type = path.type();
        View view = new View(type, request, clock);
        ObjectNode body = request.object();
        ObjectNode made =
            service.update(
                type, path.namespace(), path.name(), subresource, body, options(request, reply));
        reply.json(view.one(made));
      }
      case "PATCH" -> patch(request, path, reply);
      case "DELETE" -> delete(request, path, reply);
      default -> throw ApiException.methodNotAllowed();
    }
  }

  private void get(Request request, ResourcePath path, Reply reply)
      throws IOException, InterruptedException {
    ResourceType type = path.type();
    View view = new View(type, request, clock);
    Selector selector =
        Selector.of(request.parameter("labelSelector"), request.parameter("fieldSelector"));
    if (path.name().isEmpty()) {
      if (request.flag("watch")) {
        boolean bookmarks = request.flag("allowWatchBookmarks");
        new WatchStream(service, type, selector, view, bookmarks, clock)
            .serve(request, path.namespace(), reply);
      } else {
        reply.json(view.all(service.list(type, path.namespace(), selector)));
      }
    } else if (path.subresource().equals("scale")) {
      reply.json(service.scale(type, path.namespace(), path.name()));
    } else if (path.subresource().equals("log")) {
      log(request, path, reply);
    } else {
      reply.json(view.one(service.get(type, path.namespace(), path.name())));
    }
  }

  private void post(Request request, ResourcePath path, Reply reply) throws IOException {
    ResourceType type = path.type();
    if (path.subresource().equals("token")) {
      service.get(type, path.namespace(), path.name());
      ObjectNode answer = request.object();
      String user = "system:serviceaccount:" + path.namespace() + ":" + path.name();
      ObjectNode status = Json.child(answer, "status").put("token", tokens.issue(user));
      status.put("expirationTimestamp", clock.instant().plusSeconds(86_400 * 365).toString());
      reply.json(201, answer);
      return;
    }
    if (path.subresource().equals("eviction")) {
      JsonNode options = request.object().path("deleteOptions");
      evictions.evict(
          type, path.namespace(), path.name(), DeleteOptions.of(options, request.query()));
      reply.json(201, success());
      return;
    }
    if (!path.name().isEmpty()) {
      throw ApiException.methodNotAllowed();
    }
    View view = new View(type, request, clock);
    ObjectNode made =
        service.create(type, path.namespace(), request.object(), options(request, reply));
    reply.json(201, view.one(made));
  }

  private void patch(Request request, ResourcePath path, Reply reply) throws IOException {
    ResourceType type = path.type();
    View view = new View(type, request, clock);
    WriteOptions options = options(request, reply);
    String kind = request.contentType();
    if (kind.equals("application/apply-patch+yaml")
        || kind.equals("application/apply-patch+json")) {
      if (request.parameter("fieldManager").isEmpty()) {
        throw ApiException.badRequest("fieldManager is required for apply patch");
      }
      ObjectNode config = Yaml.object(request.body());
      ObjectNode made =
          service.apply(type, path.namespace(), path.name(), path.subresource(), config, options);
      reply.json(view.one(made));
      return;
    }
    JsonNode body = request.json();
    Function<ObjectNode, JsonNode> patch =
        switch (kind) {
          case "application/merge-patch+json" -> object -> MergePatch.apply(object, body);
          case "application/json-patch+json" -> object -> jsonPatch(object, body);
          case "application/strategic-merge-patch+json" -> {
            if (type.schema() != null) {
              throw ApiException.unsupportedMediaType(CUSTOM_PATCHES);
            }
            ObjectNode changes = request.object();
            yield object -> StrategicMergePatch.apply(object, changes, type.shape());
          }
          default -> throw ApiException.unsupportedMediaType(CUSTOM_PATCHES);
        };
    reply.json(
        view.one(
            service.patch(
                type, path.namespace(), path.name(), path.subresource(), patch, options)));
  }

  private static JsonNode jsonPatch(ObjectNode object, JsonNode patch) {
    try {
      return JsonPatch.apply(patch, object.deepCopy());
    } catch (JsonPatchException e) {
      throw ApiException.badRequest("the patch cannot be applied: " + e.getMessage());
    }
  }

  private void delete(Request request, ResourcePath path, Reply reply) throws IOException {
    ResourceType type = path.type();
    DeleteOptions options = DeleteOptions.of(request.json(), request.query());
    View view = new View(type, request, clock);
    if (path.name().isEmpty()) {
      Selector selector =
          Selector.of(request.parameter("labelSelector"), request.parameter("fieldSelector"));
      var listing = service.list(type, path.namespace(), selector);
      for (ObjectNode item : listing.items()) {
        String namespace = Json.text(item, "metadata", "namespace");
        service.delete(type, namespace, Json.text(item, "metadata", "name"), options);
      }
      reply.json(view.all(listing));
      return;
    }
    ObjectNode present = service.get(type, path.namespace(), path.name());
    ObjectNode left = service.delete(type, path.namespace(), path.name(), options);
    if (left != null) {
      reply.json(left);
      return;
    }
    ObjectNode status = success();
    ObjectNode details = status.putObject("details").put("name", path.name());
    if (!type.group().isEmpty()) {
      details.put("group", type.group());
    }
    details.put("kind", type.plural());
    details.put("uid", Json.text(present, "metadata", "uid"));
    reply.json(status);
  }

  private static ObjectNode success() {
    ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return status.put("status", "Success");
  }

  private void log(Request request, ResourcePath path, Reply reply) throws IOException {
    service.get(path.type(), path.namespace(), path.name());
    Path file = logs.of(path.namespace(), path.name());
    if (file == null || !Files.exists(file)) {
      reply.text("");
      return;
    }
    List<String> lines = Files.readAllLines(file);
    String tail = request.parameter("tailLines");
    int from = tail.isEmpty() ? 0 : Math.max(0, lines.size() - Integer.parseInt(tail));
    reply.text(String.join("\n", lines.subList(from, lines.size())) + "\n");
  }

  private static WriteOptions options(Request request, Reply reply) {
    String manager = request.parameter("fieldManager");
    String agent = request.userAgent();
    String fallback = agent.isEmpty() ? "unknown" : agent.split("[/ ]")[0];
    String validation = request.parameter("fieldValidation");
    return new WriteOptions(
        manager.isEmpty() ? fallback : manager,
        request.flag("force"),
        request.parameter("dryRun").equals("All"),
        validation.isEmpty() ? "Warn" : validation,
        reply::warn);
  }
}
