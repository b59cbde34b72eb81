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
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.scale.ScaleDecision;
import dev.millrace.operator.settings.Tuning;
import java.util.List;
import java.util.Optional;

/**
 * All that a status is computed from.
 *
 * @param departed brokers that left and are still registered
 * @param renewal what brokers would get that nobody has asked for yet
 * @param tuning settings that running brokers are to follow
 * @param paused whether the user has the operator look and do nothing
 * @param prospect what it would do, where the user asks for that
 */
public record Observation(
    LogCluster cluster,
    ClusterNames names,
    String version,
    MemoryPlan memory,
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
    Optional<Prospect> prospect) {
  /** On a LogCluster, {@code "true"} has the operator look and do nothing. */
  public static final String PAUSED = "millrace.dev/paused";

  /** On a LogCluster, {@code "true"} has the operator tell what it would do, and do nothing. */
  public static final String PLAN = "millrace.dev/plan";

  public Observation {
    pods = List.copyOf(pods);
    departed = List.copyOf(departed);
  }

  int expected() {
    return scale.brokers();
  }

  int ready() {
    return (int) pods.stream().filter(this::counts).count();
  }

  boolean allReady() {
    return ready() >= expected();
  }

  /** Whether the cluster counts on every broker; true where nobody tells. */
  boolean allServe() {
    return health
        .cluster()
        .map(
            cluster ->
                cluster.brokers().stream()
                        .filter(member -> member.id() < expected() && !member.fenced())
                        .count()
                    >= expected())
        .orElse(true);
  }

  private boolean counts(PodView pod) {
    return pod.id() < expected() && pod.ready() && !pod.deleting();
  }

  /** Brokers that the cluster has shrunk by and that have not stopped yet. */
  List<Integer> leaving() {
    return pods.stream().map(PodView::id).filter(id -> id >= expected()).sorted().toList();
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
