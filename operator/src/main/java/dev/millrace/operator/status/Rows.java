package dev.millrace.operator.status;

import dev.millrace.crds.LogClusterStatus.BlockedBy;
import dev.millrace.crds.LogClusterStatus.BrokerState;
import dev.millrace.crds.LogClusterStatus.Operation;
import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.Bytes;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The lists of a status, each of them bounded. */
final class Rows {
  private static final int PARTITIONS = 20;
  private static final int BROKERS = 100;

  /** The operation that waits for a user who wants it. */
  static final String RENEWING = "Renewing";

  private Rows() {}

  static @Nullable Partitions partitions(Observation seen) {
    return seen.partitions().map(Rows::bounded).orElse(null);
  }

  private static Partitions bounded(Partitions now) {
    List<Partition> worst = Optional.ofNullable(now.worst()).orElse(List.of());
    return new Partitions(
        now.total(),
        now.healthy(),
        now.underReplicated(),
        now.underMinIsr(),
        now.leaderless(),
        now.reassigning(),
        worst.isEmpty() ? null : worst.stream().limit(PARTITIONS).toList());
  }

  static @Nullable List<BrokerState> brokers(Observation seen) {
    var rows =
        seen.pods().stream()
            .map(pod -> row(seen, pod))
            .sorted(
                Comparator.comparing((BrokerState row) -> row.state().equals("Running"))
                    .thenComparing(BrokerState::id))
            .limit(BROKERS)
            .sorted(Comparator.comparing(BrokerState::id))
            .toList();
    return rows.isEmpty() ? null : rows;
  }

  private static BrokerState row(Observation seen, PodView pod) {
    var report = Optional.ofNullable(seen.health().brokers().get(pod.id()));
    return new BrokerState(
        pod.id(),
        pod.name(),
        state(pod, report),
        report
            .filter(BrokerReport::recovering)
            .map(recovering -> recovering.recoveryPercent() + "%")
            .orElse(null),
        report.map(BrokerReport::leaders).orElse(null),
        report.map(BrokerReport::replicas).orElse(null),
        report.map(BrokerReport::bytes).map(Bytes::text).orElse(null),
        report.map(BrokerReport::rack).orElse(null),
        report.map(BrokerReport::version).orElse(null));
  }

  private static String state(PodView pod, Optional<BrokerReport> report) {
    if (pod.deleting()) {
      return "Stopping";
    }
    return report
        .map(BrokerReport::state)
        .or(pod::trouble)
        .orElse(pod.ready() ? "Unreachable" : "Starting");
  }

  static @Nullable List<Operation> operations(Observation seen) {
    var all = new ArrayList<Operation>();
    roll(seen).ifPresent(all::add);
    scale(seen).ifPresent(all::add);
    if (!seen.departed().isEmpty()) {
      all.add(
          new Operation("Scaling", Texts.brokers(seen.departed()), "Unregistering", null, null));
    }
    seen.renewal().waiting().map(Rows::renewal).ifPresent(all::add);
    return all.isEmpty() ? null : all;
  }

  private static Operation renewal(String changes) {
    return new Operation(
        RENEWING,
        "all brokers",
        "Waiting",
        new BlockedBy(
            "NotAsked",
            "The operator would restart them for: %s. They get it with the next change of the spec, or by: kubectl annotate logcluster NAME --overwrite %s=\"$(date)\""
                .formatted(changes, Renewal.ANNOTATION)),
        null);
  }

  private static Optional<Operation> roll(Observation seen) {
    return switch (seen.roll()) {
      case Settled _ -> Optional.empty();
      case Restart restart ->
          Optional.of(
              new Operation(
                  "Rolling",
                  restart.pod().name(),
                  "Restarting",
                  null,
                  progress(restart.done(), restart.brokers())));
      case Wait wait ->
          Optional.of(
              new Operation(
                  "Rolling",
                  null,
                  "Waiting",
                  new BlockedBy(wait.predicate().value(), wait.detail()),
                  progress(wait.done(), wait.brokers())));
    };
  }

  private static String progress(int done, int of) {
    return done + " of " + of;
  }

  private static Optional<Operation> scale(Observation seen) {
    return switch (seen.scale()) {
      case Grow grow ->
          Optional.of(
              new Operation("Scaling", "up to " + grow.brokers(), "AddingBrokers", null, null));
      case Shrink shrink ->
          Optional.of(
              new Operation(
                  "Scaling", Texts.brokers(shrink.leaving()), "RemovingBrokers", null, null));
      case Refuse refuse ->
          Optional.of(
              blocked(
                  refuse.wanted(),
                  "BrokersHoldPartitions",
                  refuse.holding().entrySet().stream()
                      .limit(PARTITIONS)
                      .map(entry -> entry.getKey() + ": " + entry.getValue())
                      .collect(Collectors.joining(", "))));
      case Unsure unsure ->
          Optional.of(blocked(unsure.wanted(), "HealthUnknown", "no broker tells of partitions"));
      default -> Optional.empty();
    };
  }

  private static Operation blocked(int wanted, String predicate, String detail) {
    return new Operation(
        "Scaling", "down to " + wanted, "Refused", new BlockedBy(predicate, detail), null);
  }
}
