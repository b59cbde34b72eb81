package dev.millrace.operator.resources;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the desired objects of a pool are computed from.
 *
 * @param cluster the LogCluster as its user wants it
 * @param brokers how many brokers of the pool to run now: not below what a safe scale-down allows
 * @param claimSize what the StatefulSet's claims were made with, which nothing can change: claims
 *     that exist grow one by one; empty while there is no StatefulSet
 * @param settings what the operator decides
 * @param restart what the user last asked for a restart of all brokers with; may be empty
 * @param kept what brokers run with instead of what this operator would make; see {@link Renewal}
 */
public record Wanted(
    LogCluster cluster,
    Pool pool,
    int brokers,
    Optional<Quantity> claimSize,
    BrokerSettings settings,
    String restart,
    Optional<Rendering> kept) {
  /** On a LogCluster, a new value of it restarts all of its brokers. */
  public static final String RESTART = "millrace.dev/restart";

  /** What is wanted where nothing is kept. */
  public Wanted(
      LogCluster cluster,
      Pool pool,
      int brokers,
      Optional<Quantity> claimSize,
      BrokerSettings settings) {
    this(
        cluster,
        pool,
        brokers,
        claimSize,
        settings,
        Annotations.of(cluster.getMetadata()).getOrDefault(RESTART, ""),
        Optional.empty());
  }

  /** The same, with brokers that keep what they run with. */
  public Wanted keeping(Optional<Rendering> rendering) {
    return new Wanted(cluster, pool, brokers, claimSize, settings, restart, rendering);
  }

  /** The same of brokers that exist: to take back what asked for a restart asks for none. */
  public Wanted remembering(Optional<StatefulSet> present) {
    var last =
        present
            .map(set -> Annotations.of(set.getSpec().getTemplate().getMetadata()))
            .map(annotations -> annotations.get(BrokerPod.RESTARTED));
    return restart.isEmpty() && last.isPresent()
        ? new Wanted(cluster, pool, brokers, claimSize, settings, last.get(), kept)
        : this;
  }

  /** What brokers get. */
  public Rendering rendering() {
    return kept.orElseGet(() -> Rendering.of(this));
  }

  /**
   * All objects that the LogCluster owns, in the order in which they are needed.
   *
   * @param pools what is wanted of each of its pools
   * @param left those whose brokers leave, and are as they are until then
   * @param used the files of configuration that there are brokers with
   * @param evictions how many brokers may be evicted at a time
   */
  public static List<HasMetadata> objects(
      List<Wanted> pools, List<Pool> left, Map<String, String> used, int evictions) {
    var any = pools.getFirst();
    var overrides = Overrides.of(any.cluster().getSpec());
    var files = new TreeMap<>(used);
    for (var pool : pools) {
      files.put(pool.rendering().file(), pool.rendering().config());
      files.putAll(overrides.files(pool.pool()));
    }
    for (var pool : left) {
      files.putAll(overrides.files(pool));
    }
    return Stream.<HasMetadata>concat(
            Stream.of(
                BrokerAccess.serviceAccount(any),
                BrokerAccess.role(any),
                BrokerAccess.roleBinding(any),
                BrokerConfig.configMap(any, files),
                BrokerServices.headless(any),
                BrokerServices.bootstrap(any),
                any.budget(evictions)),
            pools.stream().map(BrokerStatefulSet::of))
        .toList();
  }

  /** How many of the cluster's brokers may be evicted at a time, as an object. */
  public PodDisruptionBudget budget(int evictions) {
    return BrokerDisruptionBudget.of(this, evictions);
  }

  LogClusterSpec spec() {
    return pool.spec();
  }

  ClusterNames names() {
    return pool.names();
  }

  /** The label, of nodes and of pods, that tells a zone. */
  public String zoneKey() {
    return BrokerPod.zoneKey(BrokerPod.topology(spec()));
  }

  /** The names of a cluster's objects. */
  public static ClusterNames names(LogCluster cluster) {
    return new ClusterNames(cluster.getMetadata().getName(), cluster.getMetadata().getNamespace());
  }

  /** Of an object that belongs to the whole cluster. */
  ObjectMeta metadata(String name) {
    return metadata(name, names().labels());
  }

  ObjectMeta metadata(String name, Map<String, String> labels) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(names().namespace())
        .withLabels(labels)
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
