package dev.millrace.operator.reconcile;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.health.HealthEventSource;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.rebalance.MoveEventSource;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.MetadataLog;
import dev.millrace.operator.settings.SettingsEventSource;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.EventSourceStartPriority;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the operator watches: every kind that a cluster is made of, found by the cluster's label,
 * the health of its brokers, how far replicas that move are, and settings that are being changed.
 */
final class Sources {
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          Service.class,
          ConfigMap.class,
          ServiceAccount.class,
          Role.class,
          RoleBinding.class,
          PodDisruptionBudget.class,
          PersistentVolumeClaim.class,
          MetadataLog.class);

  /** By which pods are found without a look at those of all other clusters. */
  private static final String BY_CLUSTER = "cluster";

  /** All kinds that are watched. */
  static final List<Class<? extends HasMetadata>> ALL =
      Stream.concat(
              KINDS.stream(), Stream.<Class<? extends HasMetadata>>of(StatefulSet.class, Pod.class))
          .toList();

  private final List<AbstractEventSource<?, LogCluster>> all = new ArrayList<>();
  private final HealthEventSource health;
  private final MoveEventSource moves;
  private final SettingsEventSource settings;
  private final IndexerResourceCache<LogCluster> clusters;
  private final InformerEventSource<StatefulSet, LogCluster> statefulSets;

  Sources(EventSourceContext<LogCluster> context, Duration healthInterval, BrokerCalls calls) {
    clusters = context.getPrimaryCache();
    KINDS.forEach(kind -> all.add(watch(kind, context)));
    statefulSets = watch(StatefulSet.class, context);
    all.add(statefulSets);
    var pods = watch(Pod.class, context);
    pods.addIndexers(Map.of(BY_CLUSTER, pod -> owner(pod).stream().map(Sources::key).toList()));
    all.add(pods);
    health = new HealthEventSource(cluster -> views(pods, cluster), healthInterval);
    all.add(health);
    moves = new MoveEventSource(calls.replicas(), healthInterval);
    all.add(moves);
    settings = new SettingsEventSource(calls.settings(), healthInterval);
    all.add(settings);
  }

  List<EventSource<?, LogCluster>> all() {
    return List.copyOf(all);
  }

  /**
   * Whether all of them are at work. One that is stopped has forgotten what it saw, so what is read
   * while an operator stops looks as if nothing were there.
   */
  boolean running() {
    return all.stream().allMatch(AbstractEventSource::isRunning);
  }

  /** All that there are, as last seen. */
  List<LogCluster> clusters() {
    return clusters.list().toList();
  }

  /** The cluster that a StatefulSet is of; empty where there is none of that name. */
  Optional<ResourceID> ownerOf(ResourceID statefulSet) {
    return statefulSets.get(statefulSet).flatMap(set -> owner(set).stream().findFirst());
  }

  HealthEventSource health() {
    return health;
  }

  MoveEventSource moves() {
    return moves;
  }

  SettingsEventSource settings() {
    return settings;
  }

  private static List<PodView> views(
      InformerEventSource<Pod, LogCluster> pods, ResourceID cluster) {
    var names = new ClusterNames(cluster.getName(), cluster.getNamespace().orElseThrow());
    return pods.byIndex(BY_CLUSTER, key(cluster)).stream()
        .flatMap(pod -> PodView.of(names, pod).stream())
        .toList();
  }

  private static String key(ResourceID cluster) {
    return cluster.getNamespace().orElse("") + "/" + cluster.getName();
  }

  private static <R extends HasMetadata> InformerEventSource<R, LogCluster> watch(
      Class<R> kind, EventSourceContext<LogCluster> context) {
    var source =
        new InformerEventSource<R, LogCluster>(
            InformerEventSourceConfiguration.from(kind, LogCluster.class)
                .withLabelSelector(ClusterNames.CLUSTER_LABEL)
                .withNamespacesInheritedFromController()
                .withInformerListLimit(LogClusterReconciler.PAGE)
                .withSecondaryToPrimaryMapper(Sources::owner)
                .build(),
            context);
    // Health asks for pods as soon as it starts, so they are to be had before.
    source.setEventSourcePriority(EventSourceStartPriority.RESOURCE_STATE_LOADER);
    return source;
  }

  private static Set<ResourceID> owner(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getLabels())
        .map(labels -> labels.get(ClusterNames.CLUSTER_LABEL))
        .map(cluster -> Set.of(new ResourceID(cluster, object.getMetadata().getNamespace())))
        .orElse(Set.of());
  }
}
