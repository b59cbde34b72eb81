package dev.millrace.local.api.registry;

import dev.millrace.local.api.registry.ResourceType.Names;
import dev.millrace.local.api.registry.ResourceType.ScalePaths;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Kubernetes' own kinds, as far as an operator of StatefulSets and its users touch them. */
final class BuiltinTypes {
  private static final ScalePaths REPLICAS = new ScalePaths("spec.replicas", "status.replicas", "");

  private BuiltinTypes() {}

  static List<ResourceType> all() {
    return List.of(
        core("namespaces", "Namespace", false, List.of("ns"), Set.of("status")),
        core("nodes", "Node", false, List.of("no"), Set.of("status")),
        core("pods", "Pod", true, List.of("po"), Set.of("status", "log", "eviction")),
        core("services", "Service", true, List.of("svc"), Set.of("status")),
        core("configmaps", "ConfigMap", true, List.of("cm"), Set.of()),
        core("secrets", "Secret", true, List.of(), Set.of()),
        core("serviceaccounts", "ServiceAccount", true, List.of("sa"), Set.of("token")),
        core("events", "Event", true, List.of("ev"), Set.of()),
        core(
            "persistentvolumeclaims",
            "PersistentVolumeClaim",
            true,
            List.of("pvc"),
            Set.of("status")),
        core("endpoints", "Endpoints", true, List.of("ep"), Set.of()),
        type("events.k8s.io", "v1", "events", "Event", true, List.of("ev"), Set.of(), "events."),
        of("apps", "statefulsets", "StatefulSet", List.of("sts"), Set.of("status", "scale")),
        of("apps", "deployments", "Deployment", List.of("deploy"), Set.of("status", "scale")),
        of(
            "policy",
            "poddisruptionbudgets",
            "PodDisruptionBudget",
            List.of("pdb"),
            Set.of("status")),
        of("rbac.authorization.k8s.io", "roles", "Role", List.of(), Set.of()),
        of("rbac.authorization.k8s.io", "rolebindings", "RoleBinding", List.of(), Set.of()),
        clusterWide("rbac.authorization.k8s.io", "clusterroles", "ClusterRole", List.of()),
        clusterWide(
            "rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", List.of()),
        of("coordination.k8s.io", "leases", "Lease", List.of(), Set.of()),
        of("discovery.k8s.io", "endpointslices", "EndpointSlice", List.of(), Set.of()),
        clusterWide("storage.k8s.io", "storageclasses", "StorageClass", List.of("sc")),
        type(
            "apiextensions.k8s.io",
            "v1",
            "customresourcedefinitions",
            "CustomResourceDefinition",
            false,
            List.of("crd", "crds"),
            Set.of("status"),
            CrdTypes.STORAGE));
  }

  private static ResourceType core(
      String plural, String kind, boolean namespaced, List<String> shortNames, Set<String> sub) {
    return type("", "v1", plural, kind, namespaced, shortNames, sub, plural + ".");
  }

  private static ResourceType of(
      String group, String plural, String kind, List<String> shortNames, Set<String> sub) {
    return type(group, "v1", plural, kind, true, shortNames, sub, plural + "." + group);
  }

  private static ResourceType clusterWide(
      String group, String plural, String kind, List<String> shortNames) {
    return type(group, "v1", plural, kind, false, shortNames, Set.of(), plural + "." + group);
  }

  private static ResourceType type(
      String group,
      String version,
      String plural,
      String kind,
      boolean namespaced,
      List<String> shortNames,
      Set<String> subresources,
      String storage) {
    List<String> categories =
        Set.of("pods", "services", "statefulsets", "deployments").contains(plural)
            ? List.of("all")
            : List.of();
    String singular = kind.toLowerCase(Locale.ROOT);
    return new ResourceType(
        new Names(plural, singular, kind, kind + "List", shortNames, categories),
        group,
        version,
        namespaced,
        storage,
        subresources,
        null,
        subresources.contains("scale") ? REPLICAS : null,
        Columns.of(plural));
  }
}
