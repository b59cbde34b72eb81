package dev.millrace.operator.status;

import dev.millrace.crds.LogClusterStatus.BlockedBy;
import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.Bytes;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.rebalance.MoveState.Step;
import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Pools.Waiting;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.roll.RollDecision.Preparing;
import dev.millrace.operator.roll.RollDecision.Resize;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import dev.millrace.operator.scale.ScaleDecision.Drain;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The sentences of a status: short, by name, with what to do where something is to be done. */
final class Texts {
  private static final int NAMED = 3;
  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;

  private Texts() {}

  /** The one line that {@code kubectl get} shows. */
  static String message(Observation seen, Phase phase) {
    return (seen.prospect().isPresent() ? "Planned only; " : seen.paused() ? "Paused; " : "")
        + whatGoesOn(seen, phase);
  }

  private static String whatGoesOn(Observation seen, Phase phase) {
    return switch (phase) {
      case CREATING -> "Creating: " + brokers(seen);
      case ROLLING -> rolling(seen);
      case SCALING -> scaling(seen);
      case DEGRADED -> degraded(seen);
      case REBALANCING ->
          "Rebalancing"
              + (seen.moves().state().step() == Step.PLANNING ? ": planning" : moves(seen));
      case CONFIGURING -> "Setting " + settings(seen.tuning().pending());
      case RUNNING ->
          settingRefused(seen).or(() -> scaleDown(seen)).or(() -> poolWaits(seen)).orElse("Healthy")
              + renewal(seen);
    };
  }

  /** Settings by name. */
  static String settings(List<String> names) {
    return names.stream().limit(NAMED).collect(Collectors.joining(", "))
        + (names.size() > NAMED ? "…" : "");
  }

  /** Why running brokers do not get what the spec sets. */
  static Optional<String> settingRefused(Observation seen) {
    return seen.tuning().refusal().map(why -> "Setting refused: " + why);
  }

  private static Optional<String> poolWaits(Observation seen) {
    return seen.pools().waiting().stream()
        .findFirst()
        .map(pool -> "Pool %s waits: %s".formatted(pool.pool(), waits(seen, pool)));
  }

  /** Why a pool does not begin. */
  static String waits(Observation seen, Waiting pool) {
    if (pool.taken()) {
      return "another LogCluster has, or is to have, a StatefulSet called %s, as this pool's would be; give the pool another name"
          .formatted(Pool.statefulSet(seen.names(), pool.pool()));
    }
    return seen.pools().wanted().isEmpty()
        ? "nobody is to stay who could take what the pools hold that leave, for the ids of pool %s are theirs: give it another firstId"
            .formatted(pool.pool())
        : "a pool that is on its way out has its name or the ids of its brokers; it begins when that is gone";
  }

  private static String renewal(Observation seen) {
    return seen.renewal().waiting().isPresent() ? "; the operator has a renewal of brokers" : "";
  }

  private static String rolling(Observation seen) {
    return switch (seen.roll()) {
      case Restart restart ->
          "Rolling %s (%d of %d)%s"
              .formatted(
                  restart.names(),
                  restart.done() + 1,
                  restart.brokers(),
                  restart.unspared() == 0
                      ? ""
                      : "; %s without a replica to spare"
                          .formatted(count(restart.unspared(), "partition")));
      case Resize resize ->
          "Resizing %s while they run%s"
              .formatted(resize.names(), resize.obstacle().map(why -> ": " + why).orElse(""));
      case Wait wait ->
          seen.allReady()
              ? "Rolling (%d of %d done) waits: %s"
                  .formatted(wait.done(), wait.brokers(), wait.detail())
              : "Rolling (%d of %d done): %s".formatted(wait.done(), wait.brokers(), away(seen));
      case Preparing _ -> "Rolling: about to begin";
      case Settled _ -> "Rolling: " + brokers(seen);
    };
  }

  private static String scaling(Observation seen) {
    return switch (seen.scale()) {
      case Grow grow ->
          "Scaling up from %d to %d".formatted(grow.from().size(), grow.brokers().size());
      case Drain drain ->
          "Scaling down from %d to %d: emptying %s%s"
              .formatted(
                  drain.brokers().size(),
                  drain.wanted().size(),
                  brokers(drain.leaving()),
                  moves(seen));
      case Shrink shrink ->
          "Scaling down from %d to %d".formatted(shrink.from().size(), shrink.brokers().size());
      default -> {
        if (!seen.leaving().isEmpty()) {
          yield "Scaling down: %s stopping".formatted(brokers(seen.leaving()));
        }
        if (!seen.departed().isEmpty()) {
          yield "Scaling down: taking leave of %s".formatted(brokers(seen.departed()));
        }
        yield seen.parting().isEmpty()
            ? "Scaling: " + brokers(seen)
            : "Scaling down: removing pool " + String.join(", ", seen.parting());
      }
    };
  }

  private static String moves(Observation seen) {
    var waits = movesWait(seen).map(blocked -> " waits: " + blocked.detail()).orElse("");
    return moved(seen.moves().state()).map(part -> " (" + part + ")").orElse("") + waits;
  }

  /** How far the moving of replicas is. */
  static Optional<String> moved(MoveState state) {
    if (state.partitions().all() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        "%d of %s, %s of %s%s"
            .formatted(
                state.partitions().done(),
                count(state.partitions().all(), "partition"),
                Bytes.text(state.bytes().done()),
                Bytes.text(state.bytes().all()),
                state.left().map(left -> ", ~" + rounded(left)).orElse("")));
  }

  /** In two digits of its largest unit: more is not known. */
  static String rounded(Duration left) {
    long seconds = left.toSeconds();
    if (seconds < 2 * MINUTE) {
      return (seconds < 10 ? seconds : seconds / 10 * 10) + "s";
    }
    return seconds < 2 * HOUR ? seconds / MINUTE + "m" : seconds / HOUR + "h";
  }

  /** What keeps replicas from moving now. */
  static Optional<BlockedBy> movesWait(Observation seen) {
    var state = seen.moves().state();
    if (state.trouble().isPresent()) {
      return Optional.of(new BlockedBy("ClusterUnreachable", state.trouble().get()));
    }
    if (seen.moves().goal().filter(goal -> !goal.mayBegin()).isEmpty()
        || state.partitions().done() == state.partitions().all()) {
      return Optional.empty();
    }
    return Optional.of(
        seen.roll() instanceof Settled
            ? new BlockedBy("BrokersNotReady", brokers(seen))
            : new BlockedBy("RollUnderWay", "brokers are renewed first"));
  }

  private static String degraded(Observation seen) {
    if (seen.health().cluster().isEmpty()) {
      return "Health unknown: no broker answers; " + brokers(seen);
    }
    var partitions = seen.partitions().orElseThrow();
    var missing = seen.allReady() ? "" : "; " + brokers(seen);
    return (partitions.total() == partitions.healthy() ? "Degraded" : partitions(partitions))
        + missing;
  }

  /** Why fewer brokers are not had. */
  static Optional<String> scaleDown(Observation seen) {
    return switch (seen.scale()) {
      case Refuse refuse ->
          Optional.of(
              "Scale-down to %d refused: %s".formatted(refuse.wanted().size(), refuse.detail()));
      case Unsure unsure ->
          Optional.of(
              "Scale-down to %d waits: no broker tells what the leaving ones hold"
                  .formatted(unsure.wanted().size()));
      default -> Optional.empty();
    };
  }

  /** How many brokers are ready, and what is with the others. */
  static String brokers(Observation seen) {
    var count = "%d of %s ready".formatted(seen.ready(), count(seen.expected().size(), "broker"));
    return seen.allReady() ? count : count + "; " + away(seen);
  }

  private static String away(Observation seen) {
    return seen.expected().stream()
        .filter(id -> seen.pod(id).filter(pod -> pod.ready() && !pod.deleting()).isEmpty())
        .limit(NAMED)
        .map(id -> seen.pool(id).pod(id) + " " + state(seen, id))
        .collect(Collectors.joining(", "));
  }

  private static String state(Observation seen, int id) {
    var pod = seen.pod(id);
    if (pod.isEmpty()) {
      return "has no pod";
    }
    if (pod.get().deleting()) {
      return "is stopping";
    }
    return Optional.ofNullable(seen.health().brokers().get(id))
        .map(Texts::state)
        .or(() -> pod.flatMap(PodView::trouble))
        .orElse("is starting");
  }

  private static String state(BrokerReport report) {
    return switch (report.state()) {
      case "Recovering" -> "recovers its log (%d%%)".formatted(report.recoveryPercent());
      // It says that it runs, and Kubernetes that it is not ready.
      case "Running" -> "is not ready";
      default -> "is " + report.state().toLowerCase(Locale.ROOT);
    };
  }

  /** What partitions lack, worst first. */
  static String partitions(Partitions now) {
    if (now.leaderless() > 0) {
      return "%s without leader%s".formatted(count(now.leaderless(), "partition"), worst(now));
    }
    if (now.underMinIsr() > 0) {
      return "%s below min in-sync replicas%s"
          .formatted(count(now.underMinIsr(), "partition"), worst(now));
    }
    if (now.underReplicated() > 0) {
      return "%s under-replicated%s"
          .formatted(count(now.underReplicated(), "partition"), worst(now));
    }
    return "all of %s in sync".formatted(count(now.total(), "partition"));
  }

  private static String worst(Partitions now) {
    List<Partition> worst = Optional.ofNullable(now.worst()).orElse(List.of());
    return worst.stream()
        .findFirst()
        .map(
            row ->
                " (%s-%d%s)"
                    .formatted(
                        row.topic(),
                        row.partition(),
                        row.reason() == null ? "" : ": " + row.reason()))
        .orElse("");
  }

  static String brokers(Roster brokers) {
    return brokers(List.copyOf(brokers.ids()));
  }

  static String brokers(List<Integer> ids) {
    return (ids.size() == 1 ? "broker " : "brokers ")
        + ids.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "))
        + (ids.size() > NAMED ? "…" : "");
  }

  static String count(long number, String noun) {
    return number == 1 ? "1 " + noun : number + " " + noun + "s";
  }
}
