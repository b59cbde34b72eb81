package dev.millrace.local.api.patch;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shape of Kubernetes' own kinds, as far as they are served here. It goes by the name of a
 * field and, where that is not enough, of the field around it.
 */
public record BuiltinShape(String parent, String name) implements Shape {
  static final Shape METADATA = new BuiltinShape("", "metadata");
  public static final Shape ROOT = new BuiltinShape("", "");

  private static final Map<String, List<String>> KEYED =
      Map.ofEntries(
          Map.entry("containers", List.of("name")),
          Map.entry("initContainers", List.of("name")),
          Map.entry("ephemeralContainers", List.of("name")),
          Map.entry("env", List.of("name")),
          Map.entry("volumes", List.of("name")),
          Map.entry("volumeMounts", List.of("mountPath")),
          Map.entry("volumeDevices", List.of("devicePath")),
          Map.entry("containers.ports", List.of("containerPort", "protocol")),
          Map.entry("initContainers.ports", List.of("containerPort", "protocol")),
          Map.entry("spec.ports", List.of("port", "protocol")),
          Map.entry("conditions", List.of("type")),
          Map.entry("ownerReferences", List.of("uid")),
          Map.entry("imagePullSecrets", List.of("name")),
          Map.entry("secrets", List.of("name")),
          Map.entry("claims", List.of("name")),
          Map.entry("hostAliases", List.of("ip")),
          Map.entry("podIPs", List.of("ip")),
          Map.entry("topologySpreadConstraints", List.of("topologyKey", "whenUnsatisfiable")));
  private static final Set<String> SETS = Set.of("finalizers");
  private static final Set<String> ATOMIC_MAPS =
      Set.of(
          "selector", "labelSelector", "nodeSelector", "fieldRef", "resourceFieldRef", "roleRef");

  @Override
  public Shape field(String field) {
    return new BuiltinShape(name, field);
  }

  @Override
  public Shape element() {
    // The elements of a list are known by the list's own name.
    return this;
  }

  @Override
  public ListKind listKind() {
    if (SETS.contains(name)) {
      return ListKind.SET;
    }
    return keys().isEmpty() ? ListKind.ATOMIC : ListKind.MAP;
  }

  @Override
  public List<String> keys() {
    List<String> qualified = KEYED.get(parent + "." + name);
    return qualified != null ? qualified : KEYED.getOrDefault(name, List.of());
  }

  @Override
  public boolean atomicMap() {
    return ATOMIC_MAPS.contains(name);
  }
}
