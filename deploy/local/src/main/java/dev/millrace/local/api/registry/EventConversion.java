package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** One event in the words of the core API and of {@code events.k8s.io}. Pure. */
final class EventConversion {
  /** From core's name to the newer one. */
  private static final Map<String, String> RENAMED =
      Map.of(
          "involvedObject", "regarding",
          "message", "note",
          "reportingComponent", "reportingController",
          "source", "deprecatedSource",
          "firstTimestamp", "deprecatedFirstTimestamp",
          "lastTimestamp", "deprecatedLastTimestamp",
          "count", "deprecatedCount");

  private EventConversion() {}

  static ObjectNode toCore(ObjectNode event) {
    ObjectNode core = event.deepCopy().put("apiVersion", "v1");
    RENAMED.forEach((old, now) -> rename(core, now, old));
    return core;
  }

  static ObjectNode toNew(ObjectNode core) {
    ObjectNode event = core.deepCopy().put("apiVersion", "events.k8s.io/v1");
    RENAMED.forEach((old, now) -> rename(event, old, now));
    return event;
  }

  private static void rename(ObjectNode object, String from, String to) {
    JsonNode value = object.remove(from);
    if (value != null) {
      object.set(to, value);
    }
  }

  static boolean isNew(ResourceType type) {
    return type.group().equals("events.k8s.io");
  }
}
