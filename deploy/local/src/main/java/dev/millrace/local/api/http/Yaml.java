package dev.millrace.local.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.json.Json;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads what server-side apply sends: YAML, of which JSON is a part. Pure. */
final class Yaml {
  private Yaml() {}

  static ObjectNode object(byte[] body) {
    try {
      boolean json = body.length > 0 && body[0] == '{';
      JsonNode node = json ? Json.parse(body) : parse(new String(body, StandardCharsets.UTF_8));
      if (node instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw ApiException.badRequest("error decoding YAML: " + e.getMessage());
    }
    throw ApiException.badRequest("the body is no object");
  }

  private static JsonNode parse(String text) throws JsonProcessingException {
    Object plain = Serialization.unmarshal(text, Object.class);
    return Json.parseOwn(Serialization.asJson(plain));
  }
}
