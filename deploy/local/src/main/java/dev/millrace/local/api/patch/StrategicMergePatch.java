package dev.millrace.local.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Kubernetes' strategic merge patch: a merge patch that merges keyed lists by key and knows the
 * directives {@code $patch}, {@code $deleteFromPrimitiveList/…}, {@code $setElementOrder/…} and
 * {@code $retainKeys}. Pure.
 */
public final class StrategicMergePatch {
  private static final String DIRECTIVE = "$patch";
  private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
  private static final String ORDER = "$setElementOrder/";
  private static final String RETAIN = "$retainKeys";

  private StrategicMergePatch() {}

  /** The patched object; {@code target} is not changed. */
  public static ObjectNode apply(ObjectNode target, ObjectNode patch, Shape shape) {
    if (Json.text(patch, DIRECTIVE).equals("replace")) {
      return patch.deepCopy().without(List.of(DIRECTIVE));
    }
    ObjectNode result = target.deepCopy();
    if (patch.has(RETAIN)) {
      List<String> kept = Json.items(patch.get(RETAIN)).stream().map(JsonNode::asText).toList();
      result.retain(kept);
    }
    for (var change : patch.properties()) {
      String name = change.getKey();
      if (name.startsWith(DELETE_FROM)) {
        deleteFrom(result, name.substring(DELETE_FROM.length()), change.getValue());
      } else if (!name.startsWith("$")) {
        set(result, name, change.getValue(), shape.field(name));
      }
    }
    for (var change : patch.properties()) {
      if (change.getKey().startsWith(ORDER)) {
        String name = change.getKey().substring(ORDER.length());
        order(result, name, change.getValue(), shape.field(name));
      }
    }
    return result;
  }

  private static void set(ObjectNode result, String name, JsonNode value, Shape shape) {
    if (value.isNull()) {
      result.remove(name);
    } else if (value instanceof ObjectNode object) {
      if (Json.text(object, DIRECTIVE).equals("delete")) {
        result.remove(name);
      } else {
        ObjectNode present = result.get(name) instanceof ObjectNode there ? there : Json.object();
        result.set(name, apply(present, object, shape));
      }
    } else if (value instanceof ArrayNode list && shape.listKind() != Shape.ListKind.ATOMIC) {
      ArrayNode present = result.get(name) instanceof ArrayNode there ? there : Json.array();
      result.set(name, merge(present, list, shape));
    } else {
      result.set(name, value.deepCopy());
    }
  }

  private static ArrayNode merge(ArrayNode present, ArrayNode patch, Shape shape) {
    boolean replace =
        Json.items(patch).stream().anyMatch(e -> Json.text(e, DIRECTIVE).equals("replace"));
    List<JsonNode> merged = new ArrayList<>(replace ? List.of() : Json.items(present));
    for (JsonNode element : patch) {
      String directive = Json.text(element, DIRECTIVE);
      if (directive.equals("replace")) {
        continue;
      }
      if (shape.listKind() == Shape.ListKind.SET) {
        if (!merged.contains(element)) {
          merged.add(element.deepCopy());
        }
        continue;
      }
      int at = indexOf(merged, element, shape.keys().getFirst());
      if (directive.equals("delete")) {
        if (at >= 0) {
          merged.remove(at);
        }
      } else if (at >= 0 && element instanceof ObjectNode change) {
        merged.set(at, apply((ObjectNode) merged.get(at), change, shape.element()));
      } else {
        merged.add(element.deepCopy());
      }
    }
    return Json.array().addAll(merged);
  }

  private static int indexOf(List<JsonNode> list, JsonNode element, String key) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).path(key).equals(element.path(key))) {
        return i;
      }
    }
    return -1;
  }

  private static void deleteFrom(ObjectNode result, String name, JsonNode values) {
    if (result.get(name) instanceof ArrayNode present) {
      List<JsonNode> gone = Json.items(values);
      present.removeIf(gone::contains);
    }
  }

  private static void order(ObjectNode result, String name, JsonNode order, Shape shape) {
    if (!(result.get(name) instanceof ArrayNode present)
        || shape.listKind() == Shape.ListKind.ATOMIC) {
      return;
    }
    List<JsonNode> wanted = Json.items(order);
    List<JsonNode> sorted = new ArrayList<>(Json.items(present));
    // What the order does not name keeps its place after what it names.
    sorted.sort(
        Comparator.comparingInt(
            element -> {
              int at =
                  shape.listKind() == Shape.ListKind.SET
                      ? wanted.indexOf(element)
                      : indexOf(wanted, element, shape.keys().getFirst());
              return at < 0 ? Integer.MAX_VALUE : at;
            }));
    present.removeAll().addAll(sorted);
  }
}
