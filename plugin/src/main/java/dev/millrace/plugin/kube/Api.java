package dev.millrace.plugin.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * The API server, path by path. Objects stay the JSON that they are: what a support bundle holds is
 * what the server said, and what this program has never heard of is no error. Thread-safe; blocks
 * until there is an answer.
 */
public interface Api {
  /**
   * What is at a path, as text.
   *
   * @param path from the server's root on, with its query: {@code /api/v1/…}
   * @throws ApiException if it is refused or nobody answers
   */
  String get(String path);

  /**
   * Changes something, and gives what the server says to that.
   *
   * @throws ApiException if it is refused or nobody answers
   */
  String send(Method method, String path, String body);

  /** The ways to change something, with what the body is. */
  enum Method {
    /** Another object, such as an Eviction. */
    POST("POST", "application/json"),
    /** Fields to set, and nulls for those to take away. */
    MERGE_PATCH("PATCH", "application/merge-patch+json"),
    /** Steps, all of which are done or none (RFC 6902). */
    JSON_PATCH("PATCH", "application/json-patch+json");

    private final String verb;
    private final String contentType;

    Method(String verb, String contentType) {
      this.verb = verb;
      this.contentType = contentType;
    }

    String verb() {
      return verb;
    }

    String contentType() {
      return contentType;
    }
  }

  /** What is at a path, as JSON. */
  default JsonNode json(String path) {
    return parsed(path, get(path));
  }

  /** The same as {@link #send}, of what answers JSON. */
  default JsonNode sendForJson(Method method, String path, String body) {
    return parsed(path, send(method, path, body));
  }

  private static JsonNode parsed(String path, String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ApiException(ApiException.UNREACHABLE, path + " answers what is no JSON");
    }
  }
}
