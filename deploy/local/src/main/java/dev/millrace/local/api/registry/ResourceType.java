package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.api.patch.BuiltinShape;
import dev.millrace.local.api.patch.SchemaShape;
import dev.millrace.local.api.patch.Shape;
import dev.millrace.local.api.schema.StructuralSchema;
import dev.millrace.local.api.store.ObjectKey;
import dev.millrace.local.json.Json;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One version of a kind that the API serves.
 *
 * @param storage the collection; versions of a kind share it
 * @param subresources of {@code status}, {@code scale}, {@code log}, {@code token}, {@code
 *     eviction}
 * @param schema null for Kubernetes' own kinds, which are taken as they come
 * @param scale where the replicas are, null where there is no such subresource
 */
public record ResourceType(
    Names names,
    String group,
    String version,
    boolean namespaced,
    String storage,
    Set<String> subresources,
    @Nullable StructuralSchema schema,
    @Nullable ScalePaths scale,
    List<PrinterColumn> columns) {

  /** What a kind is called. */
  public record Names(
      String plural,
      String singular,
      String kind,
      String listKind,
      List<String> shortNames,
      List<String> categories) {}

  /** Dotted paths, without the leading dot; {@code selector} is empty where there is none. */
  public record ScalePaths(String spec, String status, String selector) {}

  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  public String plural() {
    return names.plural();
  }

  public String kind() {
    return names.kind();
  }

  public ObjectKey key(String namespace, String name) {
    return new ObjectKey(storage, namespace, name);
  }

  public Shape shape() {
    return schema == null ? BuiltinShape.ROOT : new SchemaShape(schema.tree());
  }

  public boolean hasStatus() {
    return subresources.contains("status");
  }

  /** Whether changes of the spec are counted. */
  public boolean counted() {
    return schema != null || group.equals("apps") || group.equals("policy");
  }

  public JsonNode schemaTree() {
    return schema == null ? Json.object() : schema.tree();
  }
}
