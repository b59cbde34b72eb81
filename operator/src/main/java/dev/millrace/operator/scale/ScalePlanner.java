package dev.millrace.operator.scale;

import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Decides how many brokers there should be. Growing is always safe. Shrinking takes the highest ids
 * and only brokers that hold no partition: a pod that goes takes its replicas with it. The spec
 * stays as the user wrote it.
 */
public final class ScalePlanner {
  private ScalePlanner() {}

  /**
   * The decision.
   *
   * @param wanted what the spec says
   * @param running what the StatefulSet says; empty where there is none yet
   */
  public static ScaleDecision decide(int wanted, Optional<Integer> running, ClusterHealth health) {
    int now = running.orElse(wanted);
    if (wanted == now) {
      return new Keep(now);
    }
    if (wanted > now) {
      return new Grow(now, wanted);
    }
    if (health.cluster().isEmpty()) {
      return new Unsure(now, wanted);
    }
    var members = health.cluster().orElseThrow().brokers();
    var holding = new TreeMap<Integer, Integer>();
    members.stream()
        .filter(member -> member.id() >= wanted && member.replicas() > 0)
        .forEach(member -> holding.put(member.id(), member.replicas()));
    return holding.isEmpty()
        ? new Shrink(now, wanted, IntStream.range(wanted, now).boxed().toList())
        : new Refuse(now, wanted, holding);
  }

  /**
   * Brokers that are registered but have left: no pod will bring them back, and they hold nothing.
   */
  public static List<Integer> departed(int brokers, ClusterHealth health) {
    return health.cluster().stream()
        .flatMap(cluster -> cluster.brokers().stream())
        .filter(member -> member.id() >= brokers && member.fenced() && member.replicas() == 0)
        .map(Member::id)
        .sorted(Comparator.naturalOrder())
        .toList();
  }
}
