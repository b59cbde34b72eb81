package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.ApiException.Cause;
import dev.millrace.local.api.schema.FieldErrors;
import dev.millrace.local.api.schema.StructuralSchema;
import dev.millrace.local.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an object has to go through before it is stored: unknown fields, defaults, validation.
 * Custom kinds by their schema; Kubernetes' own get the few defaults and checks that their users
 * notice.
 */
final class Admission {
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Set<String> MUTABLE_OF_STATEFUL_SET =
      Set.of(
          "replicas",
          "ordinals",
          "template",
          "updateStrategy",
          "revisionHistoryLimit",
          "persistentVolumeClaimRetentionPolicy",
          "minReadySeconds");

  private final AtomicInteger addresses = new AtomicInteger();

  /** Changes {@code object} in place; refuses unknown fields where that is asked for. */
  void decode(ResourceType type, ObjectNode object, WriteOptions options) {
    StructuralSchema schema = type.schema();
    if (schema == null) {
      return;
    }
    List<String> unknown = schema.admit(object);
    if (unknown.isEmpty()) {
      return;
    }
    List<String> complaints =
        unknown.stream().map(path -> "unknown field \"" + path + "\"").toList();
    switch (options.validation()) {
      case "Strict" ->
          throw ApiException.badRequest(
              type.kind()
                  + " in version \""
                  + type.version()
                  + "\" cannot be handled as a "
                  + type.kind()
                  + ": strict decoding error: "
                  + String.join(", ", complaints));
      case "Ignore" -> {}
      default -> complaints.forEach(options.warnings());
    }
  }

  void defaults(ResourceType type, ObjectNode object, boolean creating) {
    ObjectNode spec = object.get("spec") instanceof ObjectNode present ? present : Json.object();
    switch (type.storage()) {
      case "services." -> service(spec);
      case "pods." -> {
        if (creating) {
          Json.child(object, "status").put("phase", "Pending");
        }
      }
      case "persistentvolumeclaims." -> {
        if (creating) {
          Json.child(object, "status").put("phase", "Pending");
        }
      }
      case "namespaces." -> {
        Json.child(object, "status").put("phase", "Active");
        Json.child(Json.child(object, "metadata"), "labels")
            .put("kubernetes.io/metadata.name", Json.text(object, "metadata", "name"));
      }
      case "statefulsets.apps", "deployments.apps" -> {
        if (!spec.has("replicas")) {
          spec.put("replicas", 1);
        }
      }
      case "secrets." -> secret(object);
      default -> {}
    }
  }

  void validate(ResourceType type, ObjectNode object, @Nullable ObjectNode old) {
    List<Cause> causes = new ArrayList<>();
    String name = Json.text(object, "metadata", "name");
    if (old == null && !SUBDOMAIN.matcher(name).matches() && !type.group().startsWith("rbac")) {
      causes.add(
          FieldErrors.invalid(
              "metadata.name",
              Json.at(object, "metadata", "name"),
              "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                  + " '-' or '.', and must start and end with an alphanumeric character (e.g."
                  + " 'example.com', regex used for validation is"
                  + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"));
    }
    StructuralSchema schema = type.schema();
    if (schema != null) {
      causes.addAll(schema.validate(object, old));
      replicas(type, object, causes);
    } else if (type.storage().equals("statefulsets.apps") && old != null) {
      statefulSet(object, old, causes);
    } else if (type.storage().equals(CrdTypes.STORAGE)) {
      definition(object, causes);
    }
    if (!causes.isEmpty()) {
      throw ApiException.invalid(type.kind(), type.group(), name, causes);
    }
  }

  /** What the scale subresource reads must be a number, whatever the schema says of it. */
  private static void replicas(ResourceType type, ObjectNode object, List<Cause> causes) {
    if (type.scale() == null) {
      return;
    }
    JsonNode replicas = Json.at(object, type.scale().spec().split("\\."));
    if (!replicas.isMissingNode() && !replicas.isIntegralNumber()) {
      String path = "." + type.scale().spec();
      Cause cause =
          FieldErrors.invalid(
              path,
              IntNode.valueOf(0),
              path
                  + " accessor error: "
                  + replicas.asText()
                  + " is of the type "
                  + (replicas.isTextual() ? "string" : "float64")
                  + ", expected int64");
      boolean last = !causes.isEmpty() && causes.getLast().field().equals("<nil>");
      causes.add(last ? causes.size() - 1 : causes.size(), cause);
    }
  }

  private void service(ObjectNode spec) {
    if (!spec.has("type")) {
      spec.put("type", "ClusterIP");
    }
    if (!spec.has("clusterIP") && !spec.path("type").asText().equals("ExternalName")) {
      int next = addresses.incrementAndGet();
      spec.put("clusterIP", "10.96." + (next >> 8) + "." + (next & 255));
    }
    for (JsonNode port : Json.items(spec.path("ports"))) {
      if (port instanceof ObjectNode object) {
        if (!object.has("protocol")) {
          object.put("protocol", "TCP");
        }
        if (!object.has("targetPort")) {
          object.set("targetPort", object.path("port"));
        }
      }
    }
  }

  private static void secret(ObjectNode object) {
    if (!object.has("type")) {
      object.put("type", "Opaque");
    }
    JsonNode plain = object.remove("stringData");
    if (plain != null) {
      ObjectNode data = Json.child(object, "data");
      for (var entry : plain.properties()) {
        byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
        data.put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
      }
    }
  }

  private static void statefulSet(ObjectNode object, ObjectNode old, List<Cause> causes) {
    JsonNode now = object.path("spec").deepCopy();
    JsonNode was = old.path("spec").deepCopy();
    if (now instanceof ObjectNode a && was instanceof ObjectNode b) {
      if (!Json.same(a.without(MUTABLE_OF_STATEFUL_SET), b.without(MUTABLE_OF_STATEFUL_SET))) {
        causes.add(
            FieldErrors.forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals',"
                    + " 'template', 'updateStrategy', 'revisionHistoryLimit',"
                    + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are"
                    + " forbidden"));
      }
    }
  }

  private static void definition(ObjectNode crd, List<Cause> causes) {
    for (ResourceType type : CrdTypes.of(crd)) {
      String fault = type.schema() == null ? null : type.schema().fault();
      if (fault != null) {
        causes.add(FieldErrors.invalid("spec.versions", "rule does not compile: " + fault));
      }
    }
  }
}
