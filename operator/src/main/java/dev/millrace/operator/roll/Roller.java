package dev.millrace.operator.roll;

import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.crds.PoolSpec;
import dev.millrace.crds.SingleReplicaPolicy;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.Overrides;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.roll.RollDecision.Predicate;
import dev.millrace.operator.roll.RollDecision.Preparing;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which pods restart next: one at a time, or as many as the user allows that have no
 * partition in common; the ones that do not serve anyway first, unless those that have restarted do
 * not serve either, then one of each pool alone, with which a bad image or setting ends, the
 * controller last and alone, too, and only while every broker serves and every replica is in sync,
 * as seen after the last restart. Then only partitions without a replica to spare are away while
 * their broker restarts; whether that may be is the user's to say.
 */
public final class Roller {
  private static final int NAMED = 3;
  private static final int NONE = -1;

  private final Roster brokers;
  private final Revisions revisions;
  private final Overrides overrides;
  private final SingleReplicaPolicy policy;
  private final int parallelism;

  /** The rules of a cluster whose brokers restart one by one. */
  public Roller(Roster brokers, Revisions revisions, SingleReplicaPolicy policy) {
    this(brokers, revisions, Overrides.NONE, policy, 1);
  }

  /**
   * The rules of a cluster.
   *
   * @param brokers those that there should be
   * @param revisions what each should be
   * @param overrides and what single ones should have otherwise
   * @param parallelism how many may restart at once, at most
   */
  public Roller(
      Roster brokers,
      Revisions revisions,
      Overrides overrides,
      SingleReplicaPolicy policy,
      int parallelism) {
    this.overrides = overrides;
    this.parallelism = parallelism;
    this.brokers = brokers;
    this.revisions = revisions;
    this.policy = policy;
  }

  /** The rules with other revisions. */
  public Roller withRevisions(Revisions other) {
    return new Roller(brokers, other, overrides, policy, parallelism);
  }

  /**
   * The next step.
   *
   * @param pods those of the cluster that exist
   */
  public RollDecision decide(List<PodView> pods, ClusterHealth health) {
    var outdated = pods.stream().filter(pod -> outdated(pod, health)).toList();
    if (!revisions.known()) {
      return new Preparing();
    }
    if (outdated.isEmpty()) {
      return new Settled();
    }
    int done = Math.max(0, brokers.size() - outdated.size());
    var idle =
        outdated.stream()
            .filter(pod -> idle(pod, health) && doubt(pod, pods, health).isEmpty())
            .findFirst();
    if (idle.isPresent() && pods.stream().noneMatch(PodView::deleting)) {
      return new Restart(idle.get(), done, brokers.size(), 0);
    }
    return forbidding(pods, health)
        .<RollDecision>map(
            why ->
                new Wait(
                    why.predicate(),
                    why.detail() + leftAlone(outdated, pods, health),
                    done,
                    brokers.size()))
        .orElseGet(() -> next(outdated, pods, health, done));
  }

  /** Who would restart now if it were known that this does it good. */
  private String leftAlone(List<PodView> outdated, List<PodView> pods, ClusterHealth health) {
    return outdated.stream()
        .filter(pod -> idle(pod, health))
        .flatMap(pod -> doubt(pod, pods, health).map(down -> leftAlone(pod, down)).stream())
        .findFirst()
        .orElse("");
  }

  private static String leftAlone(PodView pod, int down) {
    return "; %s is left as it is, for what it is to be may be what keeps broker %d away (kubectl annotate pod %1$s %s=now restarts it all the same)"
        .formatted(pod.name(), down, PodView.RESTART);
  }

  /** Pods that are to restart, in the order in which they will if nothing comes between. */
  public List<PodView> order(List<PodView> pods, ClusterHealth health) {
    return pods.stream()
        .filter(pod -> revisions.known() && outdated(pod, health))
        .sorted(
            Comparator.comparing((PodView pod) -> !idle(pod, health)).thenComparing(order(health)))
        .toList();
  }

  /** Why single pods are to restart, where it is not for what all of their pool get. */
  public List<String> reasons(List<PodView> pods, ClusterHealth health) {
    return pods.stream().flatMap(pod -> reason(pod, health).stream()).toList();
  }

  private Optional<String> reason(PodView pod, ClusterHealth health) {
    if (pod.revision().equals(PodView.RESTART)) {
      return Optional.of(
          "the restart of %s asked for by %s".formatted(pod.name(), PodView.RESTART));
    }
    return runsOtherwise(pod, health)
        ? Optional.of("spec.overrides of broker " + pod.id())
        : Optional.empty();
  }

  private boolean outdated(PodView pod, ClusterHealth health) {
    return revisions.outdated(pod) || runsOtherwise(pod, health);
  }

  /**
   * Whether it runs with other settings of its own than it is to. What is told of one that is not
   * ready may be told by the process before.
   */
  private boolean runsOtherwise(PodView pod, ClusterHealth health) {
    return report(pod.id(), health)
        .filter(told -> pod.ready())
        .map(BrokerReport::configRevision)
        .filter(runs -> !runs.equals(overrides.revision(pod.id())))
        .isPresent();
  }

  /** The controller last. */
  private static Comparator<PodView> order(ClusterHealth health) {
    int controller = controller(health);
    return Comparator.comparing((PodView pod) -> pod.id() == controller)
        .thenComparing(Comparator.comparing(PodView::id).reversed());
  }

  /** Nothing is lost by restarting it: it neither serves nor is on its way to. */
  private static boolean idle(PodView pod, ClusterHealth health) {
    return !pod.ready()
        && !pod.deleting()
        // One that Kubernetes has lost sight of may serve all the same.
        && !serves(pod.id(), health)
        && report(pod.id(), health).filter(BrokerReport::recovering).isEmpty();
  }

  private RollDecision next(
      List<PodView> outdated, List<PodView> pods, ClusterHealth health, int done) {
    boolean refuse = policy == SingleReplicaPolicy.REFUSE;
    var candidates =
        outdated.stream()
            .filter(pod -> !refuse || unspared(pod, health) == 0)
            .sorted(order(health))
            .toList();
    if (candidates.isEmpty()) {
      return new Wait(
          Predicate.NO_REPLICA_TO_SPARE, holding(outdated, health), done, brokers.size());
    }
    var chosen = together(candidates, pods, health);
    int unspared = chosen.stream().mapToInt(pod -> unspared(pod, health)).sum();
    return new Restart(chosen, done, brokers.size(), unspared);
  }

  /** As many as may restart at once; the first of a pool alone. */
  private List<PodView> together(
      List<PodView> candidates, List<PodView> pods, ClusterHealth health) {
    var first = candidates.getFirst();
    if (parallelism == 1 || !proven(first, pods)) {
      return List.of(first);
    }
    var proven = candidates.stream().filter(pod -> proven(pod, pods)).toList();
    return Disjoint.of(proven, (one, other) -> apart(one, other, health)).stream()
        .limit(parallelism)
        .toList();
  }

  /** Whether another broker of its pool already is what it is to be. */
  private boolean proven(PodView pod, List<PodView> pods) {
    return revisions.outdated(pod) && renewed(pod, pods).anyMatch(PodView::ready);
  }

  /**
   * The first broker of its pool that is what it is to be and does not serve, where no other one
   * does: what keeps it from that may be just this. One that ended by itself comes back by itself,
   * too, as it was. Whoever marks it has decided.
   */
  private Optional<Integer> doubt(PodView pod, List<PodView> pods, ClusterHealth health) {
    if (pod.revision().equals(PodView.RESTART) || renewed(pod, pods).anyMatch(PodView::ready)) {
      return Optional.empty();
    }
    var missing =
        brokers.stream()
            .filter(id -> id / PoolSpec.IDS == pod.id() / PoolSpec.IDS)
            .filter(id -> pods.stream().noneMatch(other -> other.id() == id));
    var down = renewed(pod, pods).filter(other -> idle(other, health)).map(PodView::id);
    return Stream.concat(missing, down).min(Comparator.naturalOrder());
  }

  /** Others of its pool that are what it is to be. */
  private Stream<PodView> renewed(PodView pod, List<PodView> pods) {
    return pods.stream()
        .filter(
            other ->
                other.id() != pod.id()
                    && other.pool().equals(pod.pool())
                    && !revisions.outdated(other));
  }

  /** The controller is apart from nobody: it restarts when all others have. */
  private static boolean apart(PodView one, PodView other, ClusterHealth health) {
    int controller = controller(health);
    return one.id() != controller
        && other.id() != controller
        && health.cluster().filter(known -> known.apart(one.id(), other.id())).isPresent();
  }

  private static int controller(ClusterHealth health) {
    return health
        .cluster()
        .flatMap(known -> Optional.ofNullable(known.controllerId()))
        .orElse(NONE);
  }

  private static int unspared(PodView pod, ClusterHealth health) {
    return member(pod.id(), health).map(Member::unspared).orElse(0);
  }

  private static String holding(List<PodView> outdated, ClusterHealth health) {
    return outdated.stream()
        .limit(NAMED)
        .flatMap(
            pod ->
                member(pod.id(), health).stream()
                    .map(
                        member ->
                            "%s holds %d such as %s"
                                .formatted(
                                    pod.name(), member.unspared(), member.unsparedExample())))
        .collect(Collectors.joining(", "));
  }

  private Optional<Why> forbidding(List<PodView> pods, ClusterHealth health) {
    var away = pods.stream().filter(pod -> !pod.ready() || pod.deleting()).toList();
    if (!away.isEmpty()) {
      return notReady(
          away.stream().map(PodView::name).limit(NAMED).collect(Collectors.joining(", ")));
    }
    if (pods.size() < brokers.size()) {
      return notReady("%d of %d pods exist".formatted(pods.size(), brokers.size()));
    }
    if (health.cluster().isEmpty() || !health.fresh()) {
      return Optional.of(new Why(Predicate.HEALTH_UNKNOWN, "no broker tells of partitions"));
    }
    var idle =
        brokers.stream()
            .filter(id -> !serves(id, health))
            .map(id -> "broker " + id)
            .limit(NAMED)
            .collect(Collectors.joining(", "));
    if (!idle.isEmpty()) {
      return notReady(idle);
    }
    var partitions = health.cluster().orElseThrow().partitions();
    return Evictions.inSync(partitions)
        ? cold(health)
        : Optional.of(new Why(Predicate.PARTITIONS_NOT_IN_SYNC, named(partitions)));
  }

  /** For some minutes at most: then it is no restart that makes it read. */
  private static Optional<Why> cold(ClusterHealth health) {
    var reading =
        health.brokers().values().stream()
            .filter(broker -> broker.cache() != null && broker.cache().warming())
            .map(BrokerReport::nodeId)
            .sorted()
            .limit(NAMED)
            .map(id -> "broker " + id)
            .collect(Collectors.joining(", "));
    return reading.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Why(
                Predicate.CACHE_COLD,
                reading + " has just come up and reads from the disk what it had in memory"));
  }

  /** In its own eyes, which tell of this process and no former one, and in the cluster's. */
  private static boolean serves(int id, ClusterHealth health) {
    return report(id, health).filter(BrokerReport::running).isPresent()
        && member(id, health).filter(member -> !member.fenced()).isPresent();
  }

  private static Optional<BrokerReport> report(int id, ClusterHealth health) {
    return Optional.ofNullable(health.brokers().get(id));
  }

  private static Optional<Member> member(int id, ClusterHealth health) {
    return health.cluster().flatMap(cluster -> cluster.member(id));
  }

  private static Optional<Why> notReady(String detail) {
    return Optional.of(new Why(Predicate.BROKERS_NOT_READY, detail));
  }

  private static String named(Partitions partitions) {
    List<Partition> worst = Optional.ofNullable(partitions.worst()).orElse(List.of());
    var names =
        worst.stream()
            .limit(NAMED)
            .map(partition -> partition.topic() + "-" + partition.partition())
            .collect(Collectors.joining(", "));
    return "%d without leader, %d below min in-sync replicas, %d under-replicated%s"
        .formatted(
            partitions.leaderless(),
            partitions.underMinIsr(),
            partitions.underReplicated(),
            names.isEmpty() ? "" : ": " + names);
  }

  private record Why(Predicate predicate, String detail) {}
}
