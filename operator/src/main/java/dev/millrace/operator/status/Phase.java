package dev.millrace.operator.status;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.operator.roll.RollDecision.Preparing;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.scale.ScaleDecision.Drain;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import java.util.Optional;

/** What goes on with a cluster, in one word for people. */
enum Phase {
  /** It has not served yet. */
  CREATING("Creating"),
  /** Brokers are renewed one by one. */
  ROLLING("Rolling"),
  /** Brokers come or go. */
  SCALING("Scaling"),
  /** Replicas move to brokers that have not got their share. */
  REBALANCING("Rebalancing"),
  /** Running brokers are told what they are to do otherwise. */
  CONFIGURING("Configuring"),
  /** It serves, or does not, with something missing that it did not give up itself. */
  DEGRADED("Degraded"),
  /** All is well. */
  RUNNING("Running");

  private final String value;

  Phase(String value) {
    this.value = value;
  }

  String value() {
    return value;
  }

  /** Whether the operator is at work on it. */
  boolean inProgress() {
    return switch (this) {
      case CREATING, ROLLING, SCALING, REBALANCING, CONFIGURING -> true;
      case DEGRADED, RUNNING -> false;
    };
  }

  /** Whether the operator was at work on it when this was written. */
  static boolean inProgress(LogClusterStatus status) {
    return Optional.ofNullable(status.phase())
        .flatMap(Phase::named)
        .filter(Phase::inProgress)
        .isPresent();
  }

  static Phase of(Observation seen) {
    var before = seen.before().map(LogClusterStatus::phase).flatMap(Phase::named).orElse(CREATING);
    boolean whole =
        seen.allReady()
            && seen.partitions().filter(now -> now.total() == now.healthy()).isPresent();
    if (before == CREATING
        && !(seen.allReady() && seen.health().cluster().isPresent() && seen.allServe())) {
      return CREATING;
    }
    if (seen.roll() instanceof Preparing) {
      boolean scales =
          before == SCALING || seen.scale() instanceof Grow || seen.scale() instanceof Shrink;
      return scales ? SCALING : ROLLING;
    }
    if (!(seen.roll() instanceof Settled)) {
      return ROLLING;
    }
    if (seen.scale() instanceof Grow
        || seen.scale() instanceof Shrink
        || seen.scale() instanceof Drain
        || !seen.leaving().isEmpty()
        || !seen.departed().isEmpty()
        || !seen.parting().isEmpty()) {
      return SCALING;
    }
    if (before == SCALING && !(seen.allServe() && seen.health().fresh())) {
      // Ready before the cluster is known to know of it: what is to follow has not begun yet.
      return SCALING;
    }
    if (seen.moves().goal().isPresent() && !(seen.scale() instanceof Refuse) && seen.allReady()) {
      return REBALANCING;
    }
    if (whole) {
      return seen.tuning().underWay() ? CONFIGURING : RUNNING;
    }
    // What a change took away is the change's until it is back.
    return before.inProgress() && !seen.allReady() ? before : DEGRADED;
  }

  private static Optional<Phase> named(String value) {
    for (var phase : values()) {
      if (phase.value.equals(value)) {
        return Optional.of(phase);
      }
    }
    return Optional.empty();
  }
}
