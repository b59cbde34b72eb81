package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.table.Ages;
import dev.millrace.local.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code kubectl get} shows of Kubernetes' own kinds. Pure. */
final class Columns {
  private static final PrinterColumn NAME =
      PrinterColumn.text("Name", 0, (o, now) -> Json.text(o, "metadata", "name"));
  private static final PrinterColumn AGE =
      PrinterColumn.text(
          "Age", 0, (o, now) -> Ages.since(Json.at(o, "metadata", "creationTimestamp"), now));
  private static final PrinterColumn CREATED_AT =
      PrinterColumn.text(
          "Created At", 0, (o, now) -> Json.text(o, "metadata", "creationTimestamp"));

  private Columns() {}

  static List<PrinterColumn> of(String plural) {
    return switch (plural) {
      case "pods" -> pods();
      case "statefulsets" ->
          around(
              column("Ready", o -> ratio(o, "readyReplicas")),
              AGE,
              wide("Containers", o -> containers(template(o), "name")),
              wide("Images", o -> containers(template(o), "image")));
      case "deployments" ->
          around(
              column("Ready", o -> ratio(o, "readyReplicas")),
              column("Up-to-date", o -> Json.at(o, "status", "updatedReplicas").asInt()),
              column("Available", o -> Json.at(o, "status", "availableReplicas").asInt()),
              AGE,
              wide("Containers", o -> containers(template(o), "name")),
              wide("Images", o -> containers(template(o), "image")),
              wide("Selector", o -> pairs(Json.at(o, "spec", "selector", "matchLabels"))));
      case "services" -> services();
      case "configmaps" ->
          around(column("Data", o -> o.path("data").size() + o.path("binaryData").size()), AGE);
      case "secrets" ->
          around(
              column("Type", o -> Json.text(o, "type")),
              column("Data", o -> o.path("data").size()),
              AGE);
      case "serviceaccounts" -> around(column("Secrets", o -> o.path("secrets").size()), AGE);
      case "persistentvolumeclaims" -> claims();
      case "namespaces" -> around(column("Status", o -> Json.text(o, "status", "phase")), AGE);
      case "nodes" ->
          around(
              column("Status", o -> "Ready"),
              column("Roles", o -> "<none>"),
              AGE,
              column("Version", o -> Json.text(o, "status", "nodeInfo", "kubeletVersion")));
      case "events" -> events();
      case "leases" -> around(column("Holder", o -> Json.text(o, "spec", "holderIdentity")), AGE);
      case "poddisruptionbudgets" ->
          around(
              column("Min Available", o -> orElse(Json.at(o, "spec", "minAvailable"), "N/A")),
              column("Max Unavailable", o -> orElse(Json.at(o, "spec", "maxUnavailable"), "N/A")),
              column(
                  "Allowed Disruptions", o -> Json.at(o, "status", "disruptionsAllowed").asInt()),
              AGE);
      case "rolebindings" ->
          around(
              column(
                  "Role",
                  o -> Json.text(o, "roleRef", "kind") + "/" + Json.text(o, "roleRef", "name")),
              AGE,
              wide("Users", o -> subjects(o, "User")),
              wide("Groups", o -> subjects(o, "Group")),
              wide("ServiceAccounts", o -> subjects(o, "ServiceAccount")));
      case "roles", "customresourcedefinitions" -> around(CREATED_AT);
      default -> around(AGE);
    };
  }

  static PrinterColumn name() {
    return NAME;
  }

  static PrinterColumn age() {
    return AGE;
  }

  private interface Cell {
    @Nullable Object of(ObjectNode object);
  }

  private static PrinterColumn column(String name, Cell cell) {
    return PrinterColumn.text(name, 0, (o, now) -> cell.of(o));
  }

  private static PrinterColumn wide(String name, Cell cell) {
    return PrinterColumn.text(name, 1, (o, now) -> cell.of(o));
  }

  private static List<PrinterColumn> around(PrinterColumn... others) {
    List<PrinterColumn> columns = new ArrayList<>();
    columns.add(NAME);
    columns.addAll(List.of(others));
    return List.copyOf(columns);
  }

  private static List<PrinterColumn> pods() {
    return around(
        column(
            "Ready",
            o -> {
              List<JsonNode> all = Json.items(Json.at(o, "status", "containerStatuses"));
              long ready = all.stream().filter(s -> s.path("ready").asBoolean()).count();
              return ready + "/" + Json.at(o, "spec", "containers").size();
            }),
        column("Status", Columns::podStatus),
        column(
            "Restarts",
            o ->
                Json.items(Json.at(o, "status", "containerStatuses")).stream()
                    .mapToInt(s -> s.path("restartCount").asInt())
                    .sum()),
        AGE,
        wide("IP", o -> orElse(Json.at(o, "status", "podIP"), "<none>")),
        wide("Node", o -> orElse(Json.at(o, "spec", "nodeName"), "<none>")),
        wide("Nominated Node", o -> "<none>"),
        wide("Readiness Gates", o -> "<none>"));
  }

  private static String podStatus(ObjectNode pod) {
    if (Json.at(pod, "metadata").has("deletionTimestamp")) {
      return "Terminating";
    }
    for (JsonNode status : Json.items(Json.at(pod, "status", "containerStatuses"))) {
      String waiting = Json.text(status, "state", "waiting", "reason");
      if (!waiting.isEmpty()) {
        return waiting;
      }
      String ended = Json.text(status, "state", "terminated", "reason");
      if (!ended.isEmpty()) {
        return ended;
      }
    }
    return Json.text(pod, "status", "phase");
  }

  private static List<PrinterColumn> services() {
    return around(
        column("Type", o -> Json.text(o, "spec", "type")),
        column("Cluster-IP", o -> orElse(Json.at(o, "spec", "clusterIP"), "<none>")),
        column("External-IP", o -> "<none>"),
        column(
            "Port(s)",
            o ->
                Json.items(Json.at(o, "spec", "ports")).stream()
                    .map(
                        port ->
                            port.path("port").asText()
                                + (port.has("nodePort") ? ":" + port.get("nodePort").asText() : "")
                                + "/"
                                + port.path("protocol").asText("TCP"))
                    .collect(Collectors.joining(","))),
        AGE,
        wide("Selector", o -> pairs(Json.at(o, "spec", "selector"))));
  }

  private static List<PrinterColumn> claims() {
    return around(
        column("Status", o -> Json.text(o, "status", "phase")),
        column("Volume", o -> Json.text(o, "spec", "volumeName")),
        column("Capacity", o -> Json.text(o, "status", "capacity", "storage")),
        column(
            "Access Modes",
            o ->
                Json.items(Json.at(o, "status", "accessModes")).stream()
                    .map(mode -> mode.asText().replaceAll("[a-z]", ""))
                    .collect(Collectors.joining(","))),
        column("StorageClass", o -> Json.text(o, "spec", "storageClassName")),
        column("VolumeAttributesClass", o -> "<unset>"),
        AGE,
        wide("VolumeMode", o -> orElse(Json.at(o, "spec", "volumeMode"), "Filesystem")));
  }

  private static List<PrinterColumn> events() {
    BiFunction<ObjectNode, Instant, @Nullable Object> lastSeen =
        (o, now) -> Ages.since(firstOf(o, "lastTimestamp", "eventTime", "firstTimestamp"), now);
    BiFunction<ObjectNode, Instant, @Nullable Object> firstSeen =
        (o, now) -> Ages.since(firstOf(o, "firstTimestamp", "eventTime"), now);
    return List.of(
        PrinterColumn.text("Last Seen", 0, lastSeen),
        column("Type", o -> Json.text(o, "type")),
        column("Reason", o -> Json.text(o, "reason")),
        column(
            "Object",
            o ->
                Json.text(o, "involvedObject", "kind").toLowerCase(Locale.ROOT)
                    + "/"
                    + Json.text(o, "involvedObject", "name")),
        wide("Subobject", o -> Json.text(o, "involvedObject", "fieldPath")),
        wide(
            "Source",
            o -> {
              String source = Json.text(o, "source", "component");
              return source.isEmpty() ? Json.text(o, "reportingComponent") : source;
            }),
        column("Message", o -> Json.text(o, "message").strip()),
        PrinterColumn.text("First Seen", 1, firstSeen),
        wide("Count", o -> Math.max(1, o.path("count").asInt())),
        wide("Name", o -> Json.text(o, "metadata", "name")));
  }

  private static JsonNode firstOf(ObjectNode object, String... fields) {
    for (String field : fields) {
      if (object.path(field).isTextual()) {
        return object.get(field);
      }
    }
    return Json.at(object, "metadata", "creationTimestamp");
  }

  private static String ratio(ObjectNode object, String ready) {
    return Json.at(object, "status", ready).asInt()
        + "/"
        + Json.at(object, "spec", "replicas").asInt();
  }

  private static JsonNode template(ObjectNode object) {
    return Json.at(object, "spec", "template", "spec", "containers");
  }

  private static String containers(JsonNode containers, String field) {
    return Json.items(containers).stream()
        .map(container -> container.path(field).asText())
        .collect(Collectors.joining(","));
  }

  private static String pairs(JsonNode map) {
    String pairs =
        map.propertyStream()
            .map(e -> e.getKey() + "=" + e.getValue().asText())
            .collect(Collectors.joining(","));
    return pairs.isEmpty() ? "<none>" : pairs;
  }

  private static String subjects(ObjectNode binding, String kind) {
    return Json.items(binding.path("subjects")).stream()
        .filter(subject -> subject.path("kind").asText().equals(kind))
        .map(
            subject ->
                (subject.has("namespace") ? subject.get("namespace").asText() + "/" : "")
                    + subject.path("name").asText())
        .collect(Collectors.joining(", "));
  }

  private static String orElse(JsonNode node, String otherwise) {
    return node.asText("").isEmpty() ? otherwise : node.asText();
  }
}
