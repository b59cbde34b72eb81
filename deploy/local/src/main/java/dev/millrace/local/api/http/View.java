package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.api.store.ObjectStore;
import dev.millrace.local.api.table.TableView;
import dev.millrace.local.json.Json;
import java.time.InstantSource;
import java.util.List;

/** The form in which a client wants objects: plain, as a table's rows, or only their metadata. */
final class View {
  private enum Form {
    PLAIN,
    TABLE,
    METADATA
  }

  private final ResourceType type;
  private final Form form;
  private final String include;
  private final InstantSource clock;
  private boolean headed = true;

  View(ResourceType type, Request request, InstantSource clock) {
    this.type = type;
    this.form = form(request.accept());
    this.include = request.parameter("includeObject");
    this.clock = clock;
  }

  private static Form form(String accept) {
    for (String option : accept.split(",")) {
      if (option.contains("as=Table")) {
        return Form.TABLE;
      } else if (option.contains("as=PartialObjectMetadata")) {
        return Form.METADATA;
      } else if (option.startsWith("application/json") || option.startsWith("*/*")) {
        return Form.PLAIN;
      }
    }
    return Form.PLAIN;
  }

  ObjectNode one(ObjectNode object) {
    return switch (form) {
      case PLAIN -> object;
      case METADATA -> TableView.partial(object);
      case TABLE ->
          revised(table(List.of(object)), Json.text(object, "metadata", "resourceVersion"));
    };
  }

  /** Like {@link #one}, but a table names its columns only the first time. */
  ObjectNode event(ObjectNode object) {
    ObjectNode seen = one(object);
    headed = false;
    return seen;
  }

  ObjectNode all(ObjectStore.Listing listing) {
    String revision = Long.toString(listing.revision());
    if (form == Form.TABLE) {
      return revised(table(listing.items()), revision);
    }
    boolean plain = form == Form.PLAIN;
    ObjectNode list =
        Json.object()
            .put("kind", plain ? type.names().listKind() : "PartialObjectMetadataList")
            .put("apiVersion", plain ? type.apiVersion() : "meta.k8s.io/v1");
    list.putObject("metadata").put("resourceVersion", revision);
    ArrayNode items = list.putArray("items");
    listing.items().forEach(item -> items.add(one(item)));
    return list;
  }

  private ObjectNode table(List<ObjectNode> items) {
    return TableView.of(type, items, include, headed, clock.instant());
  }

  private static ObjectNode revised(ObjectNode table, String revision) {
    Json.child(table, "metadata").put("resourceVersion", revision);
    return table;
  }
}
