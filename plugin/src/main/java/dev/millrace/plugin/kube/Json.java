package dev.millrace.plugin.kube;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** Reading JSON that others write: what is not known is left aside. */
public final class Json {
  /** Thread-safe. */
  public static final ObjectMapper MAPPER =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

  private Json() {}

  /** A text at a path such as {@code /metadata/name}, if there is one. */
  public static Optional<String> text(JsonNode node, String path) {
    JsonNode found = node.at(path);
    return found.isValueNode() && !found.isNull() && !found.asText().isEmpty()
        ? Optional.of(found.asText())
        : Optional.empty();
  }

  /** A value of a map whose keys have slashes in them, as annotations and labels do. */
  public static Optional<String> entry(JsonNode node, String path, String key) {
    JsonNode found = node.at(path).path(key);
    return found.isTextual() ? Optional.of(found.asText()) : Optional.empty();
  }
}
