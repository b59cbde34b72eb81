package dev.millrace.operator.resources;

import static java.util.Objects.requireNonNullElse;

import dev.millrace.crds.LogClusterSpec;
import dev.millrace.crds.PoolSpec;
import dev.millrace.crds.PoolStorage;
import dev.millrace.crds.StorageSpec;
import dev.millrace.crds.Topology;
import dev.millrace.operator.memory.MemoryPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brokers that are alike, in a StatefulSet of their own: those that a spec describes by itself, or
 * one of its pools.
 *
 * @param name empty: the brokers outside of pools
 * @param firstId id of the first broker, which is its pod's ordinal
 * @param brokers how many are wanted
 * @param spec the cluster's, as it is for these brokers
 */
public record Pool(ClusterNames names, String name, int firstId, int brokers, LogClusterSpec spec) {
  /** The brokers outside of pools. */
  static Pool own(ClusterNames names, LogClusterSpec spec) {
    return of(names, spec, new PoolSpec("", 0, spec.brokers()), Optional.empty());
  }

  /**
   * The brokers of a pool.
   *
   * @param made what its claims were made with, if there are any: volumes keep their class
   */
  static Pool of(
      ClusterNames names,
      LogClusterSpec spec,
      PoolSpec pool,
      Optional<PersistentVolumeClaim> made) {
    return new Pool(names, pool.name(), pool.firstId(), pool.brokers(), merged(spec, pool, made));
  }

  private static LogClusterSpec merged(
      LogClusterSpec spec, PoolSpec pool, Optional<PersistentVolumeClaim> made) {
    return new LogClusterSpec(
        spec.version(),
        spec.metadataVersion(),
        pool.brokers(),
        requireNonNullElse(pool.memory(), spec.memory()),
        spec.memorySplit(),
        pool.cpu() == null ? spec.cpu() : pool.cpu(),
        storage(spec.storage(), requireNonNullElse(pool.storage(), PoolStorage.NONE), made),
        spec.defaults(),
        config(spec.config(), pool.config()),
        null,
        null,
        topology(spec.topology(), pool),
        spec.rolling(),
        spec.upgrades(),
        spec.rebalance());
  }

  private static StorageSpec storage(
      StorageSpec spec, PoolStorage pool, Optional<PersistentVolumeClaim> made) {
    var wanted = pool.storageClass() == null ? spec.storageClass() : pool.storageClass();
    return new StorageSpec(
        requireNonNullElse(pool.size(), spec.size()),
        made.isPresent() ? made.get().getSpec().getStorageClassName() : wanted,
        spec.whenDeleted(),
        spec.whenScaled());
  }

  private static @Nullable Map<String, IntOrString> config(
      @Nullable Map<String, IntOrString> spec, @Nullable Map<String, IntOrString> pool) {
    if (pool == null) {
      return spec;
    }
    var merged = new TreeMap<String, IntOrString>(requireNonNullElse(spec, Map.of()));
    merged.putAll(pool);
    return merged;
  }

  private static @Nullable Topology topology(@Nullable Topology spec, PoolSpec pool) {
    if (Stream.of(pool.zone(), pool.nodeSelector(), pool.tolerations())
        .allMatch(has -> has == null)) {
      return spec;
    }
    var all = requireNonNullElse(spec, Topology.ANYWHERE);
    var selector = pool.nodeSelector() == null ? all.nodeSelector() : pool.nodeSelector();
    return new Topology(
        all.zoneKey(),
        pool.zone() == null ? selector : inZone(selector, BrokerPod.zoneKey(all), pool.zone()),
        pool.tolerations() == null ? all.tolerations() : pool.tolerations(),
        all.priorityClass());
  }

  private static Map<String, String> inZone(
      @Nullable Map<String, String> selector, String zoneKey, String zone) {
    var narrowed = new TreeMap<String, String>(requireNonNullElse(selector, Map.of()));
    narrowed.put(zoneKey, zone);
    return narrowed;
  }

  /** Whether it is one of the spec's pools, and not the brokers outside of them. */
  public boolean named() {
    return !name.isEmpty();
  }

  /** Where a user sets the memory of its brokers. */
  public String memoryField() {
    return named() ? "the memory of pool " + name : "spec.memory";
  }

  /** Where a user sets how many there are. */
  public String brokersField() {
    return named() ? "the brokers of pool " + name : "spec.brokers";
  }

  /** How a broker's memory is split. */
  public MemoryPlan memory() {
    return MemoryPlan.of(spec);
  }

  /** Those of these brokers that are of the pool. */
  public Roster of(Roster brokers) {
    return new Roster(brokers.ids().subSet(firstId, true, firstId + PoolSpec.IDS, false));
  }

  /** All of the pool's up to the last that is among these. */
  Roster upTo(Roster brokers) {
    var some = of(brokers);
    return some.isEmpty() ? some : Roster.of(firstId, some.ids().last() + 1 - firstId);
  }

  /** The brokers that it is to have. */
  Roster wanted() {
    return Roster.of(firstId, brokers);
  }

  /** The StatefulSet's name. */
  public String statefulSet() {
    return statefulSet(names, name);
  }

  /** The name of a pool's StatefulSet. */
  public static String statefulSet(ClusterNames names, String pool) {
    return pool.isEmpty() ? names.cluster() : names.cluster() + "-" + pool;
  }

  /**
   * The key of properties of its brokers in the cluster's ConfigMap. Other ones have another key: a
   * broker that starts again by itself finds those that its pod was made with.
   */
  String file(String config) {
    return file(name, Fingerprint.of(config));
  }

  /** The key of those that a pod has, or the pods of a template; empty where it does not say. */
  public static Optional<String> fileOf(ObjectMeta pod) {
    return Optional.ofNullable(Annotations.of(pod).get(BrokerPod.CONFIG_HASH))
        .map(hash -> file(nameOf(pod), hash));
  }

  private static String file(String pool, String hash) {
    var file = BrokerConfig.FILE + "." + hash;
    return pool.isEmpty() ? file : pool + "." + file;
  }

  /** The key of what one broker has otherwise; the broker looks for it by its id. */
  String file(int id) {
    return named()
        ? "%s.broker.%d.properties".formatted(name, id)
        : "broker.%d.properties".formatted(id);
  }

  /** A broker's pod. */
  public String pod(int id) {
    return statefulSet() + "-" + id;
  }

  /** A broker's claim. */
  public String claim(int id) {
    return BrokerPod.VOLUME + "-" + pod(id);
  }

  /** Whether an object of the cluster is of the pool. */
  public boolean owns(HasMetadata object) {
    return name.equals(nameOf(object));
  }

  /** Whether an object is the StatefulSet of one of a cluster's pools, by its labels. */
  static boolean isStatefulSet(ClusterNames names, HasMetadata object) {
    return statefulSet(names, nameOf(object)).equals(object.getMetadata().getName());
  }

  /** The pool that an object of a cluster is of; empty for the brokers outside of pools. */
  public static String nameOf(HasMetadata object) {
    return nameOf(object.getMetadata());
  }

  private static String nameOf(ObjectMeta object) {
    return Optional.ofNullable(object.getLabels())
        .map(labels -> labels.get(PoolSpec.LABEL))
        .orElse("");
  }

  /** What its StatefulSet selects by. */
  Map<String, String> selector() {
    return labelled(names.selector());
  }

  /** Labels of what belongs to it. */
  Map<String, String> labels() {
    return labelled(names.labels());
  }

  private Map<String, String> labelled(Map<String, String> cluster) {
    if (!named()) {
      return cluster;
    }
    var labels = new HashMap<>(cluster);
    labels.put(PoolSpec.LABEL, name);
    return Map.copyOf(labels);
  }
}
