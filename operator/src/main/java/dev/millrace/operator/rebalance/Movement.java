package dev.millrace.operator.rebalance;

import java.util.Optional;

/**
 * What is wanted of the replicas and how far that is.
 *
 * @param goal empty where they stay where they are
 */
public record Movement(Optional<MoveGoal> goal, MoveState state) {
  /** Where nothing is to move. */
  public static final Movement NONE = new Movement(Optional.empty(), MoveState.NONE);

  /** Whether a status tells of it already: what was set for it may be there. */
  public boolean announced() {
    return goal.filter(MoveGoal::announced).isPresent();
  }

  /** Whether it gives brokers their share. */
  public boolean balances() {
    return goal.filter(MoveGoal::balance).isPresent();
  }
}
