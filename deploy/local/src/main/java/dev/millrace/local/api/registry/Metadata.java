package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** The part of an object's metadata that the server alone writes. Changes objects in place. */
final class Metadata {
  private static final List<String> SERVER_OWNED =
      List.of(
          "uid",
          "creationTimestamp",
          "generation",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
          "namespace",
          "name");
  private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private Metadata() {}

  static void initialize(
      ObjectNode object, ResourceType type, String namespace, Instant now, RandomGenerator random) {
    ObjectNode meta = Json.child(object, "metadata");
    if (Json.text(meta, "name").isEmpty() && !Json.text(meta, "generateName").isEmpty()) {
      StringBuilder name = new StringBuilder(Json.text(meta, "generateName"));
      for (int i = 0; i < 5; i++) {
        name.append(SUFFIX_ALPHABET.charAt(random.nextInt(SUFFIX_ALPHABET.length())));
      }
      meta.put("name", name.toString());
    }
    if (type.namespaced()) {
      meta.put("namespace", namespace);
    } else {
      meta.remove("namespace");
    }
    meta.put("uid", UUID.randomUUID().toString());
    meta.put("creationTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
    meta.remove(List.of("deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion"));
    if (type.counted()) {
      meta.put("generation", 1);
    } else {
      meta.remove("generation");
    }
    if (type.hasStatus()) {
      object.remove("status");
    }
  }

  /** Takes over from {@code old} what a client cannot change, and counts the generation. */
  static void carryOver(ObjectNode object, ObjectNode old, ResourceType type, boolean status) {
    ObjectNode meta = Json.child(object, "metadata");
    for (String field : SERVER_OWNED) {
      JsonNode value = Json.at(old, "metadata", field);
      if (value.isMissingNode()) {
        meta.remove(field);
      } else {
        meta.set(field, value);
      }
    }
    if (type.hasStatus() && !status) {
      keep(object, old, "status");
    } else if (type.hasStatus()) {
      ObjectNode written = object.deepCopy();
      object.removeAll();
      object.setAll(old.deepCopy());
      keep(object, written, "status");
    }
    if (type.counted() && !Json.same(counted(object, type), counted(old, type))) {
      Json.child(object, "metadata")
          .put("generation", Json.at(old, "metadata", "generation").asLong() + 1);
    }
  }

  private static void keep(ObjectNode object, ObjectNode from, String field) {
    if (from.has(field)) {
      object.set(field, from.get(field).deepCopy());
    } else {
      object.remove(field);
    }
  }

  private static JsonNode counted(ObjectNode object, ResourceType type) {
    ObjectNode copy = object.deepCopy();
    copy.remove(List.of("metadata", "apiVersion", "kind"));
    if (type.hasStatus()) {
      copy.remove("status");
    }
    return copy;
  }

  static boolean isDeleting(JsonNode object) {
    return Json.at(object, "metadata").has("deletionTimestamp");
  }

  static Set<String> finalizers(JsonNode object) {
    return Set.copyOf(
        Json.items(Json.at(object, "metadata", "finalizers")).stream()
            .map(JsonNode::asText)
            .distinct()
            .toList());
  }
}
