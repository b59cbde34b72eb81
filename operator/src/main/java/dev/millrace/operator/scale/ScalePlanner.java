package dev.millrace.operator.scale;

import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.scale.ScaleDecision.Drain;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides which brokers there should be. Growing is always safe, and comes first: who leaves may
 * need the room of those that come. Shrinking takes only brokers that hold no partition and get
 * none any more: a pod that goes takes its replicas with it. The spec stays as the user wrote it.
 */
public final class ScalePlanner {
  private static final int NAMED = 3;

  private ScalePlanner() {}

  /**
   * The decision.
   *
   * @param wanted what the spec says
   * @param running what the StatefulSets say; empty where there are none yet
   * @param ready brokers whose pods are ready
   * @param moves how far the moving of replicas is
   * @param auto whether the operator empties brokers that leave
   */
  public static ScaleDecision decide(
      Roster wanted,
      Optional<Roster> running,
      Set<Integer> ready,
      ClusterHealth health,
      MoveState moves,
      boolean auto) {
    var now = running.orElse(wanted);
    // None at all are wanted only while their pool waits for its ids.
    if (wanted.equals(now) || wanted.isEmpty()) {
      return new Keep(now);
    }
    if (!wanted.without(now).isEmpty()) {
      return new Grow(now, now.and(wanted));
    }
    var certain = health.cluster().filter(known -> tellsOf(known, now.without(wanted), ready));
    if (certain.isEmpty()) {
      return new Unsure(now, wanted);
    }
    var leaving =
        certain.get().brokers().stream().filter(member -> !wanted.has(member.id())).toList();
    var holding = new TreeMap<Integer, Integer>();
    leaving.stream()
        .filter(member -> member.replicas() > 0)
        .forEach(member -> holding.put(member.id(), member.replicas()));
    boolean closed = leaving.stream().noneMatch(ScalePlanner::getsReplicas);
    if (holding.isEmpty() && closed && health.fresh()) {
      return new Shrink(now, wanted);
    }
    if (!auto && !holding.isEmpty()) {
      return new Refuse(now, wanted, "BrokersHoldPartitions", held(holding));
    }
    return moves
        .obstacle()
        .filter(any -> moves.leaving().equals(ids(leaving)))
        .<ScaleDecision>map(why -> new Refuse(now, wanted, why.predicate().value(), why.detail()))
        .orElseGet(() -> new Drain(now, wanted, holding));
  }

  /**
   * Who is not in a report is known to hold nothing unless that is full, or older than when it
   * registered, as that of a broker that serves is.
   */
  private static boolean tellsOf(ClusterReport report, Roster leaving, Set<Integer> ready) {
    boolean full = report.brokers().size() >= ClusterReport.MOST_BROKERS;
    return leaving.stream()
        .filter(id -> full || ready.contains(id))
        .allMatch(id -> report.member(id).isPresent());
  }

  /** A broker that is out gets none, either. */
  private static boolean getsReplicas(Member member) {
    return !member.fenced() && Boolean.FALSE.equals(member.cordoned());
  }

  private static Set<Integer> ids(List<Member> members) {
    return members.stream().map(Member::id).collect(Collectors.toSet());
  }

  private static String held(SortedMap<Integer, Integer> holding) {
    var named =
        holding.entrySet().stream()
            .limit(NAMED)
            .map(
                entry ->
                    "broker %d holds %d partition%s"
                        .formatted(
                            entry.getKey(), entry.getValue(), entry.getValue() == 1 ? "" : "s"))
            .collect(Collectors.joining(", "));
    int more = holding.size() - NAMED;
    return more > 0 ? named + " and %d more brokers do".formatted(more) : named;
  }

  /**
   * Brokers that are registered but have left: no pod will bring them back, and they hold nothing.
   */
  public static List<Integer> departed(Roster brokers, ClusterHealth health) {
    return health.cluster().stream()
        .flatMap(cluster -> cluster.brokers().stream())
        .filter(member -> !brokers.has(member.id()) && member.fenced() && member.replicas() == 0)
        .map(Member::id)
        .sorted(Comparator.naturalOrder())
        .toList();
  }
}
