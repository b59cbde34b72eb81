package dev.millrace.operator.roll;

import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.roll.RollDecision.Predicate;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides which pod restarts next: one at a time, the ones that do not serve anyway first, the
 * controller last, and only while all replicas are in sync. A partition of one replica is away
 * while its broker restarts: who has one accepted that.
 */
public final class Roller {
  private static final int NAMED = 3;

  private Roller() {}

  /**
   * The next step.
   *
   * @param pods those of the cluster that exist
   * @param brokers how many there should be
   * @param revision the revision that each should have
   */
  public static RollDecision decide(
      List<PodView> pods, int brokers, String revision, ClusterHealth health) {
    var outdated = pods.stream().filter(pod -> !pod.revision().equals(revision)).toList();
    if (revision.isEmpty() || outdated.isEmpty()) {
      return new Settled();
    }
    int done = Math.max(0, brokers - outdated.size());
    var idle = outdated.stream().filter(pod -> !pod.ready() && !pod.deleting()).findFirst();
    if (idle.isPresent() && pods.stream().noneMatch(PodView::deleting)) {
      return new Restart(idle.get(), done, brokers);
    }
    return forbidding(pods, brokers, health)
        .<RollDecision>map(why -> new Wait(why.predicate(), why.detail(), done, brokers))
        .orElseGet(() -> new Restart(next(outdated, health), done, brokers));
  }

  private static PodView next(List<PodView> outdated, ClusterHealth health) {
    int controller = health.cluster().map(known -> orNone(known.controllerId())).orElse(-1);
    return outdated.stream()
        .min(
            Comparator.comparing((PodView pod) -> pod.id() == controller)
                .thenComparing(Comparator.comparing(PodView::id).reversed()))
        .orElseThrow();
  }

  private static int orNone(@Nullable Integer id) {
    return id == null ? -1 : id;
  }

  private static Optional<Why> forbidding(List<PodView> pods, int brokers, ClusterHealth health) {
    var away = pods.stream().filter(pod -> !pod.ready() || pod.deleting()).toList();
    if (!away.isEmpty()) {
      return Optional.of(
          new Why(
              Predicate.BROKERS_NOT_READY,
              away.stream().map(PodView::name).limit(NAMED).collect(Collectors.joining(", "))));
    }
    if (pods.size() < brokers) {
      return Optional.of(
          new Why(
              Predicate.BROKERS_NOT_READY, "%d of %d pods exist".formatted(pods.size(), brokers)));
    }
    if (health.cluster().isEmpty()) {
      return Optional.of(new Why(Predicate.HEALTH_UNKNOWN, "no broker tells of partitions"));
    }
    var partitions = health.cluster().orElseThrow().partitions();
    return inSync(partitions)
        ? Optional.empty()
        : Optional.of(new Why(Predicate.PARTITIONS_NOT_IN_SYNC, named(partitions)));
  }

  private static boolean inSync(Partitions partitions) {
    return partitions.leaderless() == 0
        && partitions.underMinIsr() == 0
        && partitions.underReplicated() == 0;
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
