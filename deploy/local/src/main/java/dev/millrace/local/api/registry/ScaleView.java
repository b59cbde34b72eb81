package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.registry.ResourceType.ScalePaths;
import dev.millrace.local.json.Json;
import java.util.List;
import java.util.stream.Collectors;

/** An object seen as {@code autoscaling/v1 Scale}, and changed through it. Pure. */
final class ScaleView {
  private ScaleView() {}

  static ObjectNode of(ObjectNode object, ScalePaths paths) {
    ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    ObjectNode meta = scale.putObject("metadata");
    for (String field :
        List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
      JsonNode value = Json.at(object, "metadata", field);
      if (!value.isMissingNode()) {
        meta.set(field, value);
      }
    }
    scale.putObject("spec").put("replicas", at(object, paths.spec()).asInt());
    ObjectNode status = scale.putObject("status");
    status.put("replicas", at(object, paths.status()).asInt());
    String selector =
        paths.selector().isEmpty()
            ? Json.at(object, "spec", "selector", "matchLabels")
                .propertyStream()
                .map(e -> e.getKey() + "=" + e.getValue().asText())
                .collect(Collectors.joining(","))
            : at(object, paths.selector()).asText("");
    if (!selector.isEmpty()) {
      status.put("selector", selector);
    }
    return scale;
  }

  /** A copy of {@code object} with the replicas that {@code scale} wants. */
  static ObjectNode applyTo(ObjectNode object, JsonNode scale, ScalePaths paths) {
    ObjectNode copy = object.deepCopy();
    String[] path = paths.spec().split("\\.");
    ObjectNode parent = copy;
    for (int i = 0; i < path.length - 1; i++) {
      parent = Json.child(parent, path[i]);
    }
    parent.put(path[path.length - 1], Json.at(scale, "spec", "replicas").asInt());
    return copy;
  }

  private static JsonNode at(ObjectNode object, String path) {
    return Json.at(object, path.split("\\."));
  }
}
