package dev.millrace.local.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who owns which fields of an object: {@code metadata.managedFields}, read and written. */
final class ManagedFields {
  /** Whose fields: the same manager has an entry for each way in which it writes. */
  record Owner(String manager, String operation, String apiVersion, String subresource) {}

  private record Entry(FieldSet fields, String time) {}

  private static final List<String> NOT_OWNED_OF_META =
      List.of(
          "name",
          "namespace",
          "uid",
          "resourceVersion",
          "generation",
          "creationTimestamp",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
          "selfLink",
          "managedFields");

  private final Map<Owner, Entry> entries = new LinkedHashMap<>();
  private final Instant now;

  private ManagedFields(Instant now) {
    this.now = now;
  }

  static ManagedFields of(JsonNode object, Instant now) {
    ManagedFields fields = new ManagedFields(now);
    for (JsonNode entry : Json.items(Json.at(object, "metadata", "managedFields"))) {
      fields.entries.put(
          new Owner(
              Json.text(entry, "manager"),
              Json.text(entry, "operation"),
              Json.text(entry, "apiVersion"),
              Json.text(entry, "subresource")),
          new Entry(FieldSet.parse(entry.path("fieldsV1")), Json.text(entry, "time")));
    }
    return fields;
  }

  /** Takes out of {@code fields} what nobody owns. */
  static FieldSet ownable(FieldSet fields) {
    fields.remove("f:apiVersion");
    fields.remove("f:kind");
    FieldSet meta = fields.child("f:metadata");
    if (meta != null) {
      NOT_OWNED_OF_META.forEach(name -> meta.remove("f:" + name));
      if (meta.isEmpty() || meta.children().isEmpty()) {
        fields.remove("f:metadata");
      }
    }
    return fields;
  }

  FieldSet of(Owner owner) {
    Entry entry = entries.get(owner);
    return entry == null ? new FieldSet() : entry.fields();
  }

  Map<Owner, FieldSet> others(Owner owner) {
    Map<Owner, FieldSet> others = new LinkedHashMap<>();
    entries.forEach(
        (who, entry) -> {
          if (!who.equals(owner)) {
            others.put(who, entry.fields());
          }
        });
    return others;
  }

  void set(Owner owner, FieldSet fields) {
    Entry present = entries.get(owner);
    if (fields.isEmpty()) {
      entries.remove(owner);
    } else if (present == null || !present.fields().toJson().equals(fields.toJson())) {
      entries.put(owner, new Entry(fields, now.truncatedTo(ChronoUnit.SECONDS).toString()));
    }
  }

  void takeFromOthers(Owner owner, FieldSet fields) {
    others(owner).values().forEach(theirs -> theirs.removeAll(fields));
  }

  void writeTo(ObjectNode object, Shape shape) {
    entries.values().forEach(entry -> entry.fields().retainExisting(object, shape));
    entries.values().removeIf(entry -> entry.fields().isEmpty());
    ObjectNode meta = Json.child(object, "metadata");
    meta.remove("managedFields");
    if (entries.isEmpty()) {
      return;
    }
    ArrayNode array = meta.putArray("managedFields");
    entries.forEach(
        (owner, entry) -> {
          ObjectNode json = array.addObject();
          json.put("apiVersion", owner.apiVersion()).put("fieldsType", "FieldsV1");
          json.set("fieldsV1", entry.fields().toJson());
          json.put("manager", owner.manager()).put("operation", owner.operation());
          if (!owner.subresource().isEmpty()) {
            json.put("subresource", owner.subresource());
          }
          json.put("time", entry.time());
        });
  }
}
