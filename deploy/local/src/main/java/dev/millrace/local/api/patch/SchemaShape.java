package dev.millrace.local.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.json.Json;
import java.util.List;

/** The shape that a CustomResourceDefinition's schema declares. */
public record SchemaShape(JsonNode schema) implements Shape {
  @Override
  public Shape field(String name) {
    if (name.equals("metadata")) {
      return BuiltinShape.METADATA;
    }
    JsonNode property = Json.at(schema, "properties", name);
    return new SchemaShape(
        property.isMissingNode() ? schema.path("additionalProperties") : property);
  }

  @Override
  public Shape element() {
    return new SchemaShape(schema.path("items"));
  }

  @Override
  public ListKind listKind() {
    return switch (schema.path("x-kubernetes-list-type").asText()) {
      case "map" -> ListKind.MAP;
      case "set" -> ListKind.SET;
      default -> ListKind.ATOMIC;
    };
  }

  @Override
  public List<String> keys() {
    return Json.items(schema.path("x-kubernetes-list-map-keys")).stream()
        .map(JsonNode::asText)
        .toList();
  }

  @Override
  public boolean atomicMap() {
    return schema.path("x-kubernetes-map-type").asText().equals("atomic");
  }
}
