package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kinds that are served now. Safe on any thread. */
public final class TypeRegistry {
  private final List<ResourceType> builtin = BuiltinTypes.all();
  private final Map<String, List<ResourceType>> custom = new ConcurrentHashMap<>();

  public @Nullable ResourceType find(String group, String version, String plural) {
    return all()
        .filter(type -> type.group().equals(group) && type.version().equals(version))
        .filter(type -> type.plural().equals(plural))
        .findFirst()
        .orElse(null);
  }

  public Stream<ResourceType> all() {
    return Stream.concat(builtin.stream(), custom.values().stream().flatMap(List::stream));
  }

  /** Group and version of all kinds, core first, each once. */
  public List<String> groupVersions() {
    return all().map(ResourceType::apiVersion).distinct().toList();
  }

  void define(JsonNode crd) {
    custom.put(Json.text(crd, "metadata", "name"), CrdTypes.of(crd));
  }

  List<ResourceType> remove(String crd) {
    List<ResourceType> gone = custom.remove(crd);
    return gone == null ? List.of() : new ArrayList<>(gone);
  }
}
