package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.api.registry.TypeRegistry;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Says which kinds there are: in one piece to clients that ask for it, else group by group. */
final class Discovery {
  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
  private static final String AGGREGATED = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

  private final TypeRegistry types;

  Discovery(TypeRegistry types) {
    this.types = types;
  }

  /** {@code /api} or {@code /apis}. */
  void root(Request request, Reply reply) throws IOException {
    boolean core = request.path().getFirst().equals("api");
    if (request.accept().contains(AGGREGATED)) {
      Predicate<ResourceType> wanted = type -> type.group().isEmpty() == core;
      reply.send(200, "application/json;" + AGGREGATED, Json.bytes(aggregated(wanted)));
    } else if (core) {
      ObjectNode versions = Json.object().put("kind", "APIVersions");
      versions.putArray("versions").add("v1");
      versions.putArray("serverAddressByClientCIDRs");
      reply.json(versions);
    } else {
      ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
      ArrayNode groups = list.putArray("groups");
      groups().forEach((group, ofGroup) -> groups.add(group(group, ofGroup)));
      reply.json(list);
    }
  }

  /** {@code /apis/GROUP}. */
  ObjectNode group(String name) {
    List<ResourceType> ofGroup = groups().get(name);
    if (ofGroup == null) {
      throw ApiException.noSuchPath();
    }
    return group(name, ofGroup).put("kind", "APIGroup").put("apiVersion", "v1");
  }

  /** {@code /api/v1} or {@code /apis/GROUP/VERSION}. */
  ObjectNode resources(String groupVersion) {
    List<ResourceType> ofVersion =
        types.all().filter(type -> type.apiVersion().equals(groupVersion)).toList();
    if (ofVersion.isEmpty()) {
      throw ApiException.noSuchPath();
    }
    ObjectNode list = Json.object().put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", groupVersion);
    ArrayNode resources = list.putArray("resources");
    for (ResourceType type : ofVersion) {
      ObjectNode resource = resources.addObject();
      resource.put("name", type.plural()).put("singularName", type.names().singular());
      resource.put("namespaced", type.namespaced()).put("kind", type.kind());
      resource.set("verbs", Json.strings(VERBS));
      resource.set("shortNames", Json.strings(type.names().shortNames()));
      resource.set("categories", Json.strings(type.names().categories()));
      for (String subresource : type.subresources().stream().sorted().toList()) {
        ObjectNode sub = resources.addObject();
        sub.put("name", type.plural() + "/" + subresource).put("singularName", "");
        sub.put("namespaced", type.namespaced());
        if (subresource.equals("scale")) {
          sub.put("group", "autoscaling").put("version", "v1").put("kind", "Scale");
        } else {
          sub.put("kind", type.kind());
        }
        sub.set("verbs", Json.strings(List.of("get", "patch", "update")));
      }
    }
    return list;
  }

  private Map<String, List<ResourceType>> groups() {
    return types
        .all()
        .filter(type -> !type.group().isEmpty())
        .collect(
            Collectors.groupingBy(ResourceType::group, LinkedHashMap::new, Collectors.toList()));
  }

  private static ObjectNode group(String name, List<ResourceType> types) {
    ObjectNode group = Json.object().put("name", name);
    ArrayNode versions = group.putArray("versions");
    List<String> names = types.stream().map(ResourceType::version).distinct().toList();
    for (String version : names) {
      versions.addObject().put("groupVersion", name + "/" + version).put("version", version);
    }
    group
        .putObject("preferredVersion")
        .put("groupVersion", name + "/" + names.getFirst())
        .put("version", names.getFirst());
    return group;
  }

  private ObjectNode aggregated(Predicate<ResourceType> wanted) {
    ObjectNode list =
        Json.object()
            .put("kind", "APIGroupDiscoveryList")
            .put("apiVersion", "apidiscovery.k8s.io/v2");
    list.putObject("metadata");
    ArrayNode items = list.putArray("items");
    Map<String, Map<String, List<ResourceType>>> tree =
        types
            .all()
            .filter(wanted)
            .collect(
                Collectors.groupingBy(
                    ResourceType::group,
                    LinkedHashMap::new,
                    Collectors.groupingBy(
                        ResourceType::version, LinkedHashMap::new, Collectors.toList())));
    tree.forEach(
        (group, ofGroup) -> {
          ObjectNode item = items.addObject();
          ObjectNode meta = item.putObject("metadata");
          if (!group.isEmpty()) {
            meta.put("name", group);
          }
          ArrayNode versions = item.putArray("versions");
          ofGroup.forEach(
              (version, ofVersion) -> {
                ObjectNode entry = versions.addObject().put("version", version);
                ArrayNode resources = entry.putArray("resources");
                ofVersion.forEach(type -> resources.add(aggregated(type)));
                entry.put("freshness", "Current");
              });
        });
    return list;
  }

  private static ObjectNode aggregated(ResourceType type) {
    ObjectNode resource = Json.object().put("resource", type.plural());
    resource.set("responseKind", kind(type.group(), type.version(), type.kind()));
    resource.put("scope", type.namespaced() ? "Namespaced" : "Cluster");
    resource.put("singularResource", type.names().singular());
    resource.set("verbs", Json.strings(VERBS));
    resource.set("shortNames", Json.strings(type.names().shortNames()));
    resource.set("categories", Json.strings(type.names().categories()));
    ArrayNode subresources = resource.putArray("subresources");
    for (String name : type.subresources().stream().sorted().toList()) {
      ObjectNode sub = subresources.addObject().put("subresource", name);
      sub.set(
          "responseKind",
          name.equals("scale")
              ? kind("autoscaling", "v1", "Scale")
              : kind(type.group(), type.version(), type.kind()));
      sub.set("verbs", Json.strings(List.of("get", "patch", "update")));
    }
    return resource;
  }

  private static ObjectNode kind(String group, String version, String kind) {
    return Json.object().put("group", group).put("version", version).put("kind", kind);
  }
}
