package dev.millrace.operator.rebalance;

import dev.millrace.operator.rebalance.MovePlan.Obstacle;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How far the moving of replicas is. Immutable.
 *
 * @param step where it stands
 * @param leaving the brokers that it empties
 * @param partitions how many are to move in all, and how many have
 * @param bytes how many are to be copied in all, and how many have been
 * @param left about how long it will take yet
 * @param obstacle why brokers cannot be emptied
 * @param trouble what went wrong last, and is tried again
 */
public record MoveState(
    Step step,
    Set<Integer> leaving,
    Part partitions,
    Part bytes,
    Optional<Duration> left,
    Optional<Obstacle> obstacle,
    Optional<String> trouble) {
  /** Where nobody has looked yet. */
  public static final MoveState NONE = at(Step.PLANNING, Set.of());

  public MoveState {
    leaving = Set.copyOf(leaving);
  }

  /** A part of something. */
  public record Part(long done, long all) {
    static final Part NOTHING = new Part(0, 0);
  }

  /** Where it stands. */
  public enum Step {
    PLANNING,
    /** There is something to move. */
    MOVING,
    /** All is where it should be, and nothing is left behind. */
    SETTLED
  }

  static MoveState at(Step step, Set<Integer> leaving) {
    return new MoveState(
        step,
        leaving,
        Part.NOTHING,
        Part.NOTHING,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Where an obstacle keeps brokers from being emptied. */
  public static MoveState blocked(Set<Integer> leaving, Obstacle obstacle) {
    return new MoveState(
        Step.MOVING,
        leaving,
        Part.NOTHING,
        Part.NOTHING,
        Optional.empty(),
        Optional.of(obstacle),
        Optional.empty());
  }

  MoveState withTrouble(String what) {
    return new MoveState(step, leaving, partitions, bytes, left, obstacle, Optional.of(what));
  }
}
