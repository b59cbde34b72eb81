package dev.millrace.local.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import java.util.List;

/**
 * A refusal, as the {@code Status} object that a client gets. The words are those of
 * kube-apiserver, because clients and people know them.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** One field that is wrong: why, in what words, where. */
  public record Cause(String reason, String message, String field) {
    /** The words in which a list of causes ends up in a status message. */
    String sentence() {
      return field + ": " + message;
    }
  }

  private final int code;
  private final String reason;
  private final transient ObjectNode details;

  private ApiException(int code, String reason, String message, ObjectNode details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  public static ApiException notFound(String resource, String group, String name) {
    return new ApiException(
        404,
        "NotFound",
        qualified(resource, group) + " \"" + name + "\" not found",
        details(group, resource, name));
  }

  public static ApiException noSuchPath() {
    return new ApiException(
        404, "NotFound", "the server could not find the requested resource", Json.object());
  }

  public static ApiException alreadyExists(String resource, String group, String name) {
    return new ApiException(
        409,
        "AlreadyExists",
        qualified(resource, group) + " \"" + name + "\" already exists",
        details(group, resource, name));
  }

  public static ApiException modified(String resource, String group, String name) {
    return conflict(
        resource,
        group,
        name,
        "the object has been modified; please apply your changes to the latest version and try"
            + " again");
  }

  public static ApiException conflict(String resource, String group, String name, String why) {
    return new ApiException(
        409,
        "Conflict",
        "Operation cannot be fulfilled on "
            + qualified(resource, group)
            + " \""
            + name
            + "\": "
            + why,
        details(group, resource, name));
  }

  /** Server-side apply met fields of other managers. */
  public static ApiException applyConflict(List<Cause> causes) {
    String message =
        "Apply failed with "
            + causes.size()
            + (causes.size() == 1 ? " conflict: " : " conflicts: ")
            + String.join(", ", causes.stream().map(c -> c.message() + ": " + c.field()).toList());
    return new ApiException(409, "Conflict", message, withCauses(Json.object(), causes));
  }

  public static ApiException invalid(String kind, String group, String name, List<Cause> causes) {
    String sentences =
        causes.size() == 1
            ? causes.getFirst().sentence()
            : "[" + String.join(", ", causes.stream().map(Cause::sentence).toList()) + "]";
    return new ApiException(
        422,
        "Invalid",
        qualified(kind, group) + " \"" + name + "\" is invalid: " + sentences,
        withCauses(details(group, kind, name), causes));
  }

  public static ApiException badRequest(String message) {
    return new ApiException(400, "BadRequest", message, Json.object());
  }

  public static ApiException expired(String message) {
    return new ApiException(410, "Expired", message, Json.object());
  }

  public static ApiException methodNotAllowed() {
    return new ApiException(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
        Json.object());
  }

  /**
   * The body's format is not understood.
   *
   * @param accepted the media types that are
   */
  public static ApiException unsupportedMediaType(String... accepted) {
    return new ApiException(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
            + String.join(", ", accepted),
        Json.object());
  }

  public static ApiException unauthorized() {
    return new ApiException(401, "Unauthorized", "Unauthorized", Json.object());
  }

  public static ApiException tooManyRequests(String message) {
    return new ApiException(429, "TooManyRequests", message, Json.object());
  }

  public static ApiException unavailable(String message) {
    return new ApiException(503, "ServiceUnavailable", message, Json.object());
  }

  public static ApiException internal(String message) {
    return new ApiException(
        500, "InternalError", "Internal error occurred: " + message, Json.object());
  }

  public int code() {
    return code;
  }

  public String reason() {
    return reason;
  }

  /** The body of the response, also of a watch's error event. */
  public ObjectNode status() {
    ObjectNode status = Json.object();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
    if (!details.isEmpty()) {
      status.set("details", details);
    }
    return status.put("code", code);
  }

  private static String qualified(String resource, String group) {
    return group.isEmpty() ? resource : resource + "." + group;
  }

  private static ObjectNode details(String group, String kind, String name) {
    ObjectNode details = Json.object().put("name", name);
    if (!group.isEmpty()) {
      details.put("group", group);
    }
    return details.put("kind", kind);
  }

  private static ObjectNode withCauses(ObjectNode details, List<Cause> causes) {
    ArrayNode array = details.putArray("causes");
    for (Cause cause : causes) {
      array
          .addObject()
          .put("reason", cause.reason())
          .put("message", cause.message())
          .put("field", cause.field());
    }
    return details;
  }
}
