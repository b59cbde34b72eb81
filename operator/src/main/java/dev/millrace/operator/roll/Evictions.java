package dev.millrace.operator.roll;

import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.crds.SingleReplicaPolicy;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport.Member;

/** How many brokers others may take away at a time, as one who drains a node does. */
public final class Evictions {
  private Evictions() {}

  /**
   * One while every partition has all its replicas, none while one lacks some: another broker might
   * have the last ones. While nobody tells, it stays as it was.
   *
   * @param before what was allowed last
   */
  public static int allowed(ClusterHealth health, SingleReplicaPolicy policy, int before) {
    if (health.cluster().isEmpty() || !health.fresh()) {
      return before;
    }
    var cluster = health.cluster().get();
    boolean spared =
        policy != SingleReplicaPolicy.REFUSE
            || cluster.brokers().stream().mapToInt(Member::unspared).sum() == 0;
    return inSync(cluster.partitions()) && spared ? 1 : 0;
  }

  /** Whether no partition lacks anything. */
  static boolean inSync(Partitions partitions) {
    return partitions.leaderless() == 0
        && partitions.underMinIsr() == 0
        && partitions.underReplicated() == 0;
  }
}
