package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was asked.
 *
 * @param path decoded, without the empty segments
 * @param accept empty where the client doesn't mind
 */
record Request(
    String method,
    List<String> path,
    Map<String, String> query,
    String accept,
    String contentType,
    String userAgent,
    byte[] body) {
  /** As etcd's: what is larger, kube-apiserver refuses too. */
  private static final int MAX_BODY = 3 << 20;

  static Request of(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      throw ApiException.badRequest("the request is larger than " + MAX_BODY + " bytes");
    }
    List<String> path =
        Arrays.stream(exchange.getRequestURI().getRawPath().split("/"))
            .filter(segment -> !segment.isEmpty())
            .map(Request::decode)
            .toList();
    String contentType = header(exchange, "Content-Type");
    int parameters = contentType.indexOf(';');
    return new Request(
        exchange.getRequestMethod(),
        path,
        query(exchange.getRequestURI().getRawQuery()),
        header(exchange, "Accept"),
        (parameters < 0 ? contentType : contentType.substring(0, parameters)).trim(),
        header(exchange, "User-Agent"),
        body);
  }

  String parameter(String name) {
    return query.getOrDefault(name, "");
  }

  boolean flag(String name) {
    String value = parameter(name);
    return value.equals("true") || value.equals("1");
  }

  /** The body as JSON; an empty object where there is none. */
  JsonNode json() {
    if (contentType.equals("application/vnd.kubernetes.protobuf")) {
      throw ApiException.unsupportedMediaType("application/json", "application/yaml");
    }
    try {
      return body.length == 0 ? Json.object() : Json.parse(body);
    } catch (IOException e) {
      throw ApiException.badRequest("the body is not valid JSON: " + e.getMessage());
    }
  }

  ObjectNode object() {
    if (json() instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.badRequest("the body is no JSON object");
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new LinkedHashMap<>();
    if (raw == null) {
      return query;
    }
    for (String pair : raw.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      query.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
    }
    return query;
  }

  private static String header(HttpExchange exchange, String name) {
    List<String> values = exchange.getRequestHeaders().get(name);
    return values == null ? "" : String.join(",", values);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
