package dev.millrace.local.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reading, writing and walking JSON trees. Pure functions, safe on any thread; a tree itself
 * belongs to one thread at a time unless nobody changes it any more.
 */
public final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Json() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** A new object, filled by {@code filler}. */
  public static ObjectNode object(Consumer<ObjectNode> filler) {
    ObjectNode node = object();
    filler.accept(node);
    return node;
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  public static ArrayNode strings(Iterable<String> values) {
    ArrayNode node = array();
    values.forEach(node::add);
    return node;
  }

  /** Throws {@link IOException} where {@code bytes} is not one JSON value. */
  public static JsonNode parse(byte[] bytes) throws IOException {
    return MAPPER.readTree(bytes);
  }

  /** For JSON that this program wrote: what cannot be parsed is a fault of ours. */
  public static JsonNode parseOwn(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The node at {@code path}; a missing node, never null, where there is none. */
  public static JsonNode at(JsonNode node, String... path) {
    JsonNode at = node;
    for (String step : path) {
      at = at.path(step);
    }
    return at;
  }

  /** The text at {@code path}; empty where there is none. */
  public static String text(JsonNode node, String... path) {
    return at(node, path).asText("");
  }

  /** The object called {@code field}, made where it is missing or not an object. */
  public static ObjectNode child(ObjectNode node, String field) {
    return node.get(field) instanceof ObjectNode present ? present : node.putObject(field);
  }

  /** Equality that takes 1 for 1 whatever number type holds it. */
  public static boolean same(JsonNode one, JsonNode other) {
    return one.equals(
        (a, b) -> {
          if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
          }
          return a.equals(b) ? 0 : 1;
        },
        other);
  }

  /** The array's elements; none where the node is no array. */
  public static List<JsonNode> items(JsonNode node) {
    return node instanceof ArrayNode array ? array.valueStream().toList() : List.of();
  }
}
