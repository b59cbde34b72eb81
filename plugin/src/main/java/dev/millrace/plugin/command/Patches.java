package dev.millrace.plugin.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.plugin.kube.Json;

/** Bodies of patches. Pure. */
final class Patches {
  private Patches() {}

  /** Sets an annotation of an object, as a merge patch. */
  static String annotate(String name, String value) {
    ObjectNode patch = Json.MAPPER.createObjectNode();
    patch.putObject("metadata").putObject("annotations").put(name, value);
    return patch.toString();
  }

  /** Sets an annotation of what a StatefulSet makes its pods from, as a merge patch. */
  static String annotateTemplate(String name, String value) {
    ObjectNode patch = Json.MAPPER.createObjectNode();
    patch
        .putObject("spec")
        .putObject("template")
        .putObject("metadata")
        .putObject("annotations")
        .put(name, value);
    return patch.toString();
  }

  /** A step of a JSON patch. */
  static ArrayNode step(ArrayNode patch, String operation, String path, JsonNode value) {
    patch.addObject().put("op", operation).put("path", path).set("value", value);
    return patch;
  }

  /** A step that takes something away. */
  static ArrayNode remove(ArrayNode patch, String path) {
    patch.addObject().put("op", "remove").put("path", path);
    return patch;
  }
}
