package dev.millrace.operator.status;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.memory.MemoryPlan;
import dev.millrace.operator.rebalance.Movement;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.scale.ScaleDecision;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.settings.Tuning;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * All that a status is computed from.
 *
 * @param pools of which brokers there are, or are to be
 * @param departed brokers that left and are still registered
 * @param renewal what brokers would get that nobody has asked for yet
 * @param tuning settings that running brokers are to follow
 * @param paused whether the user has the operator look and do nothing
 * @param restart what a roll takes for each broker, if one has been seen
 * @param prospect what it would do, where the user asks for that
 */
public record Observation(
    LogCluster cluster,
    ClusterNames names,
    String version,
    Pools pools,
    ScaleDecision scale,
    Movement moves,
    RollDecision roll,
    List<PodView> pods,
    Claims claims,
    ClusterHealth health,
    List<Integer> departed,
    Renewal renewal,
    Tuning tuning,
    boolean paused,
    Optional<Duration> restart,
    Optional<Prospect> prospect) {
  /** On a LogCluster, {@code "true"} has the operator look and do nothing. */
  public static final String PAUSED = "millrace.dev/paused";

  /** On a LogCluster, {@code "true"} has the operator tell what it would do, and do nothing. */
  public static final String PLAN = "millrace.dev/plan";

  public Observation {
    pods = List.copyOf(pods);
    departed = List.copyOf(departed);
  }

  Roster expected() {
    return scale.brokers();
  }

  /** The pool that a broker is of. */
  Pool pool(int id) {
    return pools.of(id);
  }

  /** How the memory is split of the brokers that stand for all. */
  MemoryPlan memory() {
    return pools.first().memory();
  }

  int ready() {
    return readyOf(expected());
  }

  int readyOf(Roster brokers) {
    return (int) pods.stream().filter(pod -> counts(pod) && brokers.has(pod.id())).count();
  }

  boolean allReady() {
    return ready() >= expected().size();
  }

  /** Whether the cluster counts on every broker; true where nobody tells. */
  boolean allServe() {
    return health
        .cluster()
        .map(
            cluster ->
                cluster.brokers().stream()
                        .filter(member -> expected().has(member.id()) && !member.fenced())
                        .count()
                    >= expected().size())
        .orElse(true);
  }

  private boolean counts(PodView pod) {
    return expected().has(pod.id()) && pod.ready() && !pod.deleting();
  }

  /** Brokers that the cluster has shrunk by and that have not stopped yet. */
  List<Integer> leaving() {
    return pods.stream().map(PodView::id).filter(id -> !expected().has(id)).sorted().toList();
  }

  /** Pools that the spec has no more, whose brokers are gone and whose StatefulSets are not yet. */
  List<String> parting() {
    return scale instanceof Keep && !paused
        ? pools.left().stream()
            .filter(pool -> pool.of(expected()).isEmpty())
            .map(Pool::name)
            .sorted()
            .toList()
        : List.of();
  }

  Optional<Partitions> partitions() {
    return health.cluster().map(ClusterReport::partitions);
  }

  Optional<LogClusterStatus> before() {
    return Optional.ofNullable(cluster.getStatus());
  }

  Optional<PodView> pod(int id) {
    return pods.stream().filter(pod -> pod.id() == id).findFirst();
  }
}
