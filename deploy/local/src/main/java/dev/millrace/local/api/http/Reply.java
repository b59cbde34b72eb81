package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One response being made. For the one thread that handles the request. */
final class Reply {
  private final HttpExchange exchange;
  private final List<String> warnings = new ArrayList<>();

  Reply(HttpExchange exchange) {
    this.exchange = exchange;
  }

  /** Tells the client something that kubectl prints as a warning. */
  void warn(String text) {
    warnings.add(text);
  }

  void json(int code, JsonNode body) throws IOException {
    send(code, "application/json", Json.bytes(body));
  }

  void json(JsonNode body) throws IOException {
    json(200, body);
  }

  void text(String body) throws IOException {
    send(200, "text/plain", body.getBytes(StandardCharsets.UTF_8));
  }

  void send(int code, String type, byte[] body) throws IOException {
    head(type);
    exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  /** The response's body, of any length, in chunks. */
  OutputStream stream(String type) throws IOException {
    head(type);
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  private void head(String type) {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-cache, private");
    for (String warning : warnings) {
      String quoted = "\"" + warning.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
      exchange.getResponseHeaders().add("Warning", "299 - " + quoted);
    }
  }
}
