package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Deletes what has lost all its owners, and ends foreground and orphaning deletions. Looks at all
 * objects of the kinds that own or are owned here; runs when asked. One thread.
 */
final class GarbageCollector {
  private static final int GONE = 404;
  private static final String FOREGROUND = "foregroundDeletion";
  private static final String ORPHAN = "orphan";

  /** One object, with the kind it was listed under. */
  private record Found(ResourceDefinitionContext kind, GenericKubernetesResource object) {
    String uid() {
      return object.getMetadata().getUid();
    }

    List<OwnerReference> owners() {
      List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
      return owners == null ? List.of() : owners;
    }

    Set<String> finalizers() {
      List<String> finalizers = object.getMetadata().getFinalizers();
      return finalizers == null ? Set.of() : new HashSet<>(finalizers);
    }
  }

  private final KubernetesClient client;
  private final List<ResourceDefinitionContext> kinds;

  GarbageCollector(KubernetesClient client) {
    this.client = client;
    this.kinds =
        List.of(
            kind("millrace.dev", "v1beta1", "LogCluster", "logclusters"),
            kind("millrace.dev", "v1beta1", "LogTopic", "logtopics"),
            kind("millrace.dev", "v1beta1", "MetadataLog", "metadatalogs"),
            kind("millrace.dev", "v1beta1", "MetadataSlot", "metadataslots"),
            kind("apps", "v1", "StatefulSet", "statefulsets"),
            kind("apps", "v1", "Deployment", "deployments"),
            kind("", "v1", "Pod", "pods"),
            kind("", "v1", "Service", "services"),
            kind("", "v1", "ConfigMap", "configmaps"),
            kind("", "v1", "Secret", "secrets"),
            kind("", "v1", "ServiceAccount", "serviceaccounts"),
            kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
            kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
            kind("rbac.authorization.k8s.io", "v1", "Role", "roles"),
            kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
            kind("coordination.k8s.io", "v1", "Lease", "leases"));
  }

  void collect() {
    List<Found> all = new ArrayList<>();
    for (ResourceDefinitionContext kind : kinds) {
      list(kind).map(object -> new Found(kind, object)).forEach(all::add);
    }
    Set<String> alive = new HashSet<>();
    all.forEach(found -> alive.add(found.uid()));
    for (Found found : all) {
      if (found.finalizers().contains(ORPHAN)) {
        dependents(all, found).forEach(dependent -> disown(dependent, found.uid()));
        finish(found, ORPHAN);
      } else if (found.finalizers().contains(FOREGROUND)) {
        List<Found> dependents = dependents(all, found);
        dependents.forEach(this::delete);
        if (dependents.isEmpty()) {
          finish(found, FOREGROUND);
        }
      } else if (!found.owners().isEmpty()
          && found.owners().stream().noneMatch(owner -> alive.contains(owner.getUid()))) {
        delete(found);
      }
    }
  }

  private Stream<GenericKubernetesResource> list(ResourceDefinitionContext kind) {
    try {
      return client.genericKubernetesResources(kind).inAnyNamespace().list().getItems().stream();
    } catch (KubernetesClientException e) {
      // The kind is not defined (yet).
      if (e.getCode() == GONE) {
        return Stream.empty();
      }
      throw e;
    }
  }

  private static List<Found> dependents(List<Found> all, Found owner) {
    return all.stream()
        .filter(
            found -> found.owners().stream().anyMatch(o -> Objects.equals(o.getUid(), owner.uid())))
        .toList();
  }

  private void delete(Found found) {
    if (found.object().getMetadata().getDeletionTimestamp() == null) {
      client
          .genericKubernetesResources(found.kind())
          .inNamespace(found.object().getMetadata().getNamespace())
          .withName(found.object().getMetadata().getName())
          .delete();
    }
  }

  private void disown(Found dependent, String owner) {
    client
        .genericKubernetesResources(dependent.kind())
        .inNamespace(dependent.object().getMetadata().getNamespace())
        .withName(dependent.object().getMetadata().getName())
        .edit(
            latest -> {
              latest.getMetadata().getOwnerReferences().removeIf(o -> o.getUid().equals(owner));
              return latest;
            });
  }

  private void finish(Found found, String finalizer) {
    client
        .genericKubernetesResources(found.kind())
        .inNamespace(found.object().getMetadata().getNamespace())
        .withName(found.object().getMetadata().getName())
        .edit(
            latest -> {
              latest.getMetadata().getFinalizers().remove(finalizer);
              return latest;
            });
  }

  private static ResourceDefinitionContext kind(
      String group, String version, String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }
}
