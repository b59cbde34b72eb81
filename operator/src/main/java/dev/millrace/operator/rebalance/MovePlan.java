package dev.millrace.operator.rebalance;

import java.util.List;
import java.util.Optional;

/**
 * What has to move.
 *
 * @param moves in the order in which they are best done; empty where there is an obstacle
 * @param obstacle why brokers cannot be emptied
 */
public record MovePlan(List<Move> moves, Optional<Obstacle> obstacle) {
  public MovePlan {
    moves = List.copyOf(moves);
  }

  /** Bytes that are copied in all. */
  public long cost() {
    return moves.stream().mapToLong(Move::cost).sum();
  }

  /**
   * Why brokers cannot be emptied.
   *
   * @param predicate one word of a closed list
   * @param detail by name, as a part of a sentence
   */
  public record Obstacle(Predicate predicate, String detail) {}

  /** What can keep a broker from being emptied. */
  public enum Predicate {
    /** More replicas than brokers that stay: the user has to decide which. */
    REPLICAS_DO_NOT_FIT("ReplicasDoNotFit"),
    /** The disks of those that stay are too small: the user has to grow them. */
    DISKS_TOO_SMALL("DisksTooSmall"),
    /** They would fit if all brokers that stay served: that can be waited for. */
    BROKERS_AWAY("BrokersAway");

    private final String value;

    Predicate(String value) {
      this.value = value;
    }

    /** The word for it in a status. */
    public String value() {
      return value;
    }
  }
}
