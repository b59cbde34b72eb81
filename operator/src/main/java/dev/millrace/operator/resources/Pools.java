package dev.millrace.operator.resources;

import static java.util.Objects.requireNonNullElse;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterSpec;
import dev.millrace.crds.PoolSpec;
import dev.millrace.crds.PoolStorage;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetOrdinals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The pools of a cluster. No two of them have a broker's id in common, whatever there still is of
 * pools that the spec had.
 *
 * @param current those of the spec, the brokers outside of pools first
 * @param left those that the spec has no more, whose brokers are to leave
 * @param waiting those of the spec that do not begin
 */
public record Pools(List<Pool> current, List<Pool> left, List<Waiting> waiting) {
  /**
   * A pool that does not begin.
   *
   * @param taken whether its pods would be called like those of another LogCluster; else it waits
   *     for one of {@link #left} to go, which has its name or the ids of its brokers
   */
  public record Waiting(String pool, boolean taken) {}

  public Pools {
    current = List.copyOf(current);
    left = List.copyOf(left);
    waiting = List.copyOf(waiting);
  }

  /**
   * The pools, where no other LogCluster has the names of their pods.
   *
   * @param sets the cluster's StatefulSets that there are
   */
  public static Pools of(LogCluster cluster, List<StatefulSet> sets) {
    return of(cluster, sets, name -> false);
  }

  /**
   * The pools.
   *
   * @param sets the cluster's StatefulSets that there are
   * @param taken whether a LogCluster beside it has a StatefulSet of this name; asked of pools that
   *     have none yet
   */
  public static Pools of(LogCluster cluster, List<StatefulSet> sets, Predicate<String> taken) {
    var names = Wanted.names(cluster);
    var spec = cluster.getSpec();
    var current = new ArrayList<Pool>();
    var waiting = new ArrayList<Waiting>();
    current.add(Pool.own(names, spec));
    for (var pool : requireNonNullElse(spec.pools(), List.<PoolSpec>of())) {
      var own = sets.stream().filter(set -> Pool.nameOf(set).equals(pool.name())).findFirst();
      var wanted = Pool.of(names, spec, pool, own.flatMap(Pools::claim));
      if (!sets.stream().allMatch(set -> goesWith(pool, set))) {
        waiting.add(new Waiting(pool.name(), false));
      } else if (own.isEmpty() && taken.test(wanted.statefulSet())) {
        waiting.add(new Waiting(pool.name(), true));
      } else {
        current.add(wanted);
      }
    }
    var left =
        sets.stream()
            .filter(set -> current.stream().noneMatch(pool -> pool.owns(set)))
            .map(set -> left(names, spec, set))
            .toList();
    return new Pools(current, left, waiting);
  }

  /** Neither the pod of one nor the broker of the other is taken for the pool's. */
  private static boolean goesWith(PoolSpec pool, StatefulSet set) {
    return Pool.nameOf(set).equals(pool.name()) == (firstId(set) == pool.firstId());
  }

  /** One whose brokers leave keeps the memory and the volumes that they have. */
  private static Pool left(ClusterNames names, LogClusterSpec spec, StatefulSet set) {
    var container = set.getSpec().getTemplate().getSpec().getContainers().getFirst();
    return Pool.of(
        names,
        spec,
        new PoolSpec(
            Pool.nameOf(set),
            firstId(set),
            0,
            container.getResources().getLimits().get("memory"),
            null,
            claimSize(set).map(size -> new PoolStorage(size, null)).orElse(null),
            null,
            null,
            null,
            null),
        claim(set));
  }

  /** What is the StatefulSet of a pool among objects that bear the cluster's label. */
  public static List<StatefulSet> sets(ClusterNames names, Stream<StatefulSet> labelled) {
    return labelled.filter(set -> Pool.isStatefulSet(names, set)).toList();
  }

  /** What the claims of a StatefulSet's brokers were made with. */
  public static Optional<Quantity> claimSize(StatefulSet set) {
    return claim(set).map(claim -> claim.getSpec().getResources().getRequests().get("storage"));
  }

  private static Optional<PersistentVolumeClaim> claim(StatefulSet set) {
    return set.getSpec().getVolumeClaimTemplates().stream().findFirst();
  }

  private static int firstId(StatefulSet set) {
    return Optional.ofNullable(set.getSpec().getOrdinals())
        .map(StatefulSetOrdinals::getStart)
        .orElse(0);
  }

  /** All of them. */
  public List<Pool> all() {
    return Stream.concat(current.stream(), left.stream()).toList();
  }

  /**
   * The brokers that the cluster's StatefulSets have; of one that is missing those whose pods are
   * there. Empty where there is nothing at all.
   *
   * @param pods the ids of brokers that have one
   */
  public Optional<Roster> running(List<StatefulSet> sets, Roster pods) {
    if (sets.isEmpty() && pods.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        all().stream()
            .map(
                pool ->
                    sets.stream()
                        .filter(pool::owns)
                        .findFirst()
                        .map(set -> Roster.of(pool.firstId(), set.getSpec().getReplicas()))
                        .orElseGet(() -> pool.upTo(pods)))
            .reduce(Roster.NOBODY, Roster::and));
  }

  /** The brokers that there are to be in the end. */
  public Roster wanted() {
    return all().stream().map(Pool::wanted).reduce(Roster.NOBODY, Roster::and);
  }

  /** The pool of a broker; that of the brokers outside of pools where no other has it. */
  public Pool of(int id) {
    return all().stream()
        .filter(pool -> pool.firstId() <= id && id < pool.firstId() + PoolSpec.IDS)
        .findFirst()
        .orElse(current.getFirst());
  }

  /** Whether there are others than the brokers outside of pools. */
  public boolean several() {
    return all().size() > 1;
  }

  /** The pool that most is said of where one is to stand for all. */
  public Pool first() {
    return all().stream().filter(pool -> pool.brokers() > 0).findFirst().orElse(current.getFirst());
  }
}
