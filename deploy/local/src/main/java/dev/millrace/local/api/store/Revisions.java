package dev.millrace.local.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;

/** The resourceVersion that an object carries. */
public final class Revisions {
  private Revisions() {}

  public static long of(ObjectNode object) {
    return Long.parseLong(Json.text(object, "metadata", "resourceVersion"));
  }

  /** A copy of {@code object} that carries {@code revision}. */
  static ObjectNode stamp(ObjectNode object, long revision) {
    ObjectNode copy = object.deepCopy();
    Json.child(copy, "metadata").put("resourceVersion", Long.toString(revision));
    return copy;
  }
}
