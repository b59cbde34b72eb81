package dev.millrace.local.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which fields a structural schema knows, and the defaults that it gives. Both change the object
 * that they get. Pure otherwise.
 */
final class Fields {
  private static final Set<String> META = Set.of("apiVersion", "kind", "metadata");

  private Fields() {}

  /** Drops what {@code schema} does not know and gives the dropped paths, in order. */
  static List<String> prune(ObjectNode object, JsonNode schema) {
    Set<String> dropped = new TreeSet<>();
    prune(object, schema, "", true, dropped);
    return List.copyOf(dropped);
  }

  private static void prune(
      JsonNode value, JsonNode schema, String path, boolean resource, Set<String> dropped) {
    switch (value) {
      case ObjectNode object -> {
        JsonNode properties = schema.path("properties");
        JsonNode additional = schema.path("additionalProperties");
        boolean keep = schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
        boolean root = resource || schema.path("x-kubernetes-embedded-resource").asBoolean(false);
        for (String name : names(object)) {
          String at = path.isEmpty() ? name : path + "." + name;
          if (root && META.contains(name)) {
            continue;
          }
          if (properties.has(name)) {
            prune(object.get(name), properties.get(name), at, false, dropped);
          } else if (additional.isObject()) {
            prune(object.get(name), additional, at, false, dropped);
          } else if (!keep && !additional.asBoolean(false)) {
            object.remove(name);
            dropped.add(at);
          }
        }
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          prune(array.get(i), schema.path("items"), path + "[" + i + "]", false, dropped);
        }
      }
      default -> {}
    }
  }

  /** Fills in the schema's defaults where a field is missing, or null and not nullable. */
  static void applyDefaults(JsonNode value, JsonNode schema) {
    switch (value) {
      case ObjectNode object -> {
        for (var property : schema.path("properties").properties()) {
          JsonNode present = object.get(property.getKey());
          JsonNode standard = property.getValue().get("default");
          boolean none =
              present == null
                  || (present.isNull() && !property.getValue().path("nullable").asBoolean(false));
          if (none && standard != null) {
            object.set(property.getKey(), standard.deepCopy());
          }
          if (object.has(property.getKey())) {
            applyDefaults(object.get(property.getKey()), property.getValue());
          }
        }
        JsonNode additional = schema.path("additionalProperties");
        if (additional.isObject()) {
          object.forEach(child -> applyDefaults(child, additional));
        }
      }
      case ArrayNode array ->
          array.forEach(element -> applyDefaults(element, schema.path("items")));
      default -> {}
    }
  }

  /** A null where the schema does not allow one is as good as a missing field. */
  static void dropNulls(JsonNode value, JsonNode schema) {
    if (value instanceof ObjectNode object) {
      for (String name : names(object)) {
        JsonNode of = Json.at(schema, "properties", name);
        if (object.get(name).isNull() && !of.path("nullable").asBoolean(false)) {
          object.remove(name);
        } else {
          dropNulls(object.get(name), of);
        }
      }
    } else if (value instanceof ArrayNode array) {
      array.forEach(element -> dropNulls(element, schema.path("items")));
    }
  }

  private static List<String> names(ObjectNode object) {
    return object.propertyStream().map(Map.Entry::getKey).toList();
  }
}
