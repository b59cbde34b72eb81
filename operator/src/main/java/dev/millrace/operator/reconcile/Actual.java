package dev.millrace.operator.reconcile;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.MetadataLog;
import dev.millrace.operator.resources.MetadataLogs;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is there of a cluster, as the informers last saw it: read once, at one time. */
final class Actual {
  private final Map<Class<?>, List<? extends HasMetadata>> objects = new HashMap<>();
  private final ClusterNames names;
  private final Optional<StatefulSet> statefulSet;

  Actual(Context<LogCluster> context, ClusterNames names) {
    for (var kind : Sources.ALL) {
      objects.put(kind, context.getSecondaryResourcesAsStream(kind).toList());
    }
    this.names = names;
    this.statefulSet = find(StatefulSet.class, names.cluster());
  }

  private <R extends HasMetadata> Stream<R> all(Class<R> kind) {
    return objects.getOrDefault(kind, List.of()).stream().map(kind::cast);
  }

  <R extends HasMetadata> Optional<R> find(Class<R> kind, String name) {
    return all(kind).filter(object -> name.equals(object.getMetadata().getName())).findFirst();
  }

  Optional<StatefulSet> statefulSet() {
    return statefulSet;
  }

  Optional<Integer> replicas() {
    return statefulSet.map(set -> set.getSpec().getReplicas());
  }

  Optional<Quantity> claimSize() {
    return statefulSet
        .flatMap(set -> set.getSpec().getVolumeClaimTemplates().stream().findFirst())
        .map(claim -> claim.getSpec().getResources().getRequests().get("storage"));
  }

  /** How many brokers may be evicted at a time; one where nothing says so yet. */
  int evictions() {
    return find(PodDisruptionBudget.class, names.cluster())
        .map(budget -> budget.getSpec().getMaxUnavailable())
        .map(IntOrString::getIntVal)
        .orElse(1);
  }

  /** What is noted as set of the settings that brokers follow while they run. */
  SortedMap<String, String> settings() {
    return find(MetadataLog.class, names.cluster())
        .map(MetadataLogs::settings)
        .orElseGet(TreeMap::new);
  }

  /** The revision that pods should have; empty while Kubernetes has not computed it. */
  String revision() {
    return statefulSet.map(Actual::revision).orElse("");
  }

  static String revision(StatefulSet set) {
    return Optional.ofNullable(set.getStatus())
        .filter(status -> set.getMetadata().getGeneration().equals(status.getObservedGeneration()))
        .map(status -> status.getUpdateRevision())
        .orElse("");
  }

  /** Whether all brokers that there are to be are ready and of this image. */
  boolean runs(String image) {
    long running =
        podObjects()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .filter(
                pod ->
                    image.equals(pod.getSpec().getContainers().getFirst().getImage())
                        && PodView.of(names, pod).filter(PodView::ready).isPresent())
            .count();
    return replicas().filter(brokers -> brokers == running).isPresent()
        && running == podObjects().count();
  }

  Stream<Pod> podObjects() {
    return all(Pod.class);
  }

  List<PodView> pods() {
    return podObjects()
        .flatMap(pod -> PodView.of(names, pod).stream())
        .sorted(Comparator.comparing(PodView::id))
        .toList();
  }

  List<PersistentVolumeClaim> claims(int brokers) {
    return all(PersistentVolumeClaim.class)
        .filter(claim -> names.isClaim(claim.getMetadata().getName(), brokers))
        .sorted(Comparator.comparing(claim -> claim.getMetadata().getName()))
        .toList();
  }
}
