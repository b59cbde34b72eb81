package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.api.registry.TypeRegistry;
import dev.millrace.local.json.Json;
import java.util.List;

/**
 * The OpenAPI v3 documents that kubectl needs: to explain a custom kind, and to learn that the
 * server validates fields itself. Kubernetes' own kinds are named without their fields.
 */
final class OpenApi {
  private final TypeRegistry types;

  OpenApi(TypeRegistry types) {
    this.types = types;
  }

  /** {@code /openapi/v3}: where the documents are. */
  ObjectNode index() {
    ObjectNode index = Json.object();
    ObjectNode paths = index.putObject("paths");
    for (String groupVersion : types.groupVersions()) {
      String path = path(groupVersion);
      String hash = Integer.toHexString(document(groupVersion).hashCode());
      paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash);
    }
    return index;
  }

  ObjectNode document(String groupVersion) {
    List<ResourceType> wanted =
        types.all().filter(type -> type.apiVersion().equals(groupVersion)).toList();
    if (wanted.isEmpty()) {
      throw ApiException.noSuchPath();
    }
    ObjectNode document = Json.object().put("openapi", "3.0.0");
    document.putObject("info").put("title", "Kubernetes").put("version", "v1");
    ObjectNode paths = document.putObject("paths");
    ObjectNode schemas = document.putObject("components").putObject("schemas");
    for (ResourceType type : wanted) {
      paths.set("/" + path(groupVersion) + "/" + where(type), operations(type));
      schemas.set(schemaName(type), schema(type));
    }
    return document;
  }

  private static String where(ResourceType type) {
    return (type.namespaced() ? "namespaces/{namespace}/" : "") + type.plural() + "/{name}";
  }

  private static ObjectNode operations(ResourceType type) {
    ObjectNode operations = Json.object();
    for (String verb : List.of("get", "put", "patch", "delete")) {
      ObjectNode operation = operations.putObject(verb);
      operation.putArray("parameters");
      if (!verb.equals("get")) {
        for (String name : List.of("dryRun", "fieldManager", "fieldValidation")) {
          ObjectNode parameter = operation.withArray("parameters").addObject();
          parameter.put("name", name).put("in", "query");
          parameter.putObject("schema").put("type", "string");
        }
      }
      operation.put("x-kubernetes-action", verb);
      operation.set("x-kubernetes-group-version-kind", kind(type));
      ObjectNode content = operation.putObject("responses").putObject("200");
      content.put("description", "OK");
      content
          .putObject("content")
          .putObject("application/json")
          .putObject("schema")
          .put("$ref", "#/components/schemas/" + schemaName(type));
    }
    return operations;
  }

  private static ObjectNode schema(ResourceType type) {
    JsonNode declared = type.schemaTree();
    ObjectNode schema = declared instanceof ObjectNode object ? object.deepCopy() : Json.object();
    schema.put("type", "object");
    ObjectNode properties = Json.child(schema, "properties");
    document(properties, "apiVersion", "string", "The version of the group that the object is of.");
    document(properties, "kind", "string", "The kind of the object.");
    document(properties, "metadata", "object", "Standard object's metadata.");
    schema.putArray("x-kubernetes-group-version-kind").add(kind(type));
    return schema;
  }

  private static void document(ObjectNode properties, String name, String type, String text) {
    ObjectNode property = Json.child(properties, name);
    property.put("type", type);
    if (!property.has("description")) {
      property.put("description", text);
    }
  }

  private static ObjectNode kind(ResourceType type) {
    return Json.object()
        .put("group", type.group())
        .put("version", type.version())
        .put("kind", type.kind());
  }

  private static String schemaName(ResourceType type) {
    String group = type.group().isEmpty() ? "core" : type.group();
    return group + "." + type.version() + "." + type.kind();
  }

  private static String path(String groupVersion) {
    return (groupVersion.contains("/") ? "apis/" : "api/") + groupVersion;
  }
}
