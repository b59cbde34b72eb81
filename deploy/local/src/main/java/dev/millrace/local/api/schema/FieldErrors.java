package dev.millrace.local.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.api.ApiException.Cause;
import dev.millrace.local.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The sentences of kube-apiserver about one wrong field. */
public final class FieldErrors {
  private FieldErrors() {}

  public static Cause required(String path) {
    return new Cause("FieldValueRequired", "Required value", path);
  }

  public static Cause required(String path, String detail) {
    return new Cause("FieldValueRequired", "Required value: " + detail, path);
  }

  public static Cause invalid(String path, JsonNode value, String detail) {
    return new Cause("FieldValueInvalid", "Invalid value: " + shown(value) + ": " + detail, path);
  }

  /** About an object or a list, whose value is not repeated. */
  public static Cause invalid(String path, String detail) {
    return new Cause("FieldValueInvalid", "Invalid value: " + detail, path);
  }

  static Cause wrongType(String path, String found, String wanted) {
    return new Cause(
        "FieldValueTypeInvalid",
        "Invalid value: \""
            + found
            + "\": "
            + path
            + " in body must be of type "
            + wanted
            + ": \""
            + found
            + "\"",
        path);
  }

  static Cause unsupported(String path, JsonNode value, List<JsonNode> supported) {
    return new Cause(
        "FieldValueNotSupported",
        "Unsupported value: "
            + shown(value)
            + ": supported values: "
            + String.join(", ", supported.stream().map(FieldErrors::shown).toList()),
        path);
  }

  static Cause duplicate(String path, JsonNode value) {
    return new Cause("FieldValueDuplicate", "Duplicate value: " + shown(value), path);
  }

  static Cause tooLong(String path, int limit) {
    return new Cause(
        "FieldValueTooLong", "Too long: may not be more than " + limit + " bytes", path);
  }

  static Cause tooMany(String path, int found, int limit) {
    return new Cause(
        "FieldValueTooMany",
        "Too many: " + found + ": must have at most " + limit + " items",
        path);
  }

  public static Cause forbidden(String path, String detail) {
    return new Cause("FieldValueForbidden", "Forbidden: " + detail, path);
  }

  private static String shown(JsonNode value) {
    return new String(Json.bytes(value), StandardCharsets.UTF_8);
  }
}
