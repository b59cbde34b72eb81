package dev.millrace.operator.status;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.Bootstrap;
import dev.millrace.crds.LogClusterStatus.Memory;
import dev.millrace.crds.LogClusterStatus.Operation;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.Bytes;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.memory.MemoryPlan;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.scale.MoveDecision;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes statuses. The same observation gives an equal status however often it is made: the only
 * times in it are those of a condition's last flip and of a partition's falling ill.
 */
public final class Statuses {
  private final Clock clock;

  /** Statuses whose flips bear this clock's time. */
  public Statuses(Clock clock) {
    this.clock = clock;
  }

  /** What is written before anything is done, so that no tool takes silence for success. */
  public LogClusterStatus first(LogCluster cluster, ClusterNames names) {
    return bare(cluster, names, "Creating", Verdicts.unknown());
  }

  /** Of a cluster that does not begin: its brokers would be called as those of another one. */
  public LogClusterStatus nameTaken(LogCluster cluster, ClusterNames names, String other) {
    var detail =
        "LogCluster %s has a StatefulSet called %s, as this one's would be; give this one another name"
            .formatted(other, names.cluster());
    return bare(cluster, names, "Does not begin: " + detail, Verdicts.nameTaken(detail));
  }

  private LogClusterStatus bare(
      LogCluster cluster, ClusterNames names, String message, List<Verdict> verdicts) {
    return new LogClusterStatus(
        cluster.getMetadata().getGeneration(),
        Phase.CREATING.value(),
        message,
        null,
        null,
        0,
        0,
        0,
        names.selectorText(pools(cluster)),
        new Bootstrap(names.bootstrapAddress()),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        conditions(cluster, verdicts));
  }

  /** What is, by all that was seen. */
  public LogClusterStatus of(Observation seen) {
    var phase = Phase.of(seen);
    var cluster = seen.cluster();
    var brokers = seen.health().brokers().values();
    return new LogClusterStatus(
        cluster.getMetadata().getGeneration(),
        phase.value(),
        Texts.message(seen, phase),
        seen.version(),
        seen.health().cluster().map(ClusterReport::metadataVersion).orElse(null),
        seen.expected().size(),
        seen.ready(),
        seen.pools().current().getFirst().of(seen.expected()).size(),
        seen.names().selectorText(seen.pools().several()),
        new Bootstrap(seen.names().bootstrapAddress()),
        seen.health().cluster().map(ClusterReport::controllerId).orElse(null),
        brokers.isEmpty()
            ? null
            : Bytes.text(Bytes.rounded(brokers.stream().mapToLong(BrokerReport::bytes).sum())),
        Rows.partitions(seen, now()),
        Rows.brokers(seen),
        Rows.pools(seen),
        memory(seen),
        Rows.operations(seen),
        seen.prospect().map(prospect -> prospect.plan(seen.restart())).orElse(null),
        seen.restart().map(Duration::toSeconds).map(Math::toIntExact).orElse(null),
        conditions(cluster, Verdicts.of(seen, phase)));
  }

  /** Whether the operator is at work: what waits for the user is not. */
  public static boolean inProgress(LogClusterStatus status) {
    return Edges.condition(status, Verdicts.PROGRESSING)
        .filter(progressing -> "True".equals(progressing.getStatus()))
        .isPresent();
  }

  /** What kind of operation moves replicas, if a status tells of one. */
  public static Optional<String> moving(@Nullable LogClusterStatus status) {
    return Optional.ofNullable(status).flatMap(Statuses::moves).map(Operation::type);
  }

  /** The operation that moves replicas, if a status tells of one. */
  static Optional<Operation> moves(LogClusterStatus status) {
    List<Operation> operations = Optional.ofNullable(status.operations()).orElse(List.of());
    return operations.stream()
        .filter(
            operation ->
                operation.type().equals(MoveDecision.DRAINING)
                    || operation.type().equals(MoveDecision.REBALANCING))
        .findFirst();
  }

  private static boolean pools(LogCluster cluster) {
    return Pools.of(cluster, List.of()).several();
  }

  private static Memory memory(Observation seen) {
    var plan = seen.memory();
    return new Memory(
        MemoryPlan.text(plan.limitMi()),
        MemoryPlan.text(plan.heapMi()),
        MemoryPlan.text(plan.directMi()),
        MemoryPlan.text(plan.overheadMi()),
        MemoryPlan.text(plan.pageCacheMi()),
        plan.split(),
        PageCaches.worst(seen),
        PageCaches.advice(seen));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private List<Condition> conditions(LogCluster cluster, List<Verdict> verdicts) {
    var now = now();
    return verdicts.stream().map(verdict -> condition(cluster, verdict, now)).toList();
  }

  private static Condition condition(LogCluster cluster, Verdict verdict, Instant now) {
    var since =
        Edges.condition(cluster.getStatus(), verdict.type())
            .filter(before -> verdict.value().text().equals(before.getStatus()))
            .map(Condition::getLastTransitionTime);
    return new ConditionBuilder()
        .withType(verdict.type())
        .withStatus(verdict.value().text())
        .withReason(verdict.reason())
        .withMessage(verdict.message())
        .withObservedGeneration(cluster.getMetadata().getGeneration())
        .withLastTransitionTime(Optional.ofNullable(since.orElse(null)).orElse(now.toString()))
        .build();
  }
}
