package dev.millrace.local.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.values.NullValue;
import dev.millrace.local.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** JSON as the values that CEL rules see, typed by the schema and with escaped field names. */
final class CelValues {
  private static final Set<String> RESERVED =
      Set.of(
          "true",
          "false",
          "null",
          "in",
          "as",
          "break",
          "const",
          "continue",
          "else",
          "for",
          "function",
          "if",
          "import",
          "let",
          "loop",
          "package",
          "namespace",
          "return",
          "var",
          "void",
          "while");

  private CelValues() {}

  static Object of(JsonNode value, JsonNode schema) {
    return switch (value.getNodeType()) {
      case OBJECT -> object(value, schema);
      case ARRAY ->
          Json.items(value).stream().map(element -> of(element, schema.path("items"))).toList();
      case BOOLEAN -> value.asBoolean();
      case NUMBER ->
          schema.path("type").asText().equals("number") || !value.isIntegralNumber()
              ? (Object) value.asDouble()
              : (Object) value.asLong();
      case STRING, BINARY, POJO -> value.asText();
      case NULL, MISSING -> NullValue.NULL_VALUE;
    };
  }

  private static Map<String, Object> object(JsonNode value, JsonNode schema) {
    Map<String, Object> fields = new LinkedHashMap<>();
    JsonNode properties = schema.path("properties");
    for (var field : value.properties()) {
      boolean declared = properties.has(field.getKey());
      JsonNode of = declared ? properties.get(field.getKey()) : schema.path("additionalProperties");
      fields.put(declared ? escape(field.getKey()) : field.getKey(), of(field.getValue(), of));
    }
    return fields;
  }

  /** How a rule writes a field whose name CEL could not read. */
  private static String escape(String name) {
    if (RESERVED.contains(name)) {
      return "__" + name + "__";
    }
    return name.replace("__", "__underscores__")
        .replace(".", "__dot__")
        .replace("-", "__dash__")
        .replace("/", "__slash__");
  }
}
