package dev.millrace.operator.rebalance;

import dev.millrace.operator.rebalance.Placement.Role;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is wanted of the replicas of a cluster now. Immutable; decided anew in every pass.
 *
 * @param bootstrap where the cluster listens
 * @param brokers the registered brokers
 * @param balance whether those that stay are to hold alike much
 * @param announced whether the status of the cluster tells that replicas move. Nothing is changed
 *     before: whoever takes over after a crash finds there what has to be ended
 * @param mayBegin whether further replicas may begin to move; those on their way go on
 * @param throttle bytes a second that each broker sends, and takes, for what moves; 0 for no bound
 * @param inFlight how many partitions move at once
 */
public record MoveGoal(
    String bootstrap,
    List<Broker> brokers,
    boolean balance,
    boolean announced,
    boolean mayBegin,
    long throttle,
    int inFlight) {
  public MoveGoal {
    brokers = List.copyOf(brokers);
  }

  /**
   * A registered broker.
   *
   * @param alive whether it answers: what leaves may be dead
   */
  public record Broker(int id, Optional<String> zone, Role role, boolean alive) {}

  /** The brokers of a role. */
  public Set<Integer> of(Role role) {
    return brokers.stream()
        .filter(broker -> broker.role() == role)
        .map(Broker::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Those that can be spoken to. */
  Set<Integer> alive() {
    return brokers.stream()
        .filter(Broker::alive)
        .map(Broker::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Those that are to hold nothing in the end. */
  public Set<Integer> leaving() {
    return of(Role.LEAVES);
  }

  /** Whether a plan for the other serves this one, too. */
  boolean sharesPlan(MoveGoal other) {
    return balance == other.balance && brokers.equals(other.brokers);
  }
}
