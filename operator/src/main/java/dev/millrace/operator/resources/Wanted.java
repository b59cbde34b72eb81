package dev.millrace.operator.resources;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterSpec;
import dev.millrace.operator.memory.MemoryPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Optional;

/**
 * What every desired object is computed from.
 *
 * @param cluster the LogCluster as its user wants it
 * @param brokers how many brokers to run now: not below what a safe scale-down allows
 * @param memory the plan for each of them
 * @param claimSize what the StatefulSet's claims were made with, which nothing can change: claims
 *     that exist grow one by one; empty while there is no StatefulSet
 * @param settings what the operator decides
 * @param kept what brokers run with instead of what this operator would make; see {@link Renewal}
 */
public record Wanted(
    LogCluster cluster,
    int brokers,
    MemoryPlan memory,
    Optional<Quantity> claimSize,
    BrokerSettings settings,
    Optional<Rendering> kept) {
  /** What is wanted where nothing is kept. */
  public Wanted(
      LogCluster cluster,
      int brokers,
      MemoryPlan memory,
      Optional<Quantity> claimSize,
      BrokerSettings settings) {
    this(cluster, brokers, memory, claimSize, settings, Optional.empty());
  }

  /** The same, with brokers that keep what they run with. */
  public Wanted keeping(Optional<Rendering> rendering) {
    return new Wanted(cluster, brokers, memory, claimSize, settings, rendering);
  }

  /** What brokers get. */
  public Rendering rendering() {
    return kept.orElseGet(() -> Rendering.of(this));
  }

  /**
   * All objects that the LogCluster owns, in the order in which they are needed.
   *
   * @param evictions how many brokers may be evicted at a time
   */
  public List<HasMetadata> objects(int evictions) {
    var rendering = rendering();
    return List.of(
        BrokerAccess.serviceAccount(this),
        BrokerAccess.role(this),
        BrokerAccess.roleBinding(this),
        BrokerConfig.configMap(this, rendering),
        BrokerServices.headless(this),
        BrokerServices.bootstrap(this),
        BrokerDisruptionBudget.of(this, evictions),
        BrokerStatefulSet.of(this, rendering));
  }

  LogClusterSpec spec() {
    return cluster.getSpec();
  }

  ClusterNames names() {
    return names(cluster);
  }

  /** The label, of nodes and of pods, that tells a zone. */
  public String zoneKey() {
    return BrokerPod.zoneKey(this);
  }

  /** The names of a cluster's objects. */
  public static ClusterNames names(LogCluster cluster) {
    return new ClusterNames(cluster.getMetadata().getName(), cluster.getMetadata().getNamespace());
  }

  ObjectMeta metadata(String name) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(names().namespace())
        .withLabels(names().labels())
        .withOwnerReferences(owner(cluster))
        .build();
  }

  static OwnerReference owner(LogCluster cluster) {
    return new OwnerReferenceBuilder()
        .withApiVersion(cluster.getApiVersion())
        .withKind(cluster.getKind())
        .withName(cluster.getMetadata().getName())
        .withUid(cluster.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(false)
        .build();
  }
}
