package dev.millrace.local.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.registry.PrinterColumn;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.json.Json;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Objects as a {@code meta.k8s.io/v1 Table}. Pure. */
public final class TableView {
  private TableView() {}

  /**
   * @param include what each row carries of its object: {@code None}, {@code Metadata} or {@code
   *     Object}
   * @param headed whether the columns are named; a watch does so in its first event only
   */
  public static ObjectNode of(
      ResourceType type, List<ObjectNode> items, String include, boolean headed, Instant now) {
    ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    table.putObject("metadata").put("resourceVersion", "");
    ArrayNode definitions = table.putArray("columnDefinitions");
    if (headed) {
      type.columns().forEach(column -> definitions.add(definition(column)));
    }
    ArrayNode rows = table.putArray("rows");
    for (ObjectNode item : items) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      for (PrinterColumn column : type.columns()) {
        cells.add(cell(column.cell().apply(item, now)));
      }
      switch (include) {
        case "None" -> {}
        case "Object" -> row.set("object", item);
        default -> row.set("object", partial(item));
      }
    }
    return table;
  }

  /** An object's {@code PartialObjectMetadata}. */
  public static ObjectNode partial(ObjectNode object) {
    ObjectNode partial =
        Json.object().put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
    partial.set("metadata", object.path("metadata"));
    return partial;
  }

  private static ObjectNode definition(PrinterColumn column) {
    return Json.object()
        .put("name", column.name())
        .put("type", column.type())
        .put("format", column.format())
        .put("description", column.description())
        .put("priority", column.priority());
  }

  private static JsonNode cell(@Nullable Object value) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    return switch (value) {
      case null -> factory.nullNode();
      case Integer number -> factory.numberNode(number);
      case Long number -> factory.numberNode(number);
      case Double number -> factory.numberNode(number);
      case Boolean bool -> factory.booleanNode(bool);
      default -> factory.textNode(value.toString());
    };
  }
}
