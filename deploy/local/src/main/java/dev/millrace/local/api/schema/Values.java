package dev.millrace.local.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.local.api.ApiException.Cause;
import dev.millrace.local.json.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Checks values against the value part of a structural schema: types, required fields, ranges,
 * lengths, patterns, enumerations, list keys. Not: formats other than {@code date-time}, and {@code
 * not}. Appends to {@code causes} in the order of the schema.
 */
final class Values {
  private final List<Cause> causes;

  Values(List<Cause> causes) {
    this.causes = causes;
  }

  void check(JsonNode value, JsonNode schema, String path) {
    if (value.isNull() && schema.path("nullable").asBoolean(false)) {
      return;
    }
    if (!hasType(value, schema, path)) {
      return;
    }
    if (schema.has("enum") && Json.items(schema.get("enum")).stream().noneMatch(value::equals)) {
      causes.add(FieldErrors.unsupported(path, value, Json.items(schema.get("enum"))));
    }
    if (value.isObject()) {
      object(value, schema, path);
    } else if (value.isArray()) {
      array(value, schema, path);
    } else if (value.isNumber()) {
      number(value, schema, path);
    } else if (value.isTextual()) {
      text(value, schema, path);
    }
    combinations(value, schema, path);
  }

  private boolean hasType(JsonNode value, JsonNode schema, String path) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean(false)) {
      boolean fits = value.isIntegralNumber() || value.isTextual();
      if (!fits) {
        causes.add(FieldErrors.wrongType(path, typeOf(value), "integer,string"));
      }
      return fits;
    }
    String wanted = schema.path("type").asText("");
    boolean fits =
        switch (wanted) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "boolean" -> value.isBoolean();
          case "integer" ->
              value.isIntegralNumber() || (value.isNumber() && value.canConvertToExactIntegral());
          case "number" -> value.isNumber();
          default -> true;
        };
    if (!fits) {
      causes.add(FieldErrors.wrongType(path, typeOf(value), wanted));
    }
    return fits;
  }

  private void object(JsonNode value, JsonNode schema, String path) {
    for (JsonNode required : Json.items(schema.path("required"))) {
      if (!value.has(required.asText())) {
        causes.add(FieldErrors.required(join(path, required.asText())));
      }
    }
    JsonNode properties = schema.path("properties");
    JsonNode additional = schema.path("additionalProperties");
    for (var field : value.properties()) {
      String at = join(path, field.getKey());
      if (properties.has(field.getKey())) {
        check(field.getValue(), properties.get(field.getKey()), at);
      } else if (additional.isObject()) {
        check(field.getValue(), additional, at);
      }
    }
    if (schema.has("maxProperties") && value.size() > schema.get("maxProperties").asInt()) {
      causes.add(FieldErrors.tooMany(path, value.size(), schema.get("maxProperties").asInt()));
    }
    if (schema.has("minProperties") && value.size() < schema.get("minProperties").asInt()) {
      complain(
          path,
          value,
          "should have at least " + schema.get("minProperties").asInt() + " properties");
    }
  }

  private void array(JsonNode value, JsonNode schema, String path) {
    for (int i = 0; i < value.size(); i++) {
      check(value.get(i), schema.path("items"), path + "[" + i + "]");
    }
    if (schema.has("maxItems") && value.size() > schema.get("maxItems").asInt()) {
      causes.add(FieldErrors.tooMany(path, value.size(), schema.get("maxItems").asInt()));
    }
    if (schema.has("minItems") && value.size() < schema.get("minItems").asInt()) {
      complain(path, value, "should have at least " + schema.get("minItems").asInt() + " items");
    }
    Set<JsonNode> seen = new HashSet<>();
    for (int i = 0; i < value.size(); i++) {
      JsonNode identity = identity(value.get(i), schema);
      if (!identity.isMissingNode() && !seen.add(identity)) {
        causes.add(FieldErrors.duplicate(path + "[" + i + "]", identity));
      }
    }
  }

  /** What may be in a list only once; missing where the list does not mind. */
  private static JsonNode identity(JsonNode element, JsonNode schema) {
    return switch (schema.path("x-kubernetes-list-type").asText()) {
      case "set" -> element;
      case "map" ->
          Json.object(
              key ->
                  Json.items(schema.path("x-kubernetes-list-map-keys"))
                      .forEach(name -> key.set(name.asText(), element.path(name.asText()))));
      default -> MissingNode.getInstance();
    };
  }

  private void number(JsonNode value, JsonNode schema, String path) {
    BigDecimal number = value.decimalValue();
    if (schema.has("minimum")) {
      BigDecimal bound = schema.get("minimum").decimalValue();
      boolean open = schema.path("exclusiveMinimum").asBoolean(false);
      if (number.compareTo(bound) < 0 || (open && number.compareTo(bound) == 0)) {
        complain(
            path, value, "should be greater than " + (open ? "" : "or equal to ") + plain(bound));
      }
    }
    if (schema.has("maximum")) {
      BigDecimal bound = schema.get("maximum").decimalValue();
      boolean open = schema.path("exclusiveMaximum").asBoolean(false);
      if (number.compareTo(bound) > 0 || (open && number.compareTo(bound) == 0)) {
        complain(path, value, "should be less than " + (open ? "" : "or equal to ") + plain(bound));
      }
    }
    if (schema.has("multipleOf")
        && number.remainder(schema.get("multipleOf").decimalValue()).signum() != 0) {
      complain(
          path, value, "should be a multiple of " + plain(schema.get("multipleOf").decimalValue()));
    }
  }

  private void text(JsonNode value, JsonNode schema, String path) {
    String text = value.asText();
    if (schema.has("maxLength")
        && text.codePointCount(0, text.length()) > schema.get("maxLength").asInt()) {
      causes.add(FieldErrors.tooLong(path, schema.get("maxLength").asInt()));
    }
    if (schema.has("minLength")
        && text.getBytes(StandardCharsets.UTF_8).length < schema.get("minLength").asInt()) {
      complain(
          path, value, "should be at least " + schema.get("minLength").asInt() + " chars long");
    }
    String pattern = schema.path("pattern").asText("");
    if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
      complain(path, value, "should match '" + pattern + "'");
    }
  }

  private void combinations(JsonNode value, JsonNode schema, String path) {
    Json.items(schema.path("allOf")).forEach(each -> check(value, each, path));
    long anyOf = fitting(value, schema.path("anyOf"), path);
    if (schema.has("anyOf") && anyOf == 0) {
      causes.add(
          FieldErrors.invalid(
              path, value, path + " in body must validate at least one schema" + " (anyOf)"));
    }
    if (schema.has("oneOf") && fitting(value, schema.path("oneOf"), path) != 1) {
      causes.add(
          FieldErrors.invalid(
              path, value, path + " in body must validate one and only one schema (oneOf)"));
    }
  }

  private static long fitting(JsonNode value, JsonNode schemas, String path) {
    return Json.items(schemas).stream()
        .filter(
            schema -> {
              List<Cause> found = new ArrayList<>();
              new Values(found).check(value, schema, path);
              return found.isEmpty();
            })
        .count();
  }

  private void complain(String path, JsonNode value, String sentence) {
    causes.add(FieldErrors.invalid(path, value, path + " in body " + sentence));
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, POJO -> "object";
      case ARRAY -> "array";
      case STRING, BINARY -> "string";
      case BOOLEAN -> "boolean";
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      case NULL, MISSING -> "null";
    };
  }

  /** The position of the old element that {@code element} continues; -1 where there is none. */
  static int correlated(JsonNode element, JsonNode old, JsonNode schema) {
    if (!schema.path("x-kubernetes-list-type").asText().equals("map")) {
      return -1;
    }
    JsonNode wanted = identity(element, schema);
    return IntStream.range(0, old.size())
        .filter(i -> identity(old.get(i), schema).equals(wanted))
        .findFirst()
        .orElse(-1);
  }
}
