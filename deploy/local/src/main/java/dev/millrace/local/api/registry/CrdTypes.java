package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.registry.ResourceType.Names;
import dev.millrace.local.api.registry.ResourceType.ScalePaths;
import dev.millrace.local.api.schema.StructuralSchema;
import dev.millrace.local.api.table.Ages;
import dev.millrace.local.api.table.JsonPath;
import dev.millrace.local.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes kinds of CustomResourceDefinitions, and says of a definition that it is served. */
final class CrdTypes {
  static final String STORAGE = "customresourcedefinitions.apiextensions.k8s.io";

  private CrdTypes() {}

  static List<ResourceType> of(JsonNode crd) {
    List<ResourceType> types = new ArrayList<>();
    String group = Json.text(crd, "spec", "group");
    for (JsonNode version : Json.items(Json.at(crd, "spec", "versions"))) {
      if (version.path("served").asBoolean(true)) {
        types.add(type(crd, group, version));
      }
    }
    return types;
  }

  private static ResourceType type(JsonNode crd, String group, JsonNode version) {
    JsonNode names = Json.at(crd, "spec", "names");
    String kind = Json.text(names, "kind");
    String singular = Json.text(names, "singular");
    String listKind = Json.text(names, "listKind");
    Set<String> subresources = new HashSet<>();
    version.path("subresources").propertyStream().forEach(e -> subresources.add(e.getKey()));
    JsonNode scale = Json.at(version, "subresources", "scale");
    return new ResourceType(
        new Names(
            Json.text(names, "plural"),
            singular.isEmpty() ? kind.toLowerCase(Locale.ROOT) : singular,
            kind,
            listKind.isEmpty() ? kind + "List" : listKind,
            texts(names.path("shortNames")),
            texts(names.path("categories"))),
        group,
        Json.text(version, "name"),
        Json.text(crd, "spec", "scope").equals("Namespaced"),
        Json.text(names, "plural") + "." + group,
        Set.copyOf(subresources),
        new StructuralSchema(Json.at(version, "schema", "openAPIV3Schema")),
        scale.isMissingNode()
            ? null
            : new ScalePaths(
                path(scale, "specReplicasPath"),
                path(scale, "statusReplicasPath"),
                path(scale, "labelSelectorPath")),
        columns(version.path("additionalPrinterColumns")));
  }

  private static String path(JsonNode scale, String field) {
    String path = Json.text(scale, field);
    return path.startsWith(".") ? path.substring(1) : path;
  }

  private static List<PrinterColumn> columns(JsonNode declared) {
    List<PrinterColumn> columns = new ArrayList<>();
    columns.add(Columns.name());
    for (JsonNode column : Json.items(declared)) {
      JsonPath path = JsonPath.parse(Json.text(column, "jsonPath"));
      String type = Json.text(column, "type");
      columns.add(
          new PrinterColumn(
              Json.text(column, "name"),
              type,
              Json.text(column, "format"),
              column.path("priority").asInt(0),
              Json.text(column, "description"),
              (object, now) -> cell(path.find(object), type, now)));
    }
    if (columns.size() == 1) {
      columns.add(Columns.age());
    }
    return List.copyOf(columns);
  }

  private static @Nullable Object cell(List<JsonNode> found, String type, Instant now) {
    if (found.isEmpty() || found.getFirst().isNull()) {
      return null;
    }
    JsonNode value = found.getFirst();
    return switch (type) {
      case "integer" -> value.isNumber() ? (Object) value.asLong() : null;
      case "number" -> value.isNumber() ? (Object) value.asDouble() : null;
      case "boolean" -> value.isBoolean() ? (Object) value.asBoolean() : null;
      case "date" -> Ages.since(value, now);
      default -> value.isValueNode() ? value.asText() : value.toString();
    };
  }

  /** Marks {@code crd} as accepted and served; the times are kept where they are already there. */
  static void establish(ObjectNode crd, Instant now) {
    ObjectNode status = Json.child(crd, "status");
    ObjectNode accepted = Json.at(crd, "spec", "names").deepCopy();
    if (!accepted.has("listKind")) {
      accepted.put("listKind", Json.text(accepted, "kind") + "List");
    }
    if (!accepted.has("singular")) {
      accepted.put("singular", Json.text(accepted, "kind").toLowerCase(Locale.ROOT));
    }
    ((ObjectNode) Json.at(crd, "spec")).set("names", accepted.deepCopy());
    status.set("acceptedNames", accepted);
    ArrayNode stored = status.putArray("storedVersions");
    for (JsonNode version : Json.items(Json.at(crd, "spec", "versions"))) {
      if (version.path("storage").asBoolean()) {
        stored.add(Json.text(version, "name"));
      }
    }
    if (!status.has("conditions")) {
      ArrayNode conditions = status.putArray("conditions");
      condition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found", now);
      condition(
          conditions,
          "Established",
          "InitialNamesAccepted",
          "the initial names have been accepted",
          now);
    }
  }

  private static void condition(
      ArrayNode conditions, String type, String reason, String message, Instant now) {
    conditions
        .addObject()
        .put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString())
        .put("message", message)
        .put("reason", reason)
        .put("status", "True")
        .put("type", type);
  }

  private static List<String> texts(JsonNode list) {
    return Json.items(list).stream().map(JsonNode::asText).toList();
  }
}
