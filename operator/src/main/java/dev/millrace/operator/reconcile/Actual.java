package dev.millrace.operator.reconcile;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.MetadataLog;
import dev.millrace.operator.resources.MetadataLogs;
import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.resources.Roster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is there of a cluster, as the informers last saw it: read once, at one time. */
final class Actual {
  private final Map<Class<?>, List<? extends HasMetadata>> objects = new HashMap<>();
  private final ClusterNames names;
  private final List<StatefulSet> statefulSets;

  Actual(Context<LogCluster> context, ClusterNames names) {
    for (var kind : Sources.ALL) {
      objects.put(kind, context.getSecondaryResourcesAsStream(kind).toList());
    }
    this.names = names;
    this.statefulSets = Pools.sets(names, all(StatefulSet.class));
  }

  private <R extends HasMetadata> Stream<R> all(Class<R> kind) {
    return objects.getOrDefault(kind, List.of()).stream().map(kind::cast);
  }

  <R extends HasMetadata> Optional<R> find(Class<R> kind, String name) {
    return all(kind).filter(object -> name.equals(object.getMetadata().getName())).findFirst();
  }

  /** Those of the pools that there are. */
  List<StatefulSet> statefulSets() {
    return statefulSets;
  }

  Optional<StatefulSet> statefulSet(Pool pool) {
    return statefulSets.stream().filter(pool::owns).findFirst();
  }

  /** The brokers that there are to be by what there is; empty where nothing is there yet. */
  Optional<Roster> running(Pools pools) {
    return pools.running(statefulSets, Roster.of(pods().stream().map(PodView::id).toList()));
  }

  /** What the claims of a pool were made with. */
  Optional<Quantity> claimSize(Pool pool) {
    return statefulSet(pool).flatMap(Pools::claimSize);
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
    int wanted = statefulSets.stream().mapToInt(set -> set.getSpec().getReplicas()).sum();
    return running > 0 && running == wanted && running == podObjects().count();
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

  /** Brokers whose pods are ready. */
  Set<Integer> ready() {
    return pods().stream().filter(PodView::ready).map(PodView::id).collect(Collectors.toSet());
  }

  /** The claims of these brokers that there are. */
  SortedMap<Integer, PersistentVolumeClaim> claims(Pools pools, Roster brokers) {
    var claims = new TreeMap<Integer, PersistentVolumeClaim>();
    var byName =
        all(PersistentVolumeClaim.class)
            .collect(Collectors.toMap(claim -> claim.getMetadata().getName(), claim -> claim));
    for (int id : brokers.ids()) {
      Optional.ofNullable(byName.get(pools.of(id).claim(id)))
          .ifPresent(claim -> claims.put(id, claim));
    }
    return claims;
  }

  /**
   * What is wanted, and besides what others have there: the secrets of a ServiceAccount are one
   * list to the API server, and some platforms add their own to all.
   */
  HasMetadata besidesOthers(HasMetadata wanted) {
    if (!(wanted instanceof ServiceAccount account) || account.getImagePullSecrets().isEmpty()) {
      return wanted;
    }
    var secrets = new LinkedHashSet<LocalObjectReference>();
    find(ServiceAccount.class, account.getMetadata().getName())
        .map(ServiceAccount::getImagePullSecrets)
        .ifPresent(secrets::addAll);
    secrets.addAll(account.getImagePullSecrets());
    return new ServiceAccountBuilder(account).withImagePullSecrets(List.copyOf(secrets)).build();
  }

  /** The files of configuration, by name, that there are brokers with, or are to be. */
  SortedMap<String, String> files() {
    var files =
        new TreeMap<>(
            find(ConfigMap.class, names.config()).map(ConfigMap::getData).orElse(Map.of()));
    files
        .keySet()
        .retainAll(
            Stream.concat(
                    podObjects().map(Pod::getMetadata),
                    statefulSets.stream().map(set -> set.getSpec().getTemplate().getMetadata()))
                .flatMap(pod -> Pool.fileOf(pod).stream())
                .collect(Collectors.toSet()));
    return files;
  }
}
